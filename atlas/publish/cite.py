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
from atlas.publish.provenance import CREDIT
from atlas.publish.words import one_line, short

AUTHOR = f"{CREDIT} contributors"
RELEASED = date(2026, 11, 26)  # of this version; what a citation says where no build date is set


@dataclass(frozen=True)
class Reference:
    """What every citation format says. `url` is empty where the site has no address yet."""

    key: str
    title: str
    issued: date
    version: str
    url: str
    note: str


Emitter = Callable[[Reference], str]
FORMATS: Registry[Emitter] = Registry("citation format")
SUFFIXES = {"bibtex": "bib", "ris": "ris", "csl-json": "json"}  # of files for reference managers


def cite(
    figure: Figure, format: str, *, base_url: str = "", issued: date | None = None, version: str = __version__
) -> str:
    """The citation of `figure` as "bibtex", "ris", "csl-json" or "text"; UnknownName lists the formats."""
    return FORMATS[format](reference(figure, base_url=base_url, issued=issued or issue_date(), version=version))


def reference(figure: Figure, *, base_url: str, issued: date, version: str = __version__) -> Reference:
    """The reference of `figure`; its note names the version of the weights, of the probe set and the licence."""
    return Reference(
        key="atlas:" + "".join(c if (c.isascii() and c.isalnum()) or c in "-." else "-" for c in figure.id),
        title=one_line(figure.title),
        issued=issued,
        version=version,
        url=permalink(figure, base_url),
        note=one_line(f"Figure {figure.id}; {made_from(figure.provenance)}; licence {figure.licence}"),
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


def cite_base(base_url: str) -> dict[str, object]:
    """What all citations of the site share."""
    return {
        "author": AUTHOR,
        "publisher": CREDIT,
        "issued": issue_date().isoformat(),
        "version": __version__,
        "base": base_url.rstrip("/"),
    }


def made_from(provenance: Mapping[str, Any]) -> str:
    """Which weights and which probe images, by their digests, where there are any: a unit is only defined together with them."""
    networks = provenance.get("networks", (provenance,))
    weights = [f"{made['network']} sha256:{short(made['weights']['sha256'])}" for made in networks if "network" in made]
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


def bibtex(made: Reference) -> str:
    """A `@misc` entry (UTF-8); the title is in double braces, so that its capitals stay."""
    fields = {
        "author": f"{{{{{AUTHOR}}}}}",
        "title": f"{{{{{made.title.translate(BIBTEX_ESCAPES)}}}}}",
        "publisher": f"{{{CREDIT}}}",
        "year": f"{{{made.issued.year}}}",
        "month": MONTHS[made.issued.month - 1],
        "version": f"{{{made.version}}}",
        "url": f"{{{made.url}}}" if made.url else "",
        "note": f"{{{made.note.translate(BIBTEX_ESCAPES)}}}",
    }
    lines = (f"  {name} = {value}," for name, value in fields.items() if value)
    return "\n".join((f"@misc{{{made.key},", *lines, "}", ""))


def ris(made: Reference) -> str:
    """An RIS record of type FIGURE."""
    tags = (
        ("TY", "FIGURE"), ("ID", made.key), ("AU", AUTHOR), ("TI", made.title), ("PB", CREDIT),
        ("PY", str(made.issued.year)), ("DA", f"{made.issued:%Y/%m/%d}"), ("ET", made.version), ("UR", made.url),
        ("N1", made.note),
    )  # fmt: skip
    return "".join(f"{tag}  - {value}\n" for tag, value in tags if value) + "ER  - \n"


def csl_json(made: Reference) -> str:
    """A CSL-JSON list with one item of type figure, on one line."""
    item = {
        "id": made.key,
        "type": "figure",
        "title": made.title,
        "author": [{"literal": AUTHOR}],
        "publisher": CREDIT,
        "issued": {"date-parts": [[made.issued.year, made.issued.month, made.issued.day]]},
        "version": made.version,
        "URL": made.url,
        "note": made.note,
    }
    found = {name: value for name, value in item.items() if value}
    return json.dumps([found], ensure_ascii=False, separators=(",", ":")) + "\n"


def text(made: Reference) -> str:
    """One line for a reader."""
    address = f" {made.url}." if made.url else ""
    return f"{AUTHOR} ({made.issued.year}). {made.title}. {CREDIT}, version {made.version}.{address} {made.note}."


FORMATS.add("bibtex", bibtex)
FORMATS.add("ris", ris)
FORMATS.add("csl-json", csl_json)
FORMATS.add("text", text)
