"""One decision, whole: relevances are LRP's own and add up, drops are true, a planted unit carries its class."""

import numpy as np
import pytest
import torch
from torch import nn

from atlas.chapters.heatmaps.figures.path import stages
from atlas.chapters.heatmaps.paths import LAYERS, SIDE, UNITS, find_paths, spread
from atlas.core.hooks import put, tap
from atlas.core.specs import LayerSpec
from atlas.methods.attribution.explained import Explained
from atlas.methods.attribution.lrp_epsilon import rules
from atlas.methods.attribution.relevance import relevance_of_layers
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


def test_the_planted_units_carry_the_decision_and_silencing_them_takes_it(planted):
    assert planted.unit[0, :, 0].tolist() == [2, 5]
    score = float(planted.score[0])
    assert planted.drop[0, :, 0].tolist() == pytest.approx([score, score], rel=1e-5)
    assert np.abs(planted.drop[0, :, 1:]).max() == 0
    for stage in stages(planted, 0):
        assert 0.7 * score < stage.carriers[0].relevance < score  # stabilizers have what is left
        assert stage.carriers[0].relevance + stage.lost == pytest.approx(score, rel=1e-5)
        assert all(one.relevance == 0 for one in stage.carriers[1:])


def test_a_unit_is_relevant_where_the_image_shows_what_it_sees(planted):
    scale = SIDE / 16
    inside = np.zeros((SIDE, SIDE), bool)
    inside[int(4 * scale) : int(8 * scale), int(8 * scale) : int(12 * scale)] = True
    shown = planted.maps[0, 1, 0]
    assert shown[inside].min() > 100
    assert np.abs(shown[~inside]).max() == 0


def test_relevances_are_those_of_lrp_add_up_and_drops_are_true():
    network = load(NETWORKS["resnet-64"])
    layers = [network.spec.layer(name) for name in ("conv1", "conv3_2", "conv5_1")]
    explained = Explained(network, layers=layers)
    images = torch.randn(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    found = find_paths(explained, images, [layer.name for layer in layers])
    logits = explained(images)
    target = against_runner_up(logits, logits.argmax(1))
    assert np.allclose(found.score, target.scores(logits).numpy(), rtol=1e-4)
    _, signals = relevance_of_layers(explained, images, target, rules())
    for image in range(2):
        for number, layer in enumerate(layers):
            sums = signals[layer.name][image].sum((1, 2))
            best = found.unit[image, number]
            assert np.allclose(found.relevance[image, number], sums[best].numpy(), atol=1e-4)
            assert found.relevance[image, number].sum() + found.rest[image, number] == pytest.approx(
                float(sums.sum()), abs=1e-3
            )
            assert found.drop[image, number, 0] == pytest.approx(
                without(network, layer, images[image], best[0], target, image), abs=1e-3
            )


def without(network, layer, image, unit, target, row):
    """The fall of the score when the module's own output of the unit is set to zero, by the network itself."""
    outputs = []
    with torch.no_grad():
        with tap(network.module, [layer], lambda _, value: outputs.append(value.clone())):
            whole = network.module(image[None])
        outputs[0][:, unit] = 0
        with put(network.module, layer, outputs[0]):
            less = network.module(image[None])
    return float(((whole - less) * target.weights[row]).sum())


def test_layers_are_spread_over_the_depth():
    layers = NETWORKS["googlenet-64"].layers
    chosen = spread(layers)
    assert len(chosen) == LAYERS
    assert chosen[0] == layers[0]
    assert chosen[-1] == [layer for layer in layers if layer.spatial][-1]
    assert UNITS == 5
