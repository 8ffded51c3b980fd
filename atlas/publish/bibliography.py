"""The papers that networks and methods cite by key, read from the one bibliography."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from atlas.core.errors import AtlasError
from atlas.publish.templates import template_folder
from atlas.publish.words import listed

if TYPE_CHECKING:
    from pybtex.database import Entry, Person

FILE = "bibliography.bib"


@dataclass(frozen=True)
class Paper:
    """One paper. `fields` are those of its entry as plain text, without LaTeX's commands and braces."""

    key: str
    kind: str  # "article", "inproceedings", …
    authors: tuple[tuple[str, str], ...]  # family name, given names
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
def bibliography() -> Mapping[str, Paper]:
    """All papers by key, in the order of the file. AtlasError where it is missing or cannot be parsed."""
    path = template_folder() / FILE
    if not path.is_file():
        raise AtlasError(f"The package lacks its {FILE} (looked in {path.parent}). Reinstall it.")
    return parse(path.read_text(encoding="utf-8"))


def parse(text: str) -> dict[str, Paper]:
    """The papers of a BibTeX file by key. AtlasError where pybtex cannot parse it, or where a key comes twice."""
    from pybtex.database import parse_string
    from pybtex.exceptions import PybtexError

    try:
        entries = parse_string(text, "bibtex").entries
    except PybtexError as error:
        raise AtlasError(f"{FILE} cannot be parsed: {error}.") from error
    return {key: _paper(key, entry) for key, entry in entries.items()}


def _paper(key: str, entry: Entry) -> Paper:
    from pybtex.richtext import Text

    authors = tuple(_name(person) for person in entry.persons.get("author", ()))
    return Paper(key, entry.type, authors, {name: str(Text.from_latex(value)) for name, value in entry.fields.items()})


def _name(person: Person) -> tuple[str, str]:
    """Family name with its particle, given names."""
    family = (*person.rich_prelast_names, *person.rich_last_names)
    given = (*person.rich_first_names, *person.rich_middle_names)
    return " ".join(map(str, family)), " ".join(map(str, given))
