"""Its one figure."""

from collections.abc import Iterator

from atlas.chapters.palette.results import Palette

from atlas.core.results import AtlasResults, Figure
from atlas.publish.provenance import CREDIT, LICENCE

PAGE = "palette/index.html"


def palette_of(results: AtlasResults) -> Palette:
    found = results.chapters["palette"]
    assert isinstance(found, Palette)
    return found


def all_figures(results: AtlasResults) -> Iterator[Figure]:
    palette = palette_of(results)
    yield Figure(
        id="palette/colours",
        kind="palette",
        title="Colours of the probe images",
        caption=f"{len(palette.rgb)} clusters of the mean colours of {int(palette.images.sum())} probe images.",
        alt=f"The colours {', '.join(palette.names)}.",
        page=f"{PAGE}#colours",
        files=(),
        licence=LICENCE,
        attribution=f"{CREDIT} ({LICENCE})",
        provenance={"probes": {"name": results.probes.name, "digest": results.probes.digest}, "colours": palette.names},
    )
