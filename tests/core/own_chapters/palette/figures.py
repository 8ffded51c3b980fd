"""Its one figure."""

from collections.abc import Iterator

from atlas.chapters.palette.clusters import Palette

from atlas.core.results import AtlasResults, Figure
from atlas.publish.provenance import probe_provenance, terms
from atlas.publish.words import count

PAGE = "palette/index.html"


def palette_of(results: AtlasResults) -> Palette:
    found = results.chapters["palette"]
    assert isinstance(found, Palette)
    return found


def all_figures(results: AtlasResults) -> Iterator[Figure]:
    palette = palette_of(results)
    licence, attribution = terms(())  # it shows no probe image
    yield Figure(
        id="palette/colours",
        kind="palette",
        title="Colours of the probe images",
        caption=f"{count(len(palette.rgb), 'cluster')} of the mean colours of {int(palette.images.sum()):,} probe images.",
        alt=f"The colours {', '.join(palette.names)}.",
        page=f"{PAGE}#colours",
        files=(),
        licence=licence,
        attribution=attribution,
        provenance=probe_provenance(results, colours=palette.names),
    )
