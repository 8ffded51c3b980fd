"""Tuning from the shipped weights, the agreement of rankings, and the page that is made from the record."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from atlas import weights
from atlas.core.specs import LayerSpec, Network
from atlas.methods.attribution.method import methods
from atlas.methods.evaluation.summary import kendall
from atlas.train.data import Split
from atlas.train.in_domain import scores, tuning
from atlas.train.in_domain.page import finding, mean_ranks
from atlas.train.in_domain.scores import Scored, chosen, deleted_accuracy, image_count
from atlas.train.in_domain.summary import agreement, record
from atlas.train.recipes import RECIPES
from tests.fixtures.networks import wrapped

EXPLAINING = [method.name for method in methods().values() if method.family != "control"]
quiet = lambda line: None  # noqa: E731


def scored(order, *, noise=0.0, images=40, seed=0):
    """Scores of all methods whose means are `order`, with noise from image to image."""
    draw = np.random.default_rng(seed)
    drawn = noise * draw.standard_normal((len(order), images))
    found = {name: mean + row for name, mean, row in zip(EXPLAINING, order, drawn, strict=True)}
    return Scored(0.5, 0.4, {**found, "edges": draw.standard_normal(images)})


UP = np.linspace(0, 1, len(EXPLAINING))


def test_tuning_begins_with_the_shipped_weights():
    recipe = tuning.tuning("resnet-64", "deleted")
    state, shipped = recipe.build().state_dict(), weights.load(recipe.spec).module.state_dict()
    assert all(torch.equal(state[key], value) for key, value in shipped.items())
    assert all(parameter.requires_grad for parameter in recipe.build().parameters())
    assert recipe.deletion == 0.5
    assert replace(recipe, deletion=0.0).settings() == tuning.tuning("resnet-64", "whole").settings()


def test_a_tuned_network_differs_from_the_shipped_one_and_is_not_tuned_twice(noise, tmp_path, monkeypatch):
    class Labels:
        def targets(self):
            return np.full((16, len(noise.train), 60), 1 / 60, np.float32)

    small = replace(RECIPES["alexnet-64"], batch=8)
    monkeypatch.setattr(tuning, "RECIPES", {"alexnet-64": small})
    monkeypatch.setattr(tuning.teacher, "label", lambda *_, **__: Labels())
    first = tuning.tuned("alexnet-64", "deleted", noise, tmp_path, progress=quiet)
    monkeypatch.setattr(tuning.loop, "run_to_end", lambda *_, **__: pytest.fail("tuned again"))
    again = tuning.tuned("alexnet-64", "deleted", noise, tmp_path, progress=quiet)
    shipped = tuning.tuned("alexnet-64", "shipped", noise, tmp_path)
    state = first.module.state_dict()
    assert all(torch.equal(value, state[key]) for key, value in again.module.state_dict().items())
    assert not torch.equal(shipped.module.state_dict()["conv1.weight"], state["conv1.weight"])


class SumOfPatches(torch.nn.Module):
    """Two logits: a weighted sum of pixels, and a constant far below it."""

    def __init__(self):
        super().__init__()
        self.linear = torch.nn.Linear(3 * 64 * 64, 2)
        torch.nn.init.normal_(self.linear.weight, generator=torch.Generator().manual_seed(0))
        torch.nn.init.zeros_(self.linear.bias)

    def forward(self, images):
        return self.linear(images.flatten(1))


def test_exact_methods_are_perfect_on_a_linear_network_and_edges_are_not(noise, monkeypatch):
    monkeypatch.setattr(scores, "IMAGES", 6)
    monkeypatch.setattr(scores, "FEW", 2)
    known = {name: methods()[name] for name in ("gradient-x-input", "integrated-gradients", "edges")}
    monkeypatch.setattr(scores, "methods", lambda: known)
    network = wrapped(SumOfPatches(), LayerSpec("logits", "linear", 2, "Class logits", axes="unit"), size=64)
    found = scores.score(network, noise.valid, progress=quiet)
    np.testing.assert_allclose(found.correlations["gradient-x-input"], 1)
    np.testing.assert_allclose(found.correlations["integrated-gradients"], 1)
    assert len(found.correlations["integrated-gradients"]) == 2
    assert np.abs(found.correlations["edges"]).mean() < 0.9


def test_scores_are_read_as_they_were_written(tmp_path):
    one = scored(UP, noise=1)
    one.save(tmp_path / "one.npz")
    again = Scored.read(tmp_path / "one.npz")
    assert (again.top1, again.top1_deleted) == (0.5, 0.4)
    assert all(np.array_equal(again.correlations[name], values) for name, values in one.correlations.items())


def test_a_network_that_reads_a_corner_errs_where_the_corner_is_deleted():
    class ReadsCorner(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.zeros(1))

        def forward(self, images):
            bright = images[:, 0, 0, 0]
            return torch.stack([bright, 0.5 - bright], 1)

    split = Split(np.full((64, 64, 64, 3), 255, np.uint8), np.zeros(64, np.int64))
    found = deleted_accuracy(Network(RECIPES["alexnet-64"].spec, ReadsCorner()), split)
    first = int((np.random.default_rng(0).random((2, 64))[0] * 16).astype(int).tolist().count(0))
    assert first > 0
    assert found == 1 - first / 64


def test_all_classes_are_among_the_first_images():
    split = Split(np.zeros((3000, 1, 1, 3), np.uint8), np.arange(3000) // 50)
    assert len(set(split.labels[chosen(split)])) > 50
    assert image_count(methods()["saliency"]) > image_count(methods()["rise"])


def test_equal_scores_agree_and_reversed_ones_disagree():
    same = agreement(scored(UP), scored(UP))
    assert (same.tau, same.same, same.other) == (1, 1, 1)
    reverse = agreement(scored(UP), scored(UP[::-1]))
    assert (reverse.tau, reverse.same, reverse.other) == (-1, 1, -1)


def test_noise_of_images_is_no_change_of_ranking():
    """The same true means, other noise: halves agree as well between as within, and neither perfectly."""
    found = agreement(scored(UP, noise=0.5), scored(UP, noise=0.5, seed=1))
    assert found.same < 0.95
    assert abs(found.same - found.other) < 0.1


def test_agreement_leaves_out_controls_and_methods_that_one_lacks():
    one, other = scored(UP, noise=0.2), scored(UP, noise=0.2, seed=1)
    fewer = Scored(0.5, 0.4, {name: v for name, v in other.correlations.items() if name != EXPLAINING[0]})
    means = [np.array([o.correlations[name].mean() for name in EXPLAINING[1:]]) for o in (one, other)]
    assert np.isclose(agreement(one, fewer).tau, kendall(*means))


def test_the_finding_follows_the_figures():
    alike = record({"resnet-64": {"shipped": scored(UP), "deleted": scored(UP)}})
    assert "does not change the ranking" in finding(alike["networks"])
    assert "No method's mean rank moves" in finding(alike["networks"])
    other = record({"resnet-64": {"shipped": scored(UP), "deleted": scored(UP[::-1])}})
    assert "changes the ranking" in finding(other["networks"])
    assert "10.0 points" in finding(other["networks"])
    ranks = mean_ranks(other["networks"], "deleted", EXPLAINING)
    np.testing.assert_array_equal(ranks, 1 + np.arange(len(EXPLAINING)))
