"""Class activation methods against theory and a plain re-derivation by hooks and autograd."""

import numpy as np
import pytest
import torch
from torch import nn

from atlas.core.specs import LayerSpec
from atlas.methods.attribution.class_activation import enlarged, grad_cam
from atlas.methods.attribution.explained import Explained
from atlas.methods.attribution.grad_cam_pp import weighted
from atlas.methods.attribution.layer_cam import deepest
from atlas.methods.attribution.method import NotValid, methods
from atlas.methods.attribution.propagation import Recorded
from atlas.methods.attribution.score_cam import through
from atlas.methods.attribution.target import against_runner_up
from atlas.networks import NETWORKS
from atlas.weights import load
from tests.fixtures.networks import wrapped

LOGITS = LayerSpec("logits", "head", 5, "Class logits", axes="unit")
SIZE = 24


class Plain(nn.Module):
    """Convolutions of two resolutions; the head is linear on the global mean, or has a hidden layer."""

    def __init__(self, *, hidden):
        super().__init__()
        torch.manual_seed(2)
        self.first, self.second = nn.Conv2d(3, 6, 3, 2, 1), nn.Conv2d(6, 8, 3, 2, 1)
        self.hidden = nn.Linear(8, 8) if hidden else None
        self.head = nn.Linear(8, 5)

    def forward(self, x):
        pooled = self.second(self.first(x).relu()).relu().mean((2, 3))
        return self.head(pooled if self.hidden is None else self.hidden(pooled).relu())


def case(*, hidden=False):
    module = Plain(hidden=hidden)
    explained = Explained(wrapped(module, LOGITS, size=SIZE))
    images = torch.randn(3, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(4))
    with torch.no_grad():
        logits = explained(images)
    return module, explained, images, against_runner_up(logits, logits.argmax(1))


@pytest.mark.parametrize(("side", "size"), [(6, 24), (7, 64), (5, 5), (1, 9)])
def test_enlarging_keeps_the_sum_and_the_place(side, size):
    maps = torch.randn(2, side, side, generator=torch.Generator().manual_seed(0))
    large = enlarged(maps, size)
    assert large.shape == (2, size, size)
    assert torch.allclose(large.sum((1, 2)), maps.sum((1, 2)), atol=1e-4)
    one = torch.zeros(1, side, side)
    one[0, side // 2, 0] = 1
    row, column = np.unravel_index(int(enlarged(one, size).argmax()), (size, size))
    assert abs((row + 0.5) * side / size - (side // 2 + 0.5)) <= 1
    assert column * side / size <= 1


def test_grad_cam_is_the_maps_weighted_by_autograds_mean_gradients():
    module, explained, images, target = case(hidden=True)
    maps = module.second(module.first(images).relu()).relu().detach().requires_grad_()
    target.scores(module.head(module.hidden(maps.mean((2, 3))).relu())).sum().backward()
    expected = (maps.grad.mean((2, 3), keepdim=True) * maps).sum(1).detach()
    assert torch.allclose(grad_cam(Recorded(explained.graph, images), target), expected, atol=1e-6)


def test_with_a_linear_head_grad_cam_is_cam_and_sums_to_the_score_without_its_bias():
    module, explained, images, target = case()
    both = [methods()[name].attribute(explained, images, target, [0] * 3) for name in ("cam", "grad-cam")]
    assert torch.allclose(both[0].maps, both[1].maps, atol=1e-6)
    scores = target.scores(module(images)).double()
    assert torch.allclose(both[0].expected, scores, atol=1e-5)
    assert torch.allclose(both[0].maps.sum((1, 2)) + target.weights @ module.head.bias, scores.float(), atol=1e-5)


def test_cam_does_not_exist_for_a_head_with_a_hidden_layer():
    _, explained, images, target = case(hidden=True)
    with pytest.raises(NotValid, match="not one linear layer"):
        methods()["cam"].attribute(explained, images, target, [0] * 3)


def test_grad_cam_pp_weighs_by_the_papers_coefficients():
    """Against equation 19 written out, position by position."""
    generator = torch.Generator().manual_seed(5)
    maps, slopes = torch.rand(1, 2, 3, 3, generator=generator), torch.randn(1, 2, 3, 3, generator=generator)
    expected = torch.zeros(3, 3)
    for channel in range(2):
        total, weight = float(maps[0, channel].sum()), 0.0
        for value in slopes[0, channel].flatten().tolist():
            weight += value**2 / (2 * value**2 + total * value**3) * max(value, 0)
        expected += weight * maps[0, channel]
    assert torch.allclose(weighted(maps, slopes)[0], expected.clamp(min=0), atol=1e-5)


def test_layer_cam_merges_the_coarsest_resolutions():
    _, explained, images, _ = case()
    assert [operation.output.shape[-1] for operation in deepest(Recorded(explained.graph, images))] == [6, 12]
    network = load(NETWORKS["senet-64"])
    found = deepest(Recorded(Explained(network).graph, torch.zeros(1, 3, 64, 64)))
    assert [operation.output.shape[-1] for operation in found] == sorted({o.output.shape[-1] for o in found})
    assert len(found) == 3
    assert all(operation.output[0, 0].numel() > 1 for operation in found)  # no gate


@pytest.mark.usefixtures("exact")
def test_score_cam_weighs_maps_by_the_scores_of_what_they_show():
    module, explained, images, target = case()
    maps = torch.rand(4, 6, 6, generator=torch.Generator().manual_seed(8))
    expected = []
    for one in maps:
        large = nn.functional.interpolate(one[None, None], (SIZE, SIZE), mode="bilinear")[0, 0]
        mask = (large - large.min()) / (large.max() - large.min())
        expected.append(float((module(images[1:2] * mask) * target.weights[1]).sum()))
    found = through(explained, target, 1, images[1], maps)
    assert torch.allclose(found, torch.tensor(expected).softmax(0), atol=1e-5)
