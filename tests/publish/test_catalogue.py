from dataclasses import replace

import pytest

from atlas.chapters.recurrent.figures.cell import named_cells
from atlas.chapters.recurrent.records import chapter_of
from atlas.core.errors import UnknownName
from atlas.publish.catalogue import all_ids, find
from atlas.publish.drawing import DRAWINGS, drawing_of
from tests.fixtures.results import make_results, with_chapter, with_diagnosis


@pytest.fixture(scope="module")
def results():
    return make_results()


def test_every_id_finds_its_figure(results):
    ids = list(all_ids(results))
    cells = sum(len(named_cells(network)) for network in chapter_of(results).networks)
    assert (
        len(ids)
        == len(set(ids))
        == 1
        + 2 * (2 + 2 + 1 + 2 * (32 + 40 + 12) + (16 + 20 + 6))
        + 2
        + 3
        + 3
        + 15
        + 5
        + 1
        + 2
        + 34  # a generator each, without its units
        + 28
        + 16
        + 1  # of the InfoGANs together
        + cells
        + 2 * 6
    )
    for figure_id in ids:
        assert find(results, figure_id).id == figure_id


def test_every_kind_can_be_drawn(results):
    both = (results, with_diagnosis(results))
    kinds = {find(one, figure_id).kind for one in both for figure_id in all_ids(one)}
    assert all(drawing_of(kind) for kind in kinds)
    assert kinds == set(DRAWINGS)


def test_ids_are_read_layer_by_layer(results):
    loaded = []

    def load(name):
        loaded.append(name)
        return results.networks[0].load(name)

    ids = all_ids(with_chapter(results, "networks", (replace(results.networks[0], load=load),)))
    assert next(ids) == "wall"
    assert loaded == []
    assert next(ids) == "efficientnet-lite0/stem/units"
    assert loaded == ["stem"]


@pytest.mark.parametrize(
    ("figure_id", "message"),
    [
        ("efficientnet/stem/map", r"'efficientnet'\. Did you mean 'efficientnet-lite0'\? Known: .*twin, wall"),
        ("twin/block3c/1/examples", r"layer of twin .* 'block3c'\. Did you mean 'block3b'\?"),
        ("twin/stem/1/channel", r"units are 0 to 31.*Did you mean 'twin/stem/1/.*Known: twin/stem/1/examples, twin"),
        ("twin/stem/32/channel", r"units are 0 to 31.*Known: twin/stem/map, twin/stem/units"),
        ("twin/stem/-1/channel", "units are 0 to 31"),
        ("twin/stem/01/examples", "units are 0 to 31"),
        ("twin/stem/²/examples", "units are 0 to 31"),
        ("twin/logits/map", "Known: twin/logits/units"),
        ("twin/stem", "figure in twin/stem"),
        ("twin", "layer of twin"),
        ("", "no network"),
    ],
)
def test_an_unknown_id_says_what_exists(results, figure_id, message):
    with pytest.raises(UnknownName, match=message):
        find(results, figure_id)
