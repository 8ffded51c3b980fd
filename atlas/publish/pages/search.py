"""Search and the printed index: from a word to the units and cells that respond to it most."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from atlas.publish.index import IndexEntries, IndexSection, Slug
from atlas.publish.page import Asset, Item, Page
from atlas.publish.script import put
from atlas.publish.words import listed

PAGE = "search/index.html"
OTHER = "0"  # the letter of everything that starts with no letter
MOST = 2000  # units on one page of the index, up to 190 kB


@dataclass
class Heading:
    """A word of the index with what responds to it most, as (section, slug) each."""

    name: str
    places: list[tuple[IndexSection, Slug]] = field(default_factory=list)

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
            if name in cut and room < len(heading.places):
                name, room = f"{first}/{int(name.partition('/')[2] or 1) + 1}", MOST
            cut.setdefault(name, []).append(heading)
            room -= len(heading.places)
    return cut


def by_section(places: Sequence[tuple[IndexSection, Slug]]) -> list[tuple[IndexSection, list[Slug]]]:
    """Each section with the slugs on it, in the order of the places, which sections keep together."""
    return [(section, [slug for _, slug in listed]) for section, listed in groupby(places, key=lambda place: place[0])]


def headings(entries: Iterable[IndexEntries]) -> list[Heading]:
    """The words in alphabetical order, each with all that is listed under it."""
    found: dict[str, Heading] = {}
    for section, words in entries:
        for slug, word in words:
            found.setdefault(word, Heading(word)).places.append((section, slug))
    return sorted(found.values(), key=lambda heading: (fold(heading.name), heading.name))


def shards(index: Sequence[Heading], numbers: Mapping[str, int]) -> dict[str, list[object]]:
    """The index cut by the first character of each word of a heading, which the page loads while someone types.

    A record is [word, [[number of the section, slug, slug, …], …]].
    """
    cut: dict[str, list[object]] = {}
    for heading in index:
        record = [heading.name, [[numbers[section.page], *listed] for section, listed in by_section(heading.places)]]
        for first in sorted({token[0] for token in tokens(heading.name)}):
            cut.setdefault(first, []).append(record)
    return cut


def pages(entries: Sequence[IndexEntries]) -> Iterator[Item]:
    """The search page, its data, and the index from A to Z, which needs no script."""
    sections = [section for section, _ in entries]
    index = headings(entries)
    letters = parts(index)
    cut = shards(index, {section.page: number for number, section in enumerate(sections)})
    known = {"shelves": [section.record() for section in sections], "shards": "".join(sorted(cut))}
    yield Asset("search/shelves.js", put("search/shelves", known))
    for first, records in cut.items():
        yield Asset(f"search/words-{first}.js", put(f"search/words-{first}", records))
    common = {"letters": [(name, letter_page(name)) for name in letters], "words": len(index)}
    groups = [(top, list(group)) for top, group in groupby(sections, key=lambda section: (section.title, section.home))]
    nouns = listed([f"{noun}s" for noun in dict.fromkeys(section.noun for section in sections)])
    yield Page(PAGE, "search.html", {**common, "groups": groups, "nouns": nouns})
    for name, here in letters.items():
        listed_here = [(heading, by_section(heading.places)) for heading in here]
        yield Page(letter_page(name), "index.html", {**common, "letter": name, "headings": listed_here})
