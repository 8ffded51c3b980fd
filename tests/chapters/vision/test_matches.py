"""Matched units of other networks: the page links the best one, the script of the layer holds all."""

import json
import re
from dataclasses import replace

import pytest

from atlas.chapters.vision.pages.context import LayerContext
from atlas.chapters.vision.pages.matches import best_match, match_data
from atlas.publish.context import AtlasContext
from atlas.publish.provenance import provenance
from atlas.publish.site import renderer_of
from tests.fixtures.results import make_results


def shared(path):
    """What a data script puts."""
    return json.loads(path.read_text().split(",", 1)[1].removesuffix(");\n"))


@pytest.fixture(scope="module")
def context(tmp_path_factory):
    renderer = renderer_of(AtlasContext(make_results(), tmp_path_factory.mktemp("none")))
    network = renderer.context.network("twin")
    return LayerContext(renderer.context, network, network.load("block3b"))


def test_a_page_links_the_best_match(site, context):
    for unit in (0, 5):
        text = (site / f"networks/twin/block3b/{unit}/index.html").read_text()
        [link] = re.findall(r'<p class="twin">.*<a href="\.\./\.\./\.\./([\w/-]+)/index\.html">', text)
        table = context.layer.matched_units["efficientnet-lite0"]
        layer = ("stem", "block3b", "logits")[int(table.layer[unit])]
        assert link == f"efficientnet-lite0/{layer}/{table.unit[unit]}"
        assert (site / f"networks/{link}/index.html").is_file()


def test_the_script_holds_every_unit(site, context):
    found = shared(site / "networks/twin/block3b/twins.js")
    assert found == match_data(context)
    [[name, title, hue, layers, numbers]] = found["networks"]
    rows = [numbers[first : first + 3] for first in range(0, len(numbers), 3)]
    assert (name, title, hue) == ("efficientnet-lite0", "EfficientNet-Lite0", 0)
    assert layers == [["stem", 32], ["block3b", 40], ["logits", 12]]
    assert len(rows) == context.layer.spec.units
    table = context.layer.matched_units[name]
    assert [row[0] // 2 for row in rows] == table.layer.tolist()
    assert [row[2] for row in rows] == [round(100 * value) for value in table.correlation.tolist()]
    assert all(row[0] % 2 == (row[1] % 2 == 0) for row in rows)  # the fixture draws every second unit


def test_a_unit_without_a_match_has_none_on_its_page(context):
    table = context.layer.matched_units["efficientnet-lite0"]
    alone = replace(table, layer=table.layer * 0 - 1)
    lonely = LayerContext(
        context.atlas, context.network, replace(context.layer, matched_units={"efficientnet-lite0": alone})
    )
    assert best_match(lonely, 3) is None
    assert match_data(lonely)["networks"][0][4][9] == -1


def test_the_script_of_a_layer_holds_what_its_figures_were_made_from(site, context):
    made = shared(site / "networks/twin/block3b/cite.js")["provenance"]
    expected = provenance(context.atlas.results, context.network.spec, context.layer)
    written = json.loads(json.dumps(expected), parse_int=str, parse_float=str)  # as a page writes numbers
    assert {name: made[name] for name in expected} == written
    assert made["weights"]["sha256"]
    assert made["parameters"] == {"steps": "64", "canvas": "48", "objective": "channel"}


def test_a_unit_page_unfolds_its_provenance_and_leads_to_its_layers(site):
    text = (site / "networks/twin/block3b/6/index.html").read_text()
    [folded] = re.findall(
        r'<summary>Cite; how this was made</summary>.*<p class="made">(.*?)</details>', text, re.DOTALL
    )
    assert folded.startswith("Seed ") and ", store " in folded
    assert '<a href="../index.html#made">' in folded
    plain = (site / "networks/twin/block3b/5/index.html").read_text()
    assert '<p class="made">As for the <a href="../index.html#made">whole layer</a></p>' in plain
