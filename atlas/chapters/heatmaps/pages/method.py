"""The page of each method: what it computes, the same three images through all networks, what is known of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atlas.chapters.heatmaps.card import failures, saliency_card, worth
from atlas.chapters.heatmaps.maps import TARGETS
from atlas.chapters.heatmaps.overlay import sheet
from atlas.chapters.heatmaps.pages import PAGES
from atlas.chapters.heatmaps.pages.context import FAMILY_TITLES, SHOWN, WallContext
from atlas.chapters.heatmaps.pages.wall import lines
from atlas.chapters.heatmaps.places import method_file, method_page, scores_page, wall_page
from atlas.chapters.heatmaps.records import NetworkMaps
from atlas.chapters.heatmaps.scores import KINDS, Mark, Score
from atlas.methods.attribution.method import Method
from atlas.publish.bibliography import bibliography
from atlas.publish.page import Asset, Item, Page

CARD_PAPER = "boggust2023saliency"


def pages(context: WallContext) -> Iterator[Item]:
    """A page and a sheet for each method."""
    methods, count = context.chapter.found, len(context.networks)
    for place, method in enumerate(methods):
        images = range(min(SHOWN, len(context.chapter.images)))
        rows = [context.shown[network.spec.name, image] for image in images for network in context.networks]
        yield Asset(method_file(method.name), sheet([row.tiles[place] for row in rows], count))
        yield Page(method_page(method.name), "heatmaps/method.html", _values(context, methods, place))


def _values(context: WallContext, methods: Sequence[Method], place: int) -> dict[str, object]:
    method, images = methods[place], range(min(SHOWN, len(context.chapter.images)))
    return {
        "context": context,
        "method": method,
        "family": FAMILY_TITLES[method.family],
        "paper": bibliography().get(method.paper),
        "place": place,
        "previous": methods[place - 1] if place else None,
        "next": methods[place + 1] if place + 1 < len(methods) else None,
        "images": [(image, lines(context, image, 0)) for image in images],
        "targets": TARGETS,
        "file": method_file(method.name),
        **_worth(context, method),
        "method_page": method_page,
        "wall_page": wall_page,
    }


def _worth(context: WallContext, method: Method) -> dict[str, object]:
    """Scores beside the best control, the card, and what was measured against the method."""
    scored = context.scored
    every = [network.scores for network in scored]
    return {
        "kinds": KINDS,
        "scores": [_scores(network, method) for network in scored],
        "worth": worth(method, every),
        "failures": failures(method, {network.spec.title: network.scores for network in scored}),
        "card": saliency_card(method, every),
        "card_paper": bibliography()[CARD_PAPER],
        "scores_page": scores_page,
    }


@dataclass(frozen=True)
class ScoredNetwork:
    """A method's scores for one network, each with its rank and the highest score of a control."""

    network: NetworkMaps
    mark: Mark
    scores: tuple[tuple[Score | None, float, float | None], ...]


def _scores(network: NetworkMaps, method: Method) -> ScoredNetwork:
    found = network.scores
    controls = [one.name for one in found.methods if one.family == "control" and one.name != method.name]
    columns = []
    for kind in KINDS:
        means = [score.mean for name in controls if (score := found.score(name, kind)) is not None]
        columns.append((found.score(method.name, kind), found.rank(kind)[method.name], max(means, default=None)))
    return ScoredNetwork(network, found.mark(method), tuple(columns))


PAGES.add("method", pages)
