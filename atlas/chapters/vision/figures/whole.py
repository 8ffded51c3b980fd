"""A figure about a network as a whole, not about one of its layers."""

from __future__ import annotations

from atlas.core.results import AtlasResults, Figure, NetworkResults
from atlas.publish.provenance import provenance, terms


def whole_figure(
    results: AtlasResults,
    network: NetworkResults,
    kind: str,
    title: str,
    *,
    page: str,
    caption: str,
    alt: str,
    files: tuple[str, ...] = (),
) -> Figure:
    """The figure `<network>/<kind>` on `page`, under the licence of the atlas."""
    licence, attribution = terms(())
    return Figure(
        id=f"{network.spec.name}/{kind}",
        kind=kind,
        title=f"{title} of {network.spec.title}",
        caption=caption,
        alt=alt,
        page=f"{page}#{kind}",
        files=files,
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, network.spec, store=dict(network.keys)),
    )
