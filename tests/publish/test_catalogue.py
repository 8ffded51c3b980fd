from collections import Counter
from dataclasses import replace

import pytest

from atlas.chapters.recurrent.figures import FIGURES as CODE_FIGURES
from atlas.chapters.recurrent.figures.cell import named_cells
from atlas.chapters.recurrent.records import chapter_of
from atlas.core.chapter import parts
from atlas.core.errors import UnknownName
from atlas.publish.catalogue import all_ids, find
from atlas.publish.drawing import DRAWINGS, drawing_of
from tests.chapters.heatmaps.test_spectra import paired
from tests.fixtures.results import make_results, with_chapter, with_diagnosis


@pytest.fixture(scope="module")
def results():
    return make_results()


def counted(results):
    """How many figures there are of the kinds that follow from the records: a map of each layer with a layout, and so on."""
    networks = results.networks
    layers = [network.load(name) for network in networks for name in network.layer_names]
    units = sum(layer.spec.units for layer in layers)
    gates = sum(network.gates is not None for network in networks)
    return {
        "wall": 1,
        "structure": len(networks),
        "filters": len(networks),
        "training": sum(network.card is not None for network in networks),
        **dict.fromkeys(("gates", "gates-classes", "gates-cost"), gates),
        "units": sum(bool(layer.pictures) for layer in layers),
        "map": sum(layer.layout is not None for layer in layers),
        "channel": sum(len(layer.pictures) for layer in layers),
        "examples": units,
        "histogram": units,
        "cell": sum(len(named_cells(network)) for network in chapter_of(results).networks),
    }


def test_every_id_finds_its_figure(results):
    ids = list(all_ids(results))
    assert len(ids) == len(set(ids)) == sum(len(list(part.all_figures(results))) for _, part in parts("figures"))
    assert {f"recurrent/{name}" for name in CODE_FIGURES} <= set(ids)
    kinds = Counter[str]()
    for figure_id in ids:
        figure = find(results, figure_id)
        assert figure.id == figure_id
        kinds[figure.kind] += 1
    expected = counted(results)
    assert {kind: kinds[kind] for kind in expected} == expected


def test_every_kind_can_be_drawn(results):
    every = (results, with_diagnosis(results), paired((4, 16))[0])
    kinds = {find(one, figure_id).kind for one in every for figure_id in all_ids(one)}
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
        (
            "twin/stem/32/channel",
            r"units are 0 to 31.*Known: twin/stem/groups, twin/stem/map, twin/stem/names, twin/stem/tuning, twin/stem/units",
        ),
        ("twin/stem/-1/channel", "units are 0 to 31"),
        ("twin/stem/01/examples", "units are 0 to 31"),
        ("twin/stem/²/examples", "units are 0 to 31"),
        ("twin/logits/map", "Known: twin/logits/groups, twin/logits/units"),
        ("twin/stem", "figure in twin/stem"),
        ("twin", "layer of twin"),
        ("", "no network"),
    ],
)
def test_an_unknown_id_says_what_exists(results, figure_id, message):
    with pytest.raises(UnknownName, match=message):
        find(results, figure_id)
