"""The papers that networks and methods name by key, read from the one bibliography."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from atlas.core.errors import AtlasError
from atlas.publish.words import listed

PLACES = (Path(__file__).parents[1] / "_templates", Path(__file__).parents[2] / "templates")  # wheel, checkout
ENTRY = re.compile(r"@(\w+)\{([^,\s]+),\n(.*?)^\}", re.MULTILINE | re.DOTALL)
FIELD = re.compile(r"^ *(\w+) *= *\{(.*)\},?$")


@dataclass(frozen=True)
class Entry:
    """One paper. `fields` are as in the file, without the braces that protect capitals."""

    key: str
    kind: str
    fields: Mapping[str, str]

    @property
    def title(self) -> str:
        """The title, with its own capitals."""
        return self.fields["title"]

    @property
    def year(self) -> int:
        """The year of publication."""
        return int(self.fields["year"])

    @property
    def authors(self) -> tuple[tuple[str, str], ...]:
        """(family name, given names) of each author."""
        names = (name.partition(", ") for name in self.fields["author"].split(" and "))
        return tuple((family, given) for family, _, given in names)

    @property
    def byline(self) -> str:
        """The authors in full: Mingxing Tan and Quoc V. Le."""
        return listed([f"{given} {family}".strip() for family, given in self.authors])

    @property
    def short(self) -> str:
        """As a text cites it: Tan and Le (2019), or Hu et al. (2018)."""
        families = [family for family, _ in self.authors]
        names = listed(families) if len(families) < 3 else f"{families[0]} et al."
        return f"{names} ({self.year})"

    @property
    def venue(self) -> str:
        """Where it appeared, or arXiv."""
        for name in ("journal", "booktitle", "institution"):
            if name in self.fields:
                return self.fields[name]
        return "arXiv" if "eprint" in self.fields else ""

    @property
    def url(self) -> str:
        """Its DOI, else its arXiv page, else ""."""
        if "doi" in self.fields:
            return f"https://doi.org/{self.fields['doi']}"
        return f"https://arxiv.org/abs/{self.fields['eprint']}" if "eprint" in self.fields else ""


@cache
def bibliography() -> Mapping[str, Entry]:
    """All entries by key, in the order of the file."""
    for place in PLACES:
        if (place / "bibliography.bib").is_file():
            return parse((place / "bibliography.bib").read_text(encoding="utf-8"))
    raise AtlasError(f"The package lacks its bibliography.bib (looked in {PLACES[0]}). Reinstall it.")


def parse(text: str) -> dict[str, Entry]:
    """Read BibTeX as this bibliography writes it: one `name = {value},` a line; anything else is an AtlasError."""
    entries: dict[str, Entry] = {}
    for kind, key, body in ENTRY.findall(text):
        if key in entries:
            raise AtlasError(f"bibliography.bib holds {key!r} twice; keep one.")
        entries[key] = Entry(key, kind, dict(_field(key, line) for line in body.splitlines()))
    left = [line for line in ENTRY.sub("", text).splitlines() if line.strip() and not line.startswith("%")]
    if left:
        raise AtlasError(
            f"bibliography.bib: {left[0]!r} belongs to no entry; an entry ends with a line of its own, '}}'."
        )
    return entries


def _field(key: str, line: str) -> tuple[str, str]:
    match = FIELD.match(line)
    if match is None or match[2].count("{") != match[2].count("}"):
        raise AtlasError(f"bibliography.bib, {key}: {line!r} is not of the form `name = {{value}},` on one line.")
    return match[1], match[2].replace("{", "").replace("}", "").replace("--", "–")
