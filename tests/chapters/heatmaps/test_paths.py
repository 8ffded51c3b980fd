"""One decision, whole: shares are LRP's own, they add up, and a planted unit carries its class."""

import numpy as np
import pytest
import torch
from torch import nn

from atlas.chapters.heatmaps.figures.path import stages
from atlas.chapters.heatmaps.paths import LAYERS, SIDE, UNITS, find_paths, spread
from atlas.core.specs import LayerSpec
from atlas.methods.attribution.explained import Explained
from atlas.methods.attribution.method import methods
from atlas.methods.attribution.target import against_runner_up
from atlas.networks import NETWORKS
from atlas.weights import load
from tests.fixtures.networks import wrapped

FIRST, SECOND = (LayerSpec(name, name, 8, name) for name in ("first", "second"))
LOGITS = LayerSpec("logits", "head", 3, "Class logits", axes="unit")


class Planted(nn.Module):
    """Class 1 is unit 5 of the second layer, which is unit 2 of the first, which is red."""

    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Conv2d(3, 8, 1, bias=False), nn.Conv2d(8, 8, 1, bias=False)
        self.head = nn.Linear(8, 3, bias=False)
        for part in (self.first, self.second, self.head):
            part.weight.data.fill_(0.0)
        self.first.weight.data[2, 0] = 1
        self.second.weight.data[5, 2] = 2
        self.head.weight.data[1, 5] = 10

    def forward(self, x):
        return self.head(self.second(self.first(x).relu()).relu().mean((2, 3)))


@pytest.fixture(scope="module")
def planted():
    explained = Explained(wrapped(Planted(), FIRST, SECOND, LOGITS, size=16), layers=[FIRST, SECOND])
    images = torch.zeros(1, 3, 16, 16)
    images[:, 0, 4:8, 8:12] = 0.8
    return find_paths(explained, images, ["first", "second"])


def test_the_planted_units_carry_the_decision(planted):
    assert planted.unit[0, :, 0].tolist() == [2, 5]
    second, first = stages(planted, 0)
    assert first.carriers[0].share == pytest.approx(second.carriers[0].share, rel=1e-5)
    assert 0.8 < first.carriers[0].share < 1  # the stabilizer of the dense layer has what is left
    assert first.lost == pytest.approx(1 - first.carriers[0].share, abs=1e-5)
    assert all(one.share == 0 for one in first.carriers[1:])


def test_a_unit_is_relevant_where_the_image_shows_what_it_sees(planted):
    scale = SIDE / 16
    inside = np.zeros((SIDE, SIDE), bool)
    inside[int(4 * scale) : int(8 * scale), int(8 * scale) : int(12 * scale)] = True
    shown = planted.maps[0, 1, 0]
    assert shown[inside].min() > 100
    assert np.abs(shown[~inside]).max() == 0


def test_the_shares_of_a_layer_are_those_of_lrp_and_add_up():
    network = load(NETWORKS["resnet-64"])
    layers = [network.spec.layer(name) for name in ("conv1", "conv3_2", "conv5_1")]
    explained = Explained(network, layers=layers)
    images = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    found = find_paths(explained, images, [layer.name for layer in layers])
    logits = explained(images)
    score = against_runner_up(logits, logits.argmax(1)).scores(logits)
    assert np.allclose(found.score, score.detach().numpy(), rtol=1e-4)
    for image in range(2):
        for stage in stages(found, image):
            shares = [one.share for one in stage.carriers]
            assert shares == sorted(shares, reverse=True)
            assert sum(shares) + stage.rest + stage.lost == pytest.approx(1)
    whole = methods()["lrp-composite"].attribute(
        explained, images, against_runner_up(logits.detach(), logits.argmax(1)), [0, 0]
    )
    first = found.share[:, 0].sum(1) + found.rest[:, 0]
    above = sum(term for name, term in whole.ledger.items()) / score.detach()
    assert np.all(np.abs(first) < 1 + np.abs(above.numpy()) + 1e-3)


def test_layers_are_spread_over_the_depth():
    layers = NETWORKS["googlenet-64"].layers
    chosen = spread(layers)
    assert len(chosen) == LAYERS
    assert chosen[0] == layers[0]
    assert chosen[-1] == [layer for layer in layers if layer.spatial][-1]
    assert UNITS == 5
