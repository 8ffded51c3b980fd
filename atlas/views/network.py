"""A network's page: what it is, and its layers from the first to the classes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from atlas.figures.bibliography import bibliography
from atlas.views import ATLAS_VIEWS
from atlas.views.desk import Chapter, Desk
from atlas.views.entry import ROWS
from atlas.views.page import Item, Page
from atlas.views.wall import bricks, tile_sheet


def pages(desk: Desk, chapters: Sequence[Chapter]) -> Iterator[Item]:
    """One page a network, with the sheet that its tiles are cut from."""
    for chapter in chapters:
        drawn = any(layer.tiles for layer in chapter.layers)
        if drawn:
            yield tile_sheet(_sheet_file(chapter), chapter.layers, ROWS)
        yield Page(f"networks/{chapter.network.spec.name}/index.html", "network.html", _context(desk, chapter, drawn))


def _sheet_file(chapter: Chapter) -> str:
    return f"pictures/{chapter.network.spec.name}/tiles.webp"


def _context(desk: Desk, chapter: Chapter, drawn: bool) -> dict[str, object]:
    spec = chapter.network.spec
    return {
        "chapter": chapter,
        "spec": spec,
        "paper": bibliography().get(spec.paper),
        "sheet_file": _sheet_file(chapter) if drawn else None,
        "width": len(chapter.layers),
        "height": ROWS,
        "rows": [(layer, bricks(layer, x, ROWS)) for x, layer in enumerate(chapter.layers)],
        "units": sum(layer.units for layer in chapter.layers),
        "pictures": sum(layer.pictures for layer in chapter.layers),
        "input": spec.input_size,
        "probes": desk.results.probes,
    }


ATLAS_VIEWS.add("network", pages)
