"""About: what the atlas shows, how it was made, how to cite it and how to build it again."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.publish.bibliography import bibliography
from atlas.publish.context import AtlasContext
from atlas.publish.page import Item, Page
from atlas.publish.pixels import STRETCH, SYNTHETIC

PAGE = "about/index.html"


def pages(context: AtlasContext) -> Iterator[Item]:
    """One page."""
    values = {
        "probes": context.results.probes,
        "recipe": context.results.recipe,
        "versions": context.results.versions,
        "bibliography": bibliography(),
        "stretch": STRETCH,
        "quality": SYNTHETIC["quality"],
    }
    yield Page(PAGE, "about.html", values)
