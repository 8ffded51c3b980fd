"""An example is one crop: the page, the sheet of its layer and the exported figure show the same pixels."""

import re
from dataclasses import replace

import numpy as np
import pytest

from atlas.chapters.vision.drawings import units
from atlas.chapters.vision.pages.context import LayerContext
from atlas.chapters.vision.pages.layer import SIDE, _thumb
from atlas.probes.webp import decode
from atlas.publish.catalogue import find
from atlas.publish.context import AtlasContext
from atlas.publish.export import write_figure
from atlas.publish.pixels import scaled
from tests.fixtures.results import make_results


@pytest.fixture(scope="module")
def results():
    return make_results()


def numbers(style):
    """The custom properties of a style attribute."""
    return {name: int(value) for name, value in re.findall(r"--([a-z]):(\d+)", style)}


def shown_on_the_page(site, place):
    """The pixels that the style sheet shows of each example on the page of a unit, in order."""
    text = (site / f"networks/{place}/index.html").read_text(encoding="utf-8")
    frame = numbers(re.search(r"<body[^>]*>", text)[0])
    found = []
    for style, file in re.findall(r'<li(?: style="?([^">]*)"?)?><img src="?\.\./\.\./\.\./\.\./(i/\d+\.webp)', text):
        at = {"x": 0, "y": 0} | frame | numbers(style)
        image = decode([(site / file).read_bytes()])[0]
        assert at["x"] + at["s"] <= image.shape[1] and at["y"] + at["s"] <= image.shape[0]
        found.append(image[at["y"] : at["y"] + at["s"], at["x"] : at["x"] + at["s"]])
    return found


@pytest.mark.parametrize("place", ["twin/stem/2", "twin/block3b/2", "twin/block3b/7", "twin/logits/2"])
def test_the_page_and_the_exported_figure_show_the_same_pixels(site, results, tmp_path, monkeypatch, place):
    exported = []
    monkeypatch.setattr(units, "place", lambda _axes, rgb, _corner, _side: exported.append(rgb))
    write_figure(results, find(results, f"{place}/examples"), "png", tmp_path)
    if not place.startswith("twin/logits"):
        exported = exported[::2]  # above the same crop with the response over it
    page = shown_on_the_page(site, place)
    assert len(page) == len(exported) == 20
    for one, other in zip(page, exported, strict=True):
        np.testing.assert_array_equal(one, other)


def test_the_sheet_of_a_layer_shows_the_first_of_them(site, results):
    context = AtlasContext(results, site)
    network = context.network("twin")
    layer = LayerContext(context, network, network.load("block3b"))
    first = shown_on_the_page(site, "twin/block3b/7")[0]
    np.testing.assert_array_equal(_thumb(layer, 7), scaled(np.ascontiguousarray(first), SIDE))


def test_some_fields_of_the_fixture_lie_at_the_border(results):
    boxes = results.networks[1].load("block3b").examples.box[2]
    assert ((boxes[:, 2] - boxes[:, 0]) != (boxes[:, 3] - boxes[:, 1])).any()


def test_equal_units_share_the_better_rank(results, tmp_path):
    network = results.networks[1]
    layer = network.load("logits")
    largest = np.array([3.0, 1.0, 3.0, 2.0, *range(-8, 0)])
    context = LayerContext(
        AtlasContext(results, tmp_path), network, replace(layer, stats=replace(layer.stats, largest=largest))
    )
    assert context.ranks.tolist() == [1, 4, 1, 3, 12, 11, 10, 9, 8, 7, 6, 5]
