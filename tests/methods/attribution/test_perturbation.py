"""Perturbation methods and controls on scores with known answers."""

import pytest
import torch
from torch import nn

from atlas.core.specs import LayerSpec
from atlas.methods.attribution.edges import attribute as edges
from atlas.methods.attribution.explained import Explained
from atlas.methods.attribution.meaningful_perturbation import blurred
from atlas.methods.attribution.method import methods
from atlas.methods.attribution.occlusion import GRID, patches
from atlas.methods.attribution.rise import covariance, masks
from atlas.methods.attribution.target import logit
from atlas.methods.attribution.untrained import randomized
from tests.fixtures.networks import wrapped

LOGITS = LayerSpec("logits", "head", 2, "Class logits", axes="unit")
SIZE = 32
FIRST, LAST = slice(8, 16), slice(16, 24)  # rows, columns of the one patch that matters


class Window(nn.Module):
    """Class 1: the sum of one patch's pixels, as a linear function of the image."""

    def __init__(self):
        super().__init__()
        self.head = nn.Linear(3 * SIZE * SIZE, 2, bias=False)
        weight = torch.zeros(2, 3, SIZE, SIZE)
        weight[1, :, FIRST, LAST] = 0.1
        self.head.weight.data = weight.flatten(1)

    def forward(self, x):
        return self.head(x.flatten(1))


@pytest.fixture(scope="module")
def window():
    explained = Explained(wrapped(Window(), LOGITS, size=SIZE))
    generator = torch.Generator().manual_seed(1)
    images = 1 + 0.5 * torch.rand(2, 3, SIZE, SIZE, generator=generator)
    return explained, images, logit(torch.tensor([1, 1]), 2)


def share_inside(maps):
    return maps[:, FIRST, LAST].sum((1, 2)) / maps.abs().sum((1, 2))


@pytest.mark.usefixtures("exact")
def test_occlusion_of_a_linear_score_is_the_sum_of_each_patch(window):
    explained, images, target = window
    maps = methods()["occlusion"].attribute(explained, images, target, [0, 0]).maps
    assert torch.allclose(maps.sum((1, 2)), target.scores(explained(images)), atol=1e-3)
    assert float(share_inside(maps).min()) > 0.999


@pytest.mark.parametrize("size", [24, 64, 224, 65])
def test_patches_are_a_grid_of_nearly_equal_ones(size):
    counts = patches(size, GRID).flatten().bincount()
    assert len(counts) == GRID**2
    sides = counts.double().sqrt()
    assert float(sides.max() - sides.min()) <= 1


def test_rise_of_a_linear_score_points_at_what_it_reads(window):
    explained, images, target = window
    maps = methods()["rise"].attribute(explained, images, target, [3, 4]).maps
    inside = maps[:, FIRST, LAST].mean((1, 2))
    outside = (maps.sum((1, 2)) - maps[:, FIRST, LAST].sum((1, 2))) / (SIZE**2 - 64)
    assert (inside > 5 * outside.abs()).all()


def test_the_covariance_of_a_score_that_reads_one_pixel_is_its_weight_there():
    drawn = masks(7, 256, SIZE)
    assert torch.allclose(drawn.mean(0), torch.full((SIZE, SIZE), 0.5), atol=1e-6)  # each mask has its complement
    assert torch.equal(drawn[:4], masks(7, 512, SIZE)[:4])
    assert float(covariance(3 * drawn[:, 5, 9] + 2, drawn)[5, 9]) == pytest.approx(3, rel=1e-4)


def test_meaningful_perturbation_hides_the_one_patch_that_matters():
    """The patch has details that a blur takes away, and the score counts them."""

    class Detail(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.head = nn.Conv2d(3, 1, 3, padding=1, bias=False), nn.Linear(1, 2)
            self.conv.weight.data = torch.full((1, 3, 3, 3), -1 / 8)
            self.conv.weight.data[:, :, 1, 1] = 1.0
            self.head.weight.data, self.head.bias.data = torch.tensor([[0.0], [40.0]]), torch.zeros(2)

        def forward(self, x):
            return self.head(self.conv(x).relu().mean((2, 3)))

    images = torch.zeros(1, 3, SIZE, SIZE)
    images[:, :, FIRST, LAST] = (torch.arange(64).reshape(8, 8) % 2).float()
    explained = Explained(wrapped(Detail(), LOGITS, size=SIZE))
    maps = methods()["meaningful-perturbation"].attribute(explained, images, logit(torch.tensor([1]), 2), [0]).maps
    assert float(maps[:, FIRST, LAST].mean() / maps.mean()) > 4


def test_the_blur_keeps_a_plain_image_and_the_mean():
    assert torch.allclose(blurred(torch.full((1, 3, SIZE, SIZE), 2.0)), torch.full((1, 3, SIZE, SIZE), 2.0), atol=1e-5)


def test_edges_see_a_step_and_no_plain_ground(window):
    explained, _, target = window
    images = torch.zeros(2, 3, SIZE, SIZE)
    images[:, :, :, 16:] = 2
    maps = edges(explained, images, target, [0, 0]).maps
    assert torch.allclose(maps[:, :, 15:17], torch.ones(2, SIZE, 2))
    assert float(maps[:, :, :15].abs().max() + maps[:, :, 17:].abs().max()) == 0


def test_an_untrained_network_has_other_weights_and_the_same_ones_each_time(window):
    explained, _, _ = window
    once, again = (randomized(explained.graph, "name") for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(once.parameters(), again.parameters(), strict=True))
    assert not torch.equal(next(once.parameters()), next(explained.graph.parameters()))
    assert not torch.equal(next(once.parameters()), next(randomized(explained.graph, "other").parameters()))
