"""The page of a network's decisions: a typical image of each class that the images show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from atlas.chapters.heatmaps.pages import PAGES
from atlas.chapters.heatmaps.pages.context import WallContext
from atlas.chapters.heatmaps.places import decisions_page, path_page
from atlas.chapters.heatmaps.records import NetworkMaps
from atlas.chapters.heatmaps.typical import TypicalDecisions
from atlas.chapters.heatmaps.wall import Decision
from atlas.publish.page import Item, Page
from atlas.publish.words import first_name


@dataclass(frozen=True)
class TypicalImage:
    """The typical image of a class, and what the network decides about it."""

    name: str
    file: str
    page: str
    probability: float  # of the class that the image shows
    shown: int  # images among which it is the median
    decision: Decision


def pages(context: WallContext) -> Iterator[Item]:
    """A page for each network that has typical images."""
    for network in context.networks:
        if network.typical is not None:
            yield Page(decisions_page(network.spec.name), "heatmaps/decisions.html", _values(context, network))


def _values(context: WallContext, network: NetworkMaps) -> dict[str, object]:
    assert network.typical is not None
    images = _images(context, network, network.typical)
    right = sum(1 for one in images if one.decision.right)
    others = [one for one in context.networks if one.typical is not None]
    return {
        "context": context,
        "network": network,
        "images": images,
        "classes": f"{len(images)} class{'' if len(images) == 1 else 'es'}",
        "known": len(context.atlas.results.class_names(network.spec.labels)),
        "right": right,
        "others": [(one.spec.title, decisions_page(one.spec.name), one is network) for one in others],
    }


def _images(context: WallContext, network: NetworkMaps, typical: TypicalDecisions) -> list[TypicalImage]:
    """In the order of the classes."""
    names, probes = context.atlas.results.class_names(network.spec.labels), context.atlas.results.probes
    found = []
    for row, index in enumerate(typical.images.tolist()):
        case = context.case(network, index)
        assert case is not None
        found.append(
            TypicalImage(
                name=first_name(names[int(typical.classes[row])]),
                file=context.file(index),
                page=path_page(probes.images[index].id, network.spec.name),
                probability=float(typical.probabilities[row]),
                shown=int(typical.shown[row]),
                decision=context.decided(case),
            )
        )
    return found


PAGES.add("decisions", pages)
