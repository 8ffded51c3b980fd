"""The figure of a layer's activation map."""

from __future__ import annotations

from atlas.core.results import AtlasResults, Cells, Figure, LayerResults, Layout
from atlas.core.specs import NetworkSpec
from atlas.methods.embed import NEAREST
from atlas.publish.places import figure_page, map_file
from atlas.publish.provenance import provenance, terms
from atlas.publish.words import count, number, percent

MEASURED_FROM = 20  # probe images: below, a handful of neighbours says nothing about a layout


def is_measured(layout: Layout) -> bool:
    """Is the quality of the layout shown?"""
    return len(layout.xy) >= MEASURED_FROM


def compared(layout: Layout) -> int:
    """The nearest neighbours that each point's quality is measured by: fewer on a small map."""
    return min(NEAREST, (len(layout.xy) - 1) // 2)


def map_figure(results: AtlasResults, network: NetworkSpec, layer: LayerResults) -> Figure:
    """The UMAP layout of the probe images by their activations. ValueError where the layer has none."""
    if layer.layout is None:
        raise ValueError(f"{network.name}/{layer.spec.name} has no layout")
    layout, name = layer.layout, layer.spec.name
    figure_id = f"{network.name}/{name}/map"
    images = count(len(layout.xy), "probe image")
    licence, attribution = terms(results.probes.images[i] for i in _shown(results, layer.cells))
    return Figure(
        id=figure_id,
        kind="map",
        title=f"Activation map of {name}, {network.title}",
        caption=f"{images}, placed by UMAP so that images with similar activations in {name} are neighbours"
        f"{_cells_clause(layer.cells)}. {_quality(layout)}",
        alt=f"Map of {images} by their activations in {name} of {network.title}{_cells_clause(layer.cells)}.",
        page=figure_page(figure_id),
        files=(map_file(network.name, name),) if layer.cells is not None else (),
        licence=licence,
        attribution=attribution,
        provenance=provenance(
            results, network, layer, parameters=dict(layout.parameters), seed=int(results.recipe["seed"])
        ),
    )


def _quality(layout: Layout) -> str:
    """The quality of a layout in words."""
    if not is_measured(layout):
        return f"The quality of a layout of fewer than {MEASURED_FROM} images is not measured."
    judged = int(layout.parameters.get("judged", len(layout.xy)))
    sample = f"Measured on {judged:,} of them: trustworthiness" if judged < len(layout.xy) else "Trustworthiness"
    return (
        f"{sample} {number(layout.trustworthiness, 2)} and continuity {number(layout.continuity, 2)} (1: all "
        f"neighbourhoods are kept); {percent(layout.stability)} of nearest neighbours are the same under another "
        f"seed; {percent(layout.purity)} of the {compared(layout)} nearest neighbours share the predicted class "
        f"({percent(layout.purity_shuffled)} with shuffled classes)."
    )


def _cells_clause(cells: Cells | None) -> str:
    if cells is None:
        return ""
    if not len(cells.count):
        return f"; no tile of a {cells.grid} × {cells.grid} grid holds enough of them to be shown"
    return f", in {len(cells.count)} of {cells.grid**2} tiles of a {cells.grid} × {cells.grid} grid"


def _shown(results: AtlasResults, cells: Cells | None) -> list[int]:
    """Probe images that are shown in tiles without an icon."""
    if cells is None or not results.probes.publish:
        return []
    return [int(i) for i, icon in zip(cells.nearest, cells.icon, strict=True) if icon is None]
