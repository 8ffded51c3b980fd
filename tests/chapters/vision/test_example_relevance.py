"""The pixels that raised a unit: those that a planted unit reads, with their sign, inside the box; then as a sheet."""

import io
from dataclasses import replace

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from atlas.chapters.vision.example_relevance import METHOD, SIDE, relevances
from atlas.chapters.vision.pages.heat import PITCH, TILE, UNITS, relevance_sheet
from atlas.core.results import ExampleRelevance
from atlas.core.specs import LayerSpec
from atlas.methods.attribution.explained import Explained
from atlas.methods.attribution.method import methods
from atlas.methods.attribution.target import unit
from atlas.networks import NETWORKS
from atlas.publish.signed import LOWERS, RAISES
from atlas.weights import load
from tests.fixtures.networks import wrapped
from tests.fixtures.results import make_results

LAYER = LayerSpec("maps", "maps", 2, "Maps")
LOGITS = LayerSpec("logits", "head", 2, "Class logits", axes="unit")
SIZE = 32


class Planted(nn.Module):
    """Unit 0 is red minus blue at each pixel, unit 1 green."""

    def __init__(self):
        super().__init__()
        self.maps, self.head = nn.Conv2d(3, 2, 1, bias=False), nn.Linear(2, 2, bias=False)
        self.maps.weight.data = torch.tensor([[1.0, 0.0, -1.0], [0.0, 1.0, 0.0]])[:, :, None, None]

    def forward(self, x):
        return self.head(self.maps(x).relu().mean((2, 3)))


def found(explained, units, boxes, images, batch=2):
    return relevances(explained, units, np.array(boxes), batch, lambda pairs: images[pairs], SIZE)


@pytest.fixture(scope="module")
def planted():
    return wrapped(Planted(), LAYER, LOGITS, size=SIZE)


def test_the_pixel_of_the_largest_response_of_a_planted_unit_has_all_relevance(planted):
    images = torch.zeros(2, 3, SIZE, SIZE)
    images[0, 0, 5, 9], images[1, 1, 20, 3] = 2.0, 1.0
    whole = [0, 0, SIZE, SIZE]
    maps = found(Explained(planted, LAYER), [0, 1], [[whole], [whole]], images).maps[:, 0]
    for number, (row, column) in enumerate(((5, 9), (20, 3))):
        assert maps[number, row // 2, column // 2] == 127
        assert np.count_nonzero(maps[number]) == 1


def test_pixels_that_lower_a_logit_are_negative(planted):
    planted.module.head.weight.data = torch.tensor([[1.0, -1.0], [0.0, 1.0]])
    images = torch.zeros(1, 3, SIZE, SIZE)
    images[0, 0, :, :16], images[0, 1, :, 16:] = 1.0, 0.5
    maps = found(Explained(planted), [0], [[[0, 0, SIZE, SIZE]]], images).maps[0, 0]
    assert (maps[:, : SIDE // 2] > 0).all() and (maps[:, SIDE // 2 :] < 0).all()
    assert int(maps[0, 0]) == pytest.approx(-2 * int(maps[0, -1]), abs=1)


def test_an_empty_box_is_clear_and_a_box_cuts_the_map(planted):
    images = torch.zeros(2, 3, SIZE, SIZE)
    images[:, 1, 8, 11] = 1.0  # row, column
    explained = Explained(planted, LAYER)
    left, top = 8, 4
    made = found(explained, [1], [[[0, 0, 0, 0], [left, top, left + SIDE, top + SIDE]]], images).maps[0]
    assert not made[0].any()
    assert np.argwhere(made[1]).tolist() == [[8 - top, 11 - left]]


def test_maps_are_those_of_the_method_whatever_the_batch():
    network = load(NETWORKS["resnet-64"])
    layer = network.spec.layer("conv3_2")
    explained = Explained(network, layer)
    images = torch.randn(3, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    boxes = np.array([[[10, 12, 42, 60]], [[0, 0, 64, 64]], [[3, 0, 64, 9]]])
    one, two = (relevances(explained, [4, 9, 30], boxes, batch, lambda pairs: images[pairs], 64) for batch in (1, 3))
    assert np.abs(one.maps.astype(int) - two.maps).max() <= 1
    target = unit(explained(images).detach(), torch.tensor([4, 9, 30]))
    whole = methods()[METHOD].attribute(explained, images, target, [0] * 3)
    assert torch.allclose(whole.maps.flatten(1).sum(1).double(), whole.expected, rtol=1e-3, atol=1e-4)
    cut = whole.maps[1].reshape(SIDE, 4, SIDE, 4).mean((1, 3)).detach()
    expected = 127 * cut / cut.abs().max()
    kept = expected.abs() >= 127 * 0.03
    assert np.abs(one.maps[1, 0] - expected.numpy())[kept.numpy()].max() <= 1


def test_the_sheet_has_each_map_in_the_first_row_of_its_unit():
    table = make_results().networks[0].load("stem").examples
    maps = np.zeros((2, 3, SIDE, SIDE), np.int8)
    maps[0, 1], maps[1, 2] = 127, -127
    sheet = relevance_sheet(ExampleRelevance(np.array([1, 5], np.int32), maps), table, 0)
    rgba = np.asarray(Image.open(io.BytesIO(sheet)).convert("RGBA"))
    levels = list(dict.fromkeys(table.levels))
    pitch = SIDE * PITCH // TILE
    assert rgba.shape[:2] == (UNITS * len(levels) * pitch, 9 * pitch)
    drawn = {
        (y // pitch, x // pitch): tuple(rgba[y, x, :3].tolist())
        for y in range(pitch // 2, rgba.shape[0], pitch)
        for x in range(pitch // 2, rgba.shape[1], pitch)
        if rgba[y, x, 3]
    }
    assert drawn == {(len(levels), 1): RAISES, (5 * len(levels), 2): LOWERS}


def test_units_of_another_sheet_are_left_out():
    table = make_results().networks[0].load("stem").examples
    maps = np.full((1, 3, SIDE, SIDE), 127, np.int8)
    relevance = ExampleRelevance(np.array([UNITS], np.int32), maps)
    clear = relevance_sheet(replace(relevance, units=np.array([2 * UNITS], np.int32)), table, UNITS)
    assert not np.asarray(Image.open(io.BytesIO(clear)).convert("RGBA"))[..., 3].any()
    assert np.asarray(Image.open(io.BytesIO(relevance_sheet(relevance, table, UNITS))).convert("RGBA"))[..., 3].any()
