"""Findings on the pages of layers and networks, and of the chapter as a whole. Registers no page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atlas.chapters.vision.figures.diagnosis import diagnosis_figures, measured, pair
from atlas.chapters.vision.figures.gates import block_names, gate_figures
from atlas.chapters.vision.figures.gates import findings as gates_sentence
from atlas.chapters.vision.figures.groups import groups_figure
from atlas.chapters.vision.figures.map import map_figure
from atlas.chapters.vision.figures.names import names_figure
from atlas.chapters.vision.figures.network import KINDS, accuracy_figure, training_figure
from atlas.chapters.vision.figures.tuning import tunings_figure
from atlas.chapters.vision.findings import (
    across,
    by_kind,
    compared,
    counts,
    depth,
    grouped,
    named,
    objects,
    ranking,
    sorted_by_class,
)
from atlas.chapters.vision.pages.context import LayerContext, NetworkSummary
from atlas.core.report import DIAGNOSED
from atlas.core.results import Figure, NetworkResults
from atlas.publish.context import AtlasContext
from atlas.publish.finding import Finding, Findings, finding
from atlas.publish.places import layer_page, network_page

PART = "Image networks"
BEFORE = {  # the network that the paper of each improves on
    "zfnet-64": "alexnet-64",
    "googlenet-64": "alexnet-64",
    "vgg-64": "alexnet-64",
    "resnet-64": "vgg-64",
    "densenet-64": "resnet-64",
    "senet-64": "resnet-64",
}


def layer_findings(context: LayerContext) -> tuple[Finding, ...]:
    """What was found about a layer: by what its units are named, their groups of objects, its map."""
    results, spec, layer = context.atlas.results, context.network.spec, context.layer
    found = counts(layer.spec.name, context.names, layer.dissection, layer.tuning)
    tuned = found.tuned
    names = tunings_figure(results, spec, layer) if tuned else names_figure(results, spec, layer, context.names)
    mapped = map_figure(results, spec, layer) if layer.layout is not None else None
    return (
        *finding(named(found, layer.tuning), names),
        *finding(grouped(found, layer.dissection), groups_figure(results, spec, layer) if found.scored else None),
        *finding(sorted_by_class(layer.layout, layer.spec.name), mapped),
    )


def network_findings(context: AtlasContext, summary: NetworkSummary) -> tuple[Finding, ...]:
    """What was found about a network: beside its predecessor, by depth, by kind of image, of gates and first layers."""
    network = summary.network
    layers = [layer.counts for layer in summary.layers]
    accuracy = accuracy_figure(context.results, network) if network.accuracies else None
    return (
        *_compared(context, network),
        *finding(depth(layers), _last(summary, "names")),
        *finding(objects(layers), _last(summary, "groups")),
        *finding(by_kind(network.spec.title, network.accuracies, KINDS), accuracy),
        *_gates(context, network),
        *_diagnosis(context, network),
    )


def _last(summary: NetworkSummary, kind: str) -> Figure | None:
    """The figure of a kind of the last layer that has it and whose units are no classes."""
    found = [one.figure for layer in summary.layers if not layer.counts.classes for one in layer.findings]
    return next((figure for figure in reversed(found) if figure.kind == kind), None)


def _compared(context: AtlasContext, network: NetworkResults) -> list[Finding]:
    before = next((one for one in context.networks if one.spec.name == BEFORE.get(network.spec.name)), None)
    if before is None or network.card is None:
        return []
    return finding(compared(network, before), training_figure(context.results, network))


def claims(context: AtlasContext, network: NetworkResults) -> tuple[Finding, ...]:
    """What was measured of what the paper of a network claims, for the line of history."""
    return (*_compared(context, network), *_diagnosis(context, network)[: network.spec.name == DIAGNOSED[-1]])


def _gates(context: AtlasContext, network: NetworkResults) -> list[Finding]:
    if network.gates is None:
        return []
    return finding(gates_sentence(network.gates, block_names(network)), gate_figures(context.results, network)[-1])


def _diagnosis(context: AtlasContext, network: NetworkResults) -> list[Finding]:
    both = pair(context.results)
    if both is None or network.spec.name not in DIAGNOSED:
        return []
    figures = {figure.kind: figure for figure in diagnosis_figures(context.results)}
    return finding(measured(both), figures["diagnosis-maps"])


def chapter_sentences(context: AtlasContext, summaries: Sequence[NetworkSummary]) -> tuple[Finding, ...]:
    """What was found over all networks: accuracy, and what changes with depth."""
    trained = [summary.network for summary in summaries if summary.network.card]
    layers = {summary.network.spec.title: [layer.counts for layer in summary.layers] for summary in summaries}
    last = next((figure for one in reversed(summaries) if (figure := _last(one, "names"))), None)
    return (
        *finding(ranking(trained), training_figure(context.results, trained[-1]) if trained else None),
        *finding(across(layers), last),
    )


def chapter_findings(context: AtlasContext, summaries: Sequence[NetworkSummary]) -> Iterator[Findings]:
    """The findings about every network, and below it about its layers."""
    yield Findings(PART, "All networks", "index.html", chapter_sentences(context, summaries))
    for summary in summaries:
        spec = summary.network.spec
        yield Findings(PART, spec.title, network_page(spec.name), network_findings(context, summary))
        for layer in summary.layers:
            title = f"{spec.title}, {layer.name}"
            yield Findings(PART, title, layer_page(spec.name, layer.name), layer.findings)
