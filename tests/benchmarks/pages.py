"""Unit pages written a second, with everything on them but the pictures, and with the pictures."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from atlas.chapters.vision.pages.context import LayerContext
from atlas.chapters.vision.pages.unit import pages
from atlas.core.results import AtlasResults, LayerResults, NetworkResults
from atlas.publish.context import AtlasContext
from atlas.publish.folder import Folder
from atlas.publish.site import renderer_of
from tests.benchmarks.clock import seconds
from tests.fixtures.results import make_results, with_chapter
from tests.fixtures.vision import make_network

UNITS = 1000
LAYER = "block3b"


def rates() -> dict[str, Any]:
    """Pages a processor second of one layer of UNITS units, without pictures and with one of every second unit."""
    return {name: UNITS / _spent(pictures=name != "alone") for name in ("alone", "half of them with a picture")}


def _spent(*, pictures: bool) -> float:
    results = _enlarged(pictures=pictures)
    with tempfile.TemporaryDirectory() as name, Folder(Path(name)) as folder:
        renderer = renderer_of(AtlasContext(results, folder.root))
        network = renderer.context.networks[0]
        renderer.render_all(
            pages(LayerContext(renderer.context, network, network.load("stem"))), folder
        )  # the template is compiled
        sheet = LayerContext(renderer.context, network, network.load(LAYER))
        return seconds(lambda: renderer.render_all(pages(sheet), folder))


def _enlarged(*, pictures: bool) -> AtlasResults:
    """The tests' small results with one layer of UNITS units."""
    results = make_results()
    made = []
    for number, network in enumerate(results.networks):
        layers = (replace(layer, units=UNITS) if layer.name == LAYER else layer for layer in network.spec.layers)
        large = make_network(replace(network.spec, layers=tuple(layers)), number)
        made.append(
            large
            if pictures
            else replace(
                large, pictured=dict.fromkeys(large.pictured, frozenset()), load=partial(_without_pictures, large)
            )
        )
    return with_chapter(results, "networks", tuple(made))


def _without_pictures(network: NetworkResults, name: str) -> LayerResults:
    return replace(network.load(name), pictures={})
