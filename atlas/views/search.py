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
MOST = 2400  # units on one page of the index, about 150 kB


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
    """Site path of a page of the index: "b", or "b/2" for the second of its parts."""
    return f"search/{name}/index.html"


def parts(index: Sequence[Heading]) -> dict[str, list[Heading]]:
    """The index cut into pages: a page a letter, or several for a letter with many units."""
    cut: dict[str, list[Heading]] = {}
    for first in sorted({heading.letter for heading in index}):
        name, room = first, MOST
        for heading in (heading for heading in index if heading.letter == first):
            if name in cut and room < len(heading.units):
                name, room = f"{first}/{int(name.partition('/')[2] or 1) + 1}", MOST
            cut.setdefault(name, []).append(heading)
            room -= len(heading.units)
    return cut


def by_layer(units: Sequence[Unit]) -> list[tuple[str, str, list[tuple[int, str]]]]:
    """(network, layer, (index, page) of each unit) in the order of the units, which layers keep together."""
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for unit in units:
        found.setdefault((unit.network, unit.layer), []).append((unit.index, unit_page(unit)))
    return [(network, layer, listed) for (network, layer), listed in found.items()]


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
        record = [heading.name, _slugs(heading.units)]
        for first in sorted({token[0] for token in tokens(heading.name)}):
            cut.setdefault(first, []).append(record)
    return cut


def _slugs(units: Sequence[Unit]) -> list[list[object]]:
    """[network/layer, index, index, …] for each layer: its name once."""
    return [[f"{network}/{layer}", *(index for index, _ in listed)] for network, layer, listed in by_layer(units)]


def pages(desk: Desk, chapters: Sequence[Chapter]) -> Iterator[Item]:
    """The search page, its data, and the index from A to Z, which needs no script."""
    index = headings(chapters)
    letters = parts(index)
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
    for name, here in letters.items():
        entries = [(heading, by_layer(heading.units)) for heading in here]
        yield Page(letter_page(name), "index.html", {**common, "letter": name, "entries": entries})


ATLAS_VIEWS.add("search", pages)
