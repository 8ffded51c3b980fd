"""About: what is seen here, how it was made, how to cite it and how to make it again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atlas.figures.bibliography import bibliography
from atlas.views import ATLAS_VIEWS
from atlas.views.desk import Chapter, Desk
from atlas.views.page import Item, Page
from atlas.views.pixels import STRETCH, SYNTHETIC


def pages(desk: Desk, chapters: Sequence[Chapter]) -> Iterator[Item]:
    """One page."""
    context = {
        "chapters": chapters,
        "probes": desk.results.probes,
        "recipe": desk.results.recipe,
        "versions": desk.results.versions,
        "bibliography": bibliography(),
        "stretch": STRETCH,
        "quality": SYNTHETIC["quality"],
    }
    yield Page("about/index.html", "about.html", context)


ATLAS_VIEWS.add("about", pages)
