"""Citations of a figure: BibTeX, RIS, CSL-JSON and plain text, all from one Reference."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from atlas import __version__
from atlas.core.errors import ConfigError
from atlas.core.registry import Registry
from atlas.core.results import Figure
from atlas.publish.imprint import Imprint
from atlas.publish.words import one_line, short

ATLAS = Imprint()
UNPUBLISHED = "; unpublished"  # what citations of an atlas add that its recipe keeps private
RELEASED = date(2026, 11, 26)  # of this version: the date of citations where no build date is set


@dataclass(frozen=True)
class Reference:
    """The fields of a figure's citation, for every format. `url` is empty where the site has no address yet."""

    key: str
    title: str
    issued: date
    version: str
    url: str
    note: str
    author: str = ATLAS.author
    publisher: str = ATLAS.publisher


Emitter = Callable[[Reference], str]
FORMATS: Registry[Emitter] = Registry("citation format")
SUFFIXES = {"bibtex": "bib", "ris": "ris", "csl-json": "json"}  # of files for reference managers


def cite(
    figure: Figure,
    format: str,
    *,
    base_url: str = "",
    issued: date | None = None,
    version: str = __version__,
    imprint: Imprint = ATLAS,
) -> str:
    """The citation of `figure` as "bibtex", "ris", "csl-json" or "text"; UnknownName lists the formats."""
    day = issued or issue_date()
    return FORMATS[format](reference(figure, base_url=base_url, issued=day, version=version, imprint=imprint))


def reference(
    figure: Figure, *, base_url: str, issued: date, version: str = __version__, imprint: Imprint = ATLAS
) -> Reference:
    """The reference of `figure`; its note names the version of the weights, of the probe set and the licence."""
    figure = imprint.stamped(figure)
    made, unpublished = made_from(figure.provenance), "" if imprint.published else UNPUBLISHED
    return Reference(
        key="atlas:" + "".join(c if (c.isascii() and c.isalnum()) or c in "-." else "-" for c in figure.id),
        title=one_line(figure.title),
        issued=issued,
        version=version,
        url=permalink(figure, base_url),
        note=one_line(f"Figure {figure.id}; {made}; licence {figure.licence}{unpublished}"),
        author=one_line(imprint.author),
        publisher=one_line(imprint.publisher),
    )


def permalink(figure: Figure, base_url: str) -> str:
    """The absolute address of the figure, or "" while the site has none."""
    return f"{base_url.rstrip('/')}/{quote(figure.page, safe='/#')}" if base_url else ""


def issue_date(environment: Mapping[str, str] = os.environ) -> date:
    """The day of the build by SOURCE_DATE_EPOCH, else the release day of this version: never the clock."""
    seconds = environment.get("SOURCE_DATE_EPOCH")
    if seconds is None:
        return RELEASED
    try:
        return datetime.fromtimestamp(int(seconds), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise ConfigError(f"SOURCE_DATE_EPOCH={seconds!r} is not a number of seconds since 1970.") from None


def cite_base(base_url: str, imprint: Imprint = ATLAS) -> dict[str, object]:
    """What all citations of the site share."""
    return {
        "author": one_line(imprint.author),
        "publisher": one_line(imprint.publisher),
        **({} if imprint.published else {"unpublished": UNPUBLISHED}),
        "issued": issue_date().isoformat(),
        "version": __version__,
        "base": base_url.rstrip("/"),
    }


def made_from(provenance: Mapping[str, Any]) -> str:
    """The weights and the probe images, where there are any, by their digests: they are part of a unit's definition."""
    networks = provenance.get("networks", (provenance,))
    weights = [f"{one['network']} sha256:{short(one['weights']['sha256'])}" for one in networks if "network" in one]
    probes = networks[0].get("probes")
    named = [f"weights {', '.join(weights)}"] if weights else []
    return "; ".join(named + ([f"probe set {probes['name']} {short(probes['digest'])}"] if probes else []))


# Braces are counted by BibTeX even after a backslash, so they may only appear as commands.
BIBTEX_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "&%$#_"},
    }
)

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")  # BibTeX's own names


def bibtex(reference: Reference) -> str:
    """A `@misc` entry (UTF-8); the title is in double braces, so that its capitals stay."""
    fields = {
        "author": f"{{{{{reference.author.translate(BIBTEX_ESCAPES)}}}}}",
        "title": f"{{{{{reference.title.translate(BIBTEX_ESCAPES)}}}}}",
        "publisher": f"{{{reference.publisher.translate(BIBTEX_ESCAPES)}}}",
        "year": f"{{{reference.issued.year}}}",
        "month": MONTHS[reference.issued.month - 1],
        "version": f"{{{reference.version}}}",
        "url": f"{{{reference.url}}}" if reference.url else "",
        "note": f"{{{reference.note.translate(BIBTEX_ESCAPES)}}}",
    }
    lines = (f"  {name} = {value}," for name, value in fields.items() if value)
    return "\n".join((f"@misc{{{reference.key},", *lines, "}", ""))


def ris(reference: Reference) -> str:
    """An RIS record of type FIGURE."""
    tags = {
        "TY": "FIGURE",
        "ID": reference.key,
        "AU": reference.author,
        "TI": reference.title,
        "PB": reference.publisher,
        "PY": str(reference.issued.year),
        "DA": f"{reference.issued:%Y/%m/%d}",
        "ET": reference.version,
        "UR": reference.url,
        "N1": reference.note,
    }
    return "".join(f"{tag}  - {value}\n" for tag, value in tags.items() if value) + "ER  - \n"


def csl_json(reference: Reference) -> str:
    """A CSL-JSON list with one item of type figure, on one line."""
    item = {
        "id": reference.key,
        "type": "figure",
        "title": reference.title,
        "author": [{"literal": reference.author}],
        "publisher": reference.publisher,
        "issued": {"date-parts": [[reference.issued.year, reference.issued.month, reference.issued.day]]},
        "version": reference.version,
        "URL": reference.url,
        "note": reference.note,
    }
    fields = {name: value for name, value in item.items() if value}
    return json.dumps([fields], ensure_ascii=False, separators=(",", ":")) + "\n"


def text(reference: Reference) -> str:
    """One line of text."""
    address = f" {reference.url}." if reference.url else ""
    source = f"{reference.publisher}, version {reference.version}.{address}"
    return f"{reference.author} ({reference.issued.year}). {reference.title}. {source} {reference.note}."


FORMATS.add("bibtex", bibtex)
FORMATS.add("ris", ris)
FORMATS.add("csl-json", csl_json)
FORMATS.add("text", text)
