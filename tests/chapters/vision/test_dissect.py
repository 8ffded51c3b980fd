"""Network dissection: scores against scikit-learn and plain loops, planted and random units, the cells of a map."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn.metrics import average_precision_score
from torch import nn

from atlas.chapters.vision.dissect import BINS, SIDE, Histograms, cells, spaced
from atlas.chapters.vision.group_scores import TAILS, average_precision, dissect, equal_shares
from atlas.chapters.vision.masked import LEAST, MOST, choose
from atlas.core.results import ReceptiveField
from atlas.core.specs import LayerSpec, Network
from atlas.networks import NETWORKS

COLOURS = {"red": (230, 30, 30), "green": (30, 200, 40), "blue": (30, 40, 220), "grey": (150, 150, 150)}
SIZE = 64


def scenes(objects=8, seed=0, square=24):
    """Squares of a group's colour on other grounds: pixels, masks, object of each image, group and half of each object."""
    rng = np.random.default_rng(seed)
    pixels, masks, source = [], [], []
    group = np.repeat(np.arange(len(COLOURS)), objects).astype(np.int16)
    for number, one in enumerate(group):
        for _ in range(2):
            image = rng.integers(60, 110, (SIZE, SIZE, 3))
            mask = np.zeros((SIZE, SIZE), bool)
            top, left = rng.integers(0, SIZE - square, 2)
            mask[top : top + square, left : left + square] = True
            image[mask] = list(COLOURS.values())[one] + rng.integers(-10, 10, (mask.sum(), 3))
            pixels.append(image), masks.append(mask), source.append(number)
    held_out = np.arange(len(group)) % 2 == 1
    return np.array(pixels, np.uint8).clip(0, 255), np.stack(masks), np.array(source), group, held_out


class Planted(nn.Module):
    """A layer of 1 x 1 filters, and its means as classes."""

    def __init__(self, filters):
        super().__init__()
        self.read = nn.Conv2d(3, len(filters), 1, bias=False)
        self.read.weight.data = torch.as_tensor(filters, dtype=torch.float32)[:, :, None, None]
        self.pool = nn.Identity()

    def forward(self, images):
        maps = self.read(images)
        self.pool(maps.mean((2, 3)))
        return maps


def network_of(filters):
    layers = (
        LayerSpec("maps", "read", len(filters), "maps"),
        LayerSpec("means", "pool", len(filters), "means", axes="unit"),
    )
    spec = replace(NETWORKS["resnet-64"], layers=layers, input_size=SIZE)
    return Network(spec, Planted(filters).eval())


def dissected(filters, seed=0, layer="maps", square=24):
    pixels, masks, source, group, held_out = scenes(square=square)
    network = network_of(filters)
    fields = {"maps": ReceptiveField(1, 1, 0), "means": ReceptiveField(0, 1, 0)}
    measured = Histograms(network, network.spec.layers, fields).measure(pixels, masks, source, held_out, "cpu")
    return dissect(*measured[layer], group, held_out, tuple(COLOURS), images=len(pixels), seed=seed)


def test_a_unit_that_sees_one_colour_has_the_group_of_that_colour():
    found = dissected([(2, -1, -1), (-1, 2, -1), (-1, -1, 2)])
    assert [found.named(unit) for unit in range(3)] == ["red", "green", "blue"]
    assert (found.auprc > 0.95).all() and (found.chance < 0.7).all()


def test_iou_is_near_one_where_the_objects_are_as_large_as_the_threshold_lets_through(monkeypatch):
    """Squares of 9 x 9 pixels for one group in four: 0.5 % of all pixels."""
    monkeypatch.setattr("atlas.chapters.vision.dissect.SIDE", SIZE)
    found = dissected([(2, -1, -1), (-1, 2, -1), (-1, -1, 2)], square=9)
    assert [found.named(unit) for unit in range(3)] == ["red", "green", "blue"]
    assert (found.iou > 0.95).all()


def test_classes_of_images_are_found_for_vectors():
    found = dissected([(2, -1, -1), (-1, 2, -1), (-1, -1, 2)], layer="means")
    assert [found.named(unit) for unit in range(3)] == ["red", "green", "blue"]


def test_few_random_units_have_a_group():
    """Responses that know nothing of the objects: about one unit in a hundred passes."""
    rng = np.random.default_rng(5)
    units = 2000
    everything = rng.gamma(2.0, size=(32, units, BINS)).astype(np.float32)
    inside = everything * rng.uniform(0.1, 0.6, (32, 1, 1)).astype(np.float32)
    group, held_out = np.repeat(np.arange(4), 8), np.arange(32) % 2 == 1
    found = dissect(inside, everything, group, held_out, tuple(COLOURS), images=32, seed=1)
    assert 0.001 < found.above.mean() < 0.02


