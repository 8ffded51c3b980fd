"""The pages of classes over all networks that share a list of them, and the table of accuracy by class and network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atlas.chapters.vision.pages import PAGES
from atlas.chapters.vision.pages.context import NetworkSummary
from atlas.chapters.vision.places import class_page, classes_page
from atlas.core.report import ClassScore
from atlas.core.specs import Unit
from atlas.publish.context import AtlasContext
from atlas.publish.page import Item, Page
from atlas.publish.places import picture_file, probe_file, unit_page
from atlas.publish.words import first_name


@dataclass(frozen=True)
class ClassRow:
    """A class in one network: its accuracy on the validation images, its picture, its top-activating probe images."""

    summary: NetworkSummary
    score: ClassScore | None
    page: str  # of its logit
    picture: str  # file; "" without a feature visualization
    examples: tuple[str, ...]  # files; none where they may not be shown


def shared(summaries: Sequence[NetworkSummary]) -> dict[str, list[NetworkSummary]]:
    """The networks of each list of classes that at least two share, in the order given."""
    found: dict[str, list[NetworkSummary]] = {}
    for summary in summaries:
        if any(layer.counts.classes for layer in summary.layers):
            found.setdefault(summary.network.spec.labels, []).append(summary)
    return {labels: networks for labels, networks in found.items() if len(networks) > 1}


def pages(context: AtlasContext, summaries: Sequence[NetworkSummary]) -> Iterator[Item]:
    """A table for each shared list of classes, and a page for each class."""
    for labels, networks in shared(summaries).items():
        names = [first_name(name) for name in context.results.class_names(labels)]
        yield Page(classes_page(labels), "vision/classes.html", _table(labels, networks, names))
        for index, name in enumerate(names):
            values = {
                "name": name,
                "index": index,
                "full": context.results.class_names(labels)[index],
                "rows": [_row(context, one, index) for one in networks],
                "classes_page": classes_page(labels),
                "previous": class_page(labels, index - 1) if index else "",
                "next": class_page(labels, index + 1) if index + 1 < len(names) else "",
            }
            yield Page(class_page(labels, index), "vision/class.html", values)


def _table(labels: str, networks: Sequence[NetworkSummary], names: Sequence[str]) -> dict[str, object]:
    """Accuracy by class (rows) and network (columns), only of networks with a model card."""
    cards = [(one, one.network.card) for one in networks if one.network.card]
    rows = [
        (name, class_page(labels, index), [card.classes[index].top1 for _, card in cards if card])
        for index, name in enumerate(names)
    ]
    images = max((card.classes[0].images for _, card in cards if card), default=0)
    return {"networks": [one for one, _ in cards], "rows": rows, "images": images, "classes": len(names)}


def _row(context: AtlasContext, summary: NetworkSummary, index: int) -> ClassRow:
    network = summary.network
    unit = Unit(network.spec.name, network.spec.logits.name, index)
    strongest = next(layer.strongest for layer in summary.layers if layer.counts.classes)
    return ClassRow(
        summary=summary,
        score=network.card.classes[index] if network.card else None,
        page=unit_page(unit),
        picture=picture_file(unit) if index in network.pictured.get(unit.layer, ()) else "",
        examples=tuple(map(probe_file, strongest[index])) if context.results.probes.publish else (),
    )


PAGES.add("classes", pages)
