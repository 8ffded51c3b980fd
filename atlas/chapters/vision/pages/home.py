"""The home page: the line of history, a row for each network, then the chapters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atlas.chapters.vision.figures.diagnosis import pair
from atlas.chapters.vision.figures.sheet import wall_figure
from atlas.chapters.vision.findings import sorting
from atlas.chapters.vision.pages import PAGES
from atlas.chapters.vision.pages.classes import shared
from atlas.chapters.vision.pages.context import LayerSummary, NetworkSummary
from atlas.chapters.vision.pages.finding import chapter_sentences, claims
from atlas.chapters.vision.pages.map import map_thumb_file
from atlas.chapters.vision.pages.network import widest
from atlas.chapters.vision.pages.wall import WallRow, wall_rows
from atlas.chapters.vision.places import classes_page, diagnosis_page
from atlas.core.report import DIAGNOSED
from atlas.publish.context import AtlasContext
from atlas.publish.finding import Finding
from atlas.publish.format import THIN
from atlas.publish.page import Item, Page
from atlas.publish.words import number

MAPS = 12  # of one network; its own page leads to all


@dataclass(frozen=True)
class NetworkFact:
    """One fact about a network: its name, its value in short, and the value in full with its meaning."""

    name: str
    short: str
    full: str


@dataclass(frozen=True)
class HistoryRow:
    """A network in the line of history; `wall` is None where it has no pictures."""

    summary: NetworkSummary
    wall: WallRow | None
    facts: tuple[NetworkFact, ...]
    more: str = ""  # the page with measurements of what its paper changed
    found: tuple[Finding, ...] = ()  # what was measured here of it


def pages(context: AtlasContext, summaries: Sequence[NetworkSummary]) -> Iterator[Item]:
    """The home page and the sheets of its wall."""
    wall = wall_rows(summaries)
    yield from (row.asset() for row in wall)
    yield Page("index.html", "vision/home.html", _values(context, summaries, wall))


def _values(context: AtlasContext, summaries: Sequence[NetworkSummary], wall: Sequence[WallRow]) -> dict[str, object]:
    layers = [layer for summary in summaries for layer in summary.layers]
    return {
        "history": _history(context, summaries, wall),
        "figure": wall_figure(
            context.results, [tile.unit for row in wall for column in row.columns for tile in column.tiles]
        ),
        "summaries": summaries,
        "classes": [classes_page(labels) for labels in shared(summaries)],
        "findings": chapter_sentences(context, summaries),
        "units": sum(layer.units for layer in layers),
        "pictures": sum(layer.pictures for layer in layers),
        "mapped": sum(layer.map_images > 0 for layer in layers),
        "maps": _maps(summaries),
        "sorting": sorting([[layer.map for layer in one.layers if layer.map] for one in summaries]),
        "map_thumb_file": map_thumb_file,
        "probes": context.results.probes,
        "recipe": context.results.recipe,
    }


def _history(context: AtlasContext, summaries: Sequence[NetworkSummary], wall: Sequence[WallRow]) -> list[HistoryRow]:
    rows = {row.summary.network.spec.name: row for row in wall}
    more = {DIAGNOSED[-1]: diagnosis_page(DIAGNOSED[-1])} if pair(context.results) else {}
    return [
        HistoryRow(summary, rows.get(name), facts(summary), more.get(name, ""), claims(context, summary.network))
        for summary in summaries
        for name in [summary.network.spec.name]
    ]


def _maps(summaries: Sequence[NetworkSummary]) -> list[tuple[NetworkSummary, list[LayerSummary], int]]:
    """Each network that has maps, the layers whose maps the page shows, and how many there are."""
    mapped = [(summary, [layer for layer in summary.layers if layer.map_images]) for summary in summaries]
    return [(summary, some(layers), len(layers)) for summary, layers in mapped if layers]


def some(layers: Sequence[LayerSummary]) -> list[LayerSummary]:
    """At most `MAPS` of a network's layers, from the first to the last, evenly."""
    count = min(len(layers), MAPS)
    return [layers[index * (len(layers) - 1) // max(count - 1, 1)] for index in range(count)]


def facts(summary: NetworkSummary) -> tuple[NetworkFact, ...]:
    """Accuracy (where it was measured), parameters, multiply-adds, depth, receptive field."""
    network, card, field = summary.network, summary.network.card, widest(summary)
    found = []
    if card is not None:
        error = 100 * card.error(card.top1)
        full = f"{100 * card.top1:.1f} ± {error:.1f} % of {card.images:,} validation images classified correctly"
        found.append(NetworkFact("top-1", f"{100 * card.top1:.1f}{THIN}%", full))
    cost = network.structure.multiply_adds
    return (
        *found,
        NetworkFact("parameters", compact(network.parameters), f"{network.parameters:,} parameters"),
        NetworkFact("multiply-adds", compact(cost), f"{cost:,} multiply-adds for one image"),
        NetworkFact("layers deep", f"{network.structure.depth}", "layers with weights on the longest path"),
        NetworkFact(
            "field",
            f"{field}{THIN}px" if field else "whole image",
            "receptive field of the last map, in input pixels",
        ),
    )


def compact(amount: int) -> str:
    """An amount in the unit that reads best: 1.82 M."""
    for unit, scale in (("G", 10**9), ("M", 10**6), ("k", 10**3)):
        if amount >= scale:
            return f"{number(amount / scale)}{THIN}{unit}"
    return str(amount)


PAGES.add("home", pages)
