"""Search and the printed index: from a word to the units that answer it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from atlas.figures.places import unit_page
from atlas.types import Unit
from atlas.views import ATLAS_VIEWS
from atlas.views.desk import Chapter, Desk
from atlas.views.page import Asset, Item, Page
from atlas.views.script import put

OTHER = "0"  # the letter of everything that starts with no letter


@dataclass
class Heading:
    """A word of the index with the units that answer it most."""

    name: str
    units: list[Unit] = field(default_factory=list)

    @property
    def letter(self) -> str:
        return letter(self.name)


def fold(text: str) -> str:
    """`text` without case and accents, as it is compared."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return plain.lower()


def tokens(text: str) -> list[str]:
    """The words of `text` that a search can start with."""
    return re.findall(r"[a-z0-9]+", fold(text))


def letter(text: str) -> str:
    """The page of the index that holds `text`: a to z, or "0"."""
    first = next(iter(tokens(text)), OTHER)[0]
    return first if first.isalpha() else OTHER


def letter_page(name: str) -> str:
    """Site path of a page of the index."""
    return f"search/{name}/index.html"


def headings(chapters: Sequence[Chapter]) -> list[Heading]:
    """Every class and label that some unit answers most, in alphabetical order."""
    found: dict[str, Heading] = {}
    for chapter in chapters:
        for layer in chapter.layers:
            for index in range(layer.units):
                unit = Unit(chapter.network.spec.name, layer.name, index)
                words = {layer.favourites[index], layer.labels[index] if layer.labels else ""} - {""}
                for word in sorted(words):
                    found.setdefault(word, Heading(word)).units.append(unit)
    return sorted(found.values(), key=lambda heading: (fold(heading.name), heading.name))


def shards(index: Sequence[Heading]) -> dict[str, list[object]]:
    """The index cut by the first sign of each word of a heading: what the page loads while someone types."""
    cut: dict[str, list[object]] = {}
    for heading in index:
        record = [heading.name, [unit.slug for unit in heading.units]]
        for first in sorted({token[0] for token in tokens(heading.name)}):
            cut.setdefault(first, []).append(record)
    return cut


def pages(desk: Desk, chapters: Sequence[Chapter]) -> Iterator[Item]:
    """The search page, its data, and the index from A to Z, which needs no script."""
    index = headings(chapters)
    letters = sorted({heading.letter for heading in index})
    layers = [
        [chapter.network.spec.name, chapter.network.spec.title, layer.name, layer.title, layer.units]
        for chapter in chapters
        for layer in chapter.layers
    ]
    cut = shards(index)
    yield Asset("search/layers.js", put("search/layers", {"layers": layers, "shards": "".join(sorted(cut))}))
    for first, records in cut.items():
        yield Asset(f"search/words-{first}.js", put(f"search/words-{first}", records))
    common = {"letters": [(name, letter_page(name)) for name in letters], "words": len(index), "chapters": chapters}
    yield Page("search/index.html", "search.html", common)
    for name in letters:
        here = [heading for heading in index if heading.letter == name]
        entries = [(heading, [(unit, unit_page(unit)) for unit in heading.units]) for heading in here]
        yield Page(letter_page(name), "index.html", {**common, "letter": name, "entries": entries})


ATLAS_VIEWS.add("search", pages)
