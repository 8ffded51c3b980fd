"""The loop: what is resumed ends where an undisturbed run ends; the schedule; the losses."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from atlas.core.errors import ConfigError
from atlas.train import checkpoint, loop
from atlas.train.augment import VIEWS, draw_windows
from atlas.train.data import Photographs, Split
from atlas.train.recipes import RECIPES

quiet = lambda line: None  # noqa: E731


def run_of(name, folder, **changes):
    recipe = replace(RECIPES[name], **{"batch": 8, "mix": 0.0, "teacher_share": 0.0, **changes})
    return loop.start(recipe, epochs=2, seed=7, folder=folder)


@pytest.mark.parametrize("name", ["alexnet-64", "googlenet-64"])  # dropout and Adam; batch norm and two losses
@pytest.mark.parametrize("stop", [2, 6])  # within the first epoch of five steps, within the second
def test_resumed_equals_undisturbed_bit_for_bit(name, stop, noise, tmp_path):
    whole = run_of(name, tmp_path / "whole", mix=0.5)
    loop.run_to_end(whole, noise, report=quiet)

    first = run_of(name, tmp_path / "parts", mix=0.5)
    loop.run_to_end(first, noise, report=quiet, stop_after=stop)
    second = run_of(name, tmp_path / "parts", mix=0.5)
    assert checkpoint.resume(second)
    assert second.step == stop
    loop.run_to_end(second, noise, report=quiet)

    for key, value in whole.module.state_dict().items():
        assert torch.equal(value, second.module.state_dict()[key]), key
    assert whole.history == second.history
    assert len(whole.history) == 2


def test_deletion_is_resumed_bit_for_bit_and_changes_the_weights(noise, tmp_path):
    whole = run_of("resnet-64", tmp_path / "whole", deletion=1.0)
    loop.run_to_end(whole, noise, report=quiet, stop_after=3)
    first = run_of("resnet-64", tmp_path / "parts", deletion=1.0)
    loop.run_to_end(first, noise, report=quiet, stop_after=1)
    second = run_of("resnet-64", tmp_path / "parts", deletion=1.0)
    assert checkpoint.resume(second)
    loop.run_to_end(second, noise, report=quiet, stop_after=3)
    without = run_of("resnet-64", tmp_path / "without")
    loop.run_to_end(without, noise, report=quiet, stop_after=3)
    state = whole.module.state_dict()
    assert all(torch.equal(value, state[key]) for key, value in second.module.state_dict().items())
    assert not all(torch.equal(value, state[key]) for key, value in without.module.state_dict().items())


def test_a_recipe_without_deletion_keeps_the_identity_of_its_checkpoints():
    assert "deletion" not in RECIPES["resnet-64"].settings()
    assert replace(RECIPES["resnet-64"], deletion=0.5).settings()["deletion"] == 0.5


def test_another_seed_gives_other_weights(noise, tmp_path):
    run = run_of("alexnet-64", tmp_path)
    other = loop.start(run.recipe, epochs=2, seed=8, folder=tmp_path)
    assert not torch.equal(run.module.conv1.weight, other.module.conv1.weight)


def test_a_checkpoint_of_other_settings_is_refused(tmp_path):
    checkpoint.save(run_of("alexnet-64", tmp_path))
    with pytest.raises(ConfigError, match="belongs to other settings"):
        checkpoint.resume(run_of("alexnet-64", tmp_path, rate=0.5))


def test_no_checkpoint_is_no_resumption(tmp_path):
    assert not checkpoint.resume(run_of("alexnet-64", tmp_path))


def test_too_few_images_for_a_batch(noise, tmp_path):
    run = loop.start(RECIPES["alexnet-64"], epochs=1, seed=0, folder=tmp_path)
    with pytest.raises(ConfigError, match="40 training images do not fill one batch of 256"):
        loop.run_to_end(run, noise, report=quiet)


def test_training_learns_what_can_be_learned(tmp_path):
    """Four classes of plain colours, in 25 steps."""
    labels = np.arange(40) % 4
    colours = np.array([[250, 20, 20], [20, 250, 20], [20, 20, 250], [250, 250, 20]], np.uint8)
    split = Split(np.broadcast_to(colours[labels][:, None, None], (40, 64, 64, 3)).copy(), labels)
    run = run_of("resnet-64", tmp_path, rate=0.02)
    run.epochs = 5
    loop.run_to_end(run, Photographs(split, split, (), ""), report=quiet)
    assert run.history[-1]["top1"] == 1.0
    assert run.history[-1]["loss"] < run.history[0]["loss"] - 1


def test_rate_rises_and_falls_linearly():
    recipe = replace(RECIPES["vgg-64"], rate=1.0, warmup=0.2)
    rates = [loop.rate_at(recipe, step, 10) for step in range(10)]
    np.testing.assert_allclose(rates, [0.5, 1, 1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8])


def test_accuracy_counts_the_best_and_the_best_five():
    scores = np.eye(8)[[0, 1, 2, 3]] + np.linspace(0, 0.1, 8)
    found = loop.accuracy(scores, np.array([0, 1, 7, 0]))
    assert found == {"top1": 0.5, "top5": 0.75}


def test_smoothed_loss_with_auxiliary():
    """Szegedy et al.: the auxiliary loss is added with its weight; smoothing mixes in the uniform distribution."""
    recipe = replace(RECIPES["googlenet-64"], auxiliary=0.3, smoothing=0.1, teacher_share=0.0)
    main, auxiliary, labels = torch.randn(4, 60), torch.randn(4, 60), np.array([1, 5, 9, 59])

    def slow(scores):
        logs = scores.log_softmax(1)
        return -(0.9 * logs[range(4), labels] + 0.1 * logs.mean(1)).mean()

    targets = loop.target_shares(labels, recipe)
    assert len(targets) == VIEWS
    for wanted in targets:
        found = loop._loss((main, auxiliary), wanted, recipe)
        torch.testing.assert_close(found, slow(main) + 0.3 * slow(auxiliary))


def test_a_target_is_the_mix_of_labels_and_soft_labels():
    """Hinton et al. 2015: cross entropy with the mix is the mix of the cross entropies with each, window by window."""
    recipe = replace(RECIPES["vgg-64"], smoothing=0.0, teacher_share=0.3)
    soft_labels = torch.rand(VIEWS, 4, 60).softmax(2)
    scores, labels = torch.randn(4, 60), np.array([1, 5, 9, 59])
    logs = scores.log_softmax(1)
    for soft, wanted in zip(soft_labels, loop.target_shares(labels, recipe, soft_labels.numpy()), strict=True):
        slow = 0.7 * -logs[range(4), labels].mean() + 0.3 * -(soft * logs).sum(1).mean()
        torch.testing.assert_close(loop._loss(scores, wanted, recipe), slow)


def test_soft_labels_are_given_exactly_where_the_recipe_uses_them():
    labels, soft_labels = np.array([1, 5]), np.full((VIEWS, 2, 60), 1 / 60, np.float32)
    with pytest.raises(ConfigError, match="vgg-64 uses no soft labels"):
        loop.target_shares(labels, replace(RECIPES["vgg-64"], teacher_share=0.0), soft_labels)
    with pytest.raises(ConfigError, match="vgg-64 needs a teacher's soft labels"):
        loop.target_shares(labels, replace(RECIPES["vgg-64"], teacher_share=0.8))


def test_an_epoch_shows_every_image_once_by_any_of_its_windows(tmp_path):
    run = run_of("alexnet-64", tmp_path)
    image, window, mirrored = loop._plan(run, 0, 1000)
    assert sorted(image.tolist()) == list(range(1000))
    assert set(window.tolist()) == set(range(VIEWS))
    assert 0.4 < mirrored.float().mean() < 0.6
    assert not torch.equal(image, loop._plan(run, 1, 1000)[0])


def test_an_image_is_seen_through_the_window_that_its_target_is_about(noise, tmp_path, monkeypatch):
    """And CutMix: the target of an image is its own and its partner's, by their shares of the picture."""
    seen = {}

    def show(images, windows, flipped):
        seen.update(images=images, windows=windows, flipped=flipped)
        return images.permute(0, 3, 1, 2).float()

    def note(output, wanted, recipe):
        seen["wanted"] = wanted
        return output.sum()

    monkeypatch.setattr(loop, "show", show)
    monkeypatch.setattr(loop, "cut_mix", lambda views, area, down, right: (views, 0.7))
    monkeypatch.setattr(loop, "_loss", note)
    run = run_of("alexnet-64", tmp_path, mix=1.0, teacher_share=0.8)
    soft_labels = np.random.default_rng(3).dirichlet(np.ones(60), (VIEWS, 40)).astype(np.float32)
    loop.run_to_end(run, noise, soft_labels=soft_labels, report=quiet, stop_after=1)
    image, window, flipped = loop._plan(run, 0, 40)[:, :8]
    assert torch.equal(seen["images"], torch.from_numpy(noise.train.images)[image])
    assert torch.equal(seen["windows"], draw_windows(40)[window, image])
    assert torch.equal(seen["flipped"], flipped.bool())
    own = loop.target_shares(noise.train.labels, run.recipe, soft_labels)[window, image]
    torch.testing.assert_close(seen["wanted"], 0.7 * own + 0.3 * own.roll(1, 0))


def test_mixing_changes_what_is_learned(noise, tmp_path):
    plain, mixed = run_of("alexnet-64", tmp_path), run_of("alexnet-64", tmp_path, mix=1.0)
    for run in (plain, mixed):
        loop.run_to_end(run, noise, report=quiet, stop_after=1)
    assert not torch.equal(plain.module.conv1.weight, mixed.module.conv1.weight)
