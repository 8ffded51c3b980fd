"""Maps of a method over the wall's images, on a network whose answer is known."""

import numpy as np
import pytest
import torch
from torch import nn

from atlas.chapters.heatmaps.maps import BATCH, SIDE, TARGETS, compute_maps, decide, targets_of
from atlas.core.specs import LayerSpec
from atlas.methods.attribution.explained import Explained
from atlas.methods.attribution.method import Attribution, Method, NotValid, methods
from tests.fixtures.networks import wrapped

LOGITS = LayerSpec("logits", "1", 7, "Class logits", axes="unit")


def linear(side: int) -> Explained:
    """A network that is linear in the pixels."""
    torch.manual_seed(0)
    return Explained(wrapped(nn.Sequential(nn.Flatten(), nn.Linear(3 * side**2, 7)), LOGITS, size=side))


def images(side, count=BATCH + 3):
    return torch.from_numpy(np.random.default_rng(1).normal(0, 1, (count, 3, side, side))).float()


def test_a_linear_network_is_explained_exactly_for_both_targets():
    network, seen = linear(8), images(8)
    [found] = compute_maps(network, seen, [methods()["gradient-x-input"]], list(range(len(seen))))
    assert all(one.maps.shape == (len(seen), 8, 8) and one.maps.dtype == np.float16 for one in found.targets)
    zero = network(torch.zeros(1, 3, 8, 8))[0]
    logits = network(seen) - zero  # the method has no term for biases
    order = network(seen).argsort(1, descending=True)
    best, second = (logits.gather(1, order[:, place, None])[:, 0] for place in (0, 1))
    sums = [(one.maps.astype(np.float64) * one.scale[:, None, None]).sum((1, 2)) for one in found.targets]
    assert sums[1] == pytest.approx(best.numpy(), abs=2e-3)
    assert sums[0] == pytest.approx((best - second).numpy(), abs=2e-3)
    assert np.abs(found.targets[0].maps).max((1, 2)) == pytest.approx(1)


def test_large_maps_are_stored_as_means_of_equal_areas():
    network, seen = linear(2 * SIDE), images(2 * SIDE, 1)
    [found] = compute_maps(network, seen, [methods()["gradient-x-input"]], [0])
    target = targets_of(network(seen))[0]
    weights = next(p for p in network.graph.parameters() if p.ndim == 2)
    full = (seen * (target.weights @ weights).reshape(seen.shape)).sum(1)[0].numpy()
    means = full.reshape(SIDE, 2, SIDE, 2).mean((1, 3))
    assert found.map_of(0, 0) * found.targets[0].scale[0] == pytest.approx(means, abs=2e-3 * float(np.abs(means).max()))


def test_each_image_has_its_own_seed_and_target_in_every_batch():
    seen_by_method = []

    def attribute(explained, chosen, target, seeds):
        seen_by_method.append((len(chosen), len(target), tuple(seeds)))
        return Attribution(chosen.sum(1), expected=chosen.flatten(1).sum(1))

    method = Method("fake", "Fake", "control", 0, "", "", "", attribute)
    [found] = compute_maps(linear(4), images(4), [method], list(range(BATCH + 3)))
    sizes = [(BATCH, BATCH, tuple(range(BATCH))), (3, 3, tuple(range(BATCH, BATCH + 3)))]
    assert seen_by_method == [size for size in sizes for _ in TARGETS]
    assert found.targets[1].error == pytest.approx(np.zeros(BATCH + 3), abs=1e-4)


def test_a_method_that_does_not_exist_for_a_network_gives_its_reason():
    def attribute(explained, chosen, target, seeds):
        raise NotValid("This network has no maps.")

    missing = Method("fake", "Fake", "cam", 0, "", "", "", attribute)
    found, other = compute_maps(linear(4), images(4), [missing, methods()["gradient-x-input"]], [0] * 11)
    assert found.reason == "This network has no maps." and found.map_of(0, 0) is None
    assert not other.reason and other.targets[1].maps.shape == (BATCH + 3, 4, 4)


def test_decisions_are_the_highest_logits():
    network, seen = linear(4), images(4)
    found = decide(network, seen)
    logits = network(seen).numpy()
    assert (found.classes[:, 0] == logits.argmax(1)).all() and found.classes.shape == (len(seen), 5)
    assert found.logits[:, 1] == pytest.approx(np.sort(logits, 1)[:, -2])
    chances = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    assert found.probabilities[:, 0] == pytest.approx(chances.max(1), rel=1e-5)


def test_the_class_alone_is_explained_for_the_first_images():
    method = methods()["gradient-x-input"]
    [found] = compute_maps(linear(4), images(4), [method], [0] * (BATCH + 3), alone=2)
    [every] = compute_maps(linear(4), images(4), [method], [0] * (BATCH + 3))
    assert len(found.targets[1].maps) == 2 and len(found.targets[0].maps) == BATCH + 3
    assert found.targets[1].maps == pytest.approx(every.targets[1].maps[:2])
    [none] = compute_maps(linear(4), images(4), [method], [0] * (BATCH + 3), alone=0)
    assert len(none.targets) == 1