def test_few_units_have_a_group_where_the_groups_mean_nothing():
    """Real responses, groups dealt out at random: sizes of masks and colours of objects stay what they are."""
    filters = np.random.default_rng(6).normal(size=(20, 3))
    pixels, masks, source, group, held_out = scenes()
    network = network_of(filters)
    fields = {"maps": ReceptiveField(1, 1, 0), "means": ReceptiveField(0, 1, 0)}
    counts = Histograms(network, network.spec.layers, fields).measure(pixels, masks, source, held_out, "cpu")["maps"]
    rates = []
    for seed in range(60):
        dealt = group.copy()
        for half in (held_out, ~held_out):
            dealt[half] = np.random.default_rng([seed, int(half[0])]).permutation(group[half])
        rates.append(dissect(*counts, dealt, held_out, tuple(COLOURS), images=64, seed=seed).above.mean())
    assert np.mean(rates) < 0.03


def test_every_object_counts_the_same():
    rng = np.random.default_rng(7)
    everything = rng.uniform(1, 2, (5, 3, BINS))
    everything *= rng.uniform(0.5, 1, (5, 1, 1)) / everything.sum(-1, keepdims=True)
    inside = everything * rng.uniform(0.1, 0.9, (5, 1, 1))
    scaled, equal = equal_shares(inside, everything)
    np.testing.assert_allclose(equal.sum(-1), 1)
    np.testing.assert_allclose(scaled.sum(-1), (inside[:, 0].sum(-1) / everything[:, 0].sum(-1)).mean())
    whole, same = equal_shares(everything, everything)
    np.testing.assert_allclose(whole, same)  # a vector: the image as a whole shows the object


def test_average_precision_equals_scikit_learn():
    rng = np.random.default_rng(2)
    score, weight = rng.integers(0, BINS, 500), rng.uniform(0, 1, 500)
    positive = rng.random(500) < 0.2 + 0.03 * score
    inside, everything = (np.bincount(score, part * weight, BINS) for part in (positive.astype(float), np.ones(500)))
    expected = average_precision_score(positive, score, sample_weight=weight)
    assert average_precision(inside, everything) == pytest.approx(expected)


def test_histograms_equal_plain_loops():
    filters = np.random.default_rng(4).normal(size=(5, 3))
    pixels, masks, source, _, held_out = scenes(objects=2)
    network = network_of(filters)
    fields = {"maps": ReceptiveField(1, 1, 0), "means": ReceptiveField(0, 1, 0)}
    measured = Histograms(network, network.spec.layers, fields).measure(pixels, masks, source, held_out, "cpu")
    places, area = spaced(SIZE), cells(fields["maps"], SIZE, SIZE, SIZE)[spaced(SIZE)]
    from atlas.chapters.vision.collect import prepare

    maps = network.module(prepare(network, pixels)).detach().half().float().numpy()[:, :, places][:, :, :, places]
    for unit in range(5):
        values = np.sort(maps[~held_out[source], unit].ravel())
        edges = [values[int((1 - tail) * len(values) + 1e-12)] for tail in TAILS]
        inside, everything = np.zeros((len(held_out), BINS)), np.zeros((len(held_out), BINS))
        for image in range(len(pixels)):
            for row in range(SIDE):
                for column in range(SIDE):
                    place = sum(maps[image, unit, row, column] >= edge for edge in edges)
                    share = area[row] @ masks[image] @ area[column] / SIZE**2
                    inside[source[image], place] += share
                    everything[source[image], place] += 1 / SIZE**2
        np.testing.assert_allclose(measured["maps"][0][:, unit], inside, atol=1e-6)
        np.testing.assert_allclose(measured["maps"][1][:, unit], everything, atol=1e-6)


@pytest.mark.parametrize("field", [ReceptiveField(7, 4, -3), ReceptiveField(11, 4, 0), ReceptiveField(0, 1, 0)])
def test_the_cells_of_a_map_share_all_pixels(field):
    share = cells(field, 14, 64, 224)
    np.testing.assert_allclose(share.sum(0), 1, atol=1e-5)
    for pixel in (0, 60, 110, 223) if field.size else ():
        centres = (field.start + field.stride * np.arange(14) + field.size / 2) * 224 / 64
        assert share[:, pixel].argmax() == np.abs(np.clip(centres, 0, 224) - pixel - 0.5).argmin()


def test_images_are_chosen_evenly_and_objects_are_never_split():
    rng = np.random.default_rng(0)
    names = [("bird", f"bird{n}") for n in range(30)] + [("fish", f"fish{n}") for n in range(7)] + [("nut", "nut")]
    images = [{"group": group, "source": source} for group, source in names for _ in range(4)]
    images = [images[place] for place in rng.permutation(len(images))]
    chosen = choose(images, range(len(images)))
    assert chosen.groups == ("bird", "fish")  # one nut is too few
    for number, count in ((0, 2 * MOST), (1, 2 * LEAST)):
        of = chosen.group == number
        assert of.sum() == count and chosen.held_out[of].sum() == count // 2
    assert np.bincount(chosen.source).tolist() == [2] * len(chosen.group)
    sources = [images[place]["source"] for place in chosen.image]
    assert len({(one, number) for one, number in zip(sources, chosen.source, strict=True)}) == len(chosen.group)
    assert not choose(images, []).groups
