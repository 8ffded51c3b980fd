import io
import json
import re
from dataclasses import replace
from datetime import date

import jsonschema
import pytest
import rispy
from hypothesis import given, settings
from hypothesis import strategies as st
from pybtex.database import parse_string

from atlas.core.errors import ConfigError, UnknownName
from atlas.publish.catalogue import find
from atlas.publish.cite import FORMATS, RELEASED, SUFFIXES, cite, issue_date
from atlas.publish.words import one_line
from tests.fixtures.results import make_results

BASE = "https://example.org/atlas/"
DAY = date(2026, 3, 5)

# What CSL-JSON allows of the fields that we use (citation-style-language, input schema 1.0).
CSL = {
    "type": "array",
    "minItems": 1,
    "items": {
        "type": "object",
        "required": ["type", "id"],
        "additionalProperties": False,
        "properties": {
            "type": {"enum": ["figure", "graphic", "dataset", "webpage"]},
            **{name: {"type": "string", "minLength": 1} for name in
               ("id", "title", "publisher", "version", "URL", "note")},
            "author": {
                "type": "array",
                "items": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {name: {"type": "string"} for name in ("family", "given", "literal")},
                },
            },
            "issued": {
                "type": "object",
                "required": ["date-parts"],
                "properties": {
                    "date-parts": {
                        "type": "array",
                        "items": {"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 3},
                    }
                },
            },
        },
    },
}  # fmt: skip

HOSTILE = [
    "a {brace} and an }unbalanced{ one {",
    "fish & chips, 100 % of $5_000 #1 ~^",
    "<script>alert(1)</script>",
    "two\nlines\r\nTY  - BOOK\nER  - ",
    'back\\slash \\textbf{x} "quoted", @misc{x,',
    "Ångström − 漢字",
]


@pytest.fixture(scope="module")
def figure():
    return find(make_results(), "efficientnet-lite0/block3b/2/channel")


def bibtex_fields(text):
    entries = parse_string(text, "bibtex").entries
    assert len(entries) == 1
    ((_, entry),) = entries.items()
    return entry


COMMANDS = {"braceleft": "{", "braceright": "}", "backslash": "\\", "asciitilde": "~", "asciicircum": "^"}


def plain(latex):
    """What LaTeX prints for a field in double braces (pybtex's own decoder knows only some of these commands)."""
    assert (latex[0], latex[-1]) == ("{", "}")
    return re.sub(r"\\text(\w+)\{\}|\\([&%$#_])", lambda m: COMMANDS[m[1]] if m[1] else m[2], latex[1:-1])


def test_bibtex_round_trip(figure):
    text = cite(figure, "bibtex", base_url=BASE, issued=DAY)
    entry = bibtex_fields(text)
    assert text.startswith("@misc{atlas:efficientnet-lite0-block3b-2-channel,\n")
    assert entry.fields["year"] == "2026"
    assert entry.fields["month"] == "March"
    assert entry.fields["url"] == BASE + figure.page
    assert plain(entry.fields["title"]) == figure.title
    assert str(entry.persons["author"][0]).strip("{}") == "Representation Atlas contributors"
    assert "sha256:579344248a93" in entry.fields["note"]


def test_ris_round_trip(figure):
    (entry,) = rispy.load(io.StringIO(cite(figure, "ris", base_url=BASE, issued=DAY)))
    assert entry["type_of_reference"] == "FIGURE"
    assert entry["title"] == figure.title
    assert entry["authors"] == ["Representation Atlas contributors"]
    assert (entry["year"], entry["date"]) == ("2026", "2026/03/05")
    assert entry["urls"] == [BASE + figure.page]
    assert "sha256:579344248a93" in " ".join(entry["notes"])


def test_csl_json_round_trip(figure):
    items = json.loads(cite(figure, "csl-json", base_url=BASE, issued=DAY))
    jsonschema.validate(items, CSL)
    assert items[0]["title"] == figure.title
    assert items[0]["issued"] == {"date-parts": [[2026, 3, 5]]}
    assert items[0]["URL"] == BASE + figure.page


def test_text(figure):
    text = cite(figure, "text", base_url=BASE, issued=DAY, version="9.8.7")
    assert text.startswith(
        f"Representation Atlas contributors (2026). {figure.title}. Representation Atlas, version 9.8.7"
    )
    assert f" {BASE}{figure.page}. Figure {figure.id}; weights efficientnet-lite0 sha256:579344248a93; " in text
    assert text.endswith("probe set embedded 5f2c5f2c5f2c; licence CC-BY-4.0.")


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_come_back_as_they_were(figure, title):
    hostile = replace(figure, title=title)
    entry = bibtex_fields(cite(hostile, "bibtex", base_url=BASE, issued=DAY))
    assert plain(entry.fields["title"]) == one_line(title)
    (record,) = rispy.load(io.StringIO(cite(hostile, "ris", base_url=BASE, issued=DAY)))
    assert record["title"] == one_line(title)
    items = json.loads(cite(hostile, "csl-json", base_url=BASE, issued=DAY))
    jsonschema.validate(items, CSL)
    assert items[0]["title"] == one_line(title)


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1))
def test_any_title_leaves_one_entry_with_all_fields(title):
    figure = find(make_results(), "efficientnet-lite0/block3b/2/channel")
    hostile = replace(figure, title=f"x{title}", id=f"a/b/{title}")
    entry = bibtex_fields(cite(hostile, "bibtex", base_url=BASE, issued=DAY))
    assert set(entry.fields) == {"title", "publisher", "year", "month", "version", "url", "note"}
    assert len(rispy.load(io.StringIO(cite(hostile, "ris", base_url=BASE, issued=DAY)))) == 1
    jsonschema.validate(json.loads(cite(hostile, "csl-json", base_url=BASE, issued=DAY)), CSL)


@pytest.mark.parametrize("format", FORMATS)
def test_without_an_address_there_is_no_address(figure, format):
    text = cite(figure, format, issued=DAY)
    assert figure.page not in text
    assert "http" not in text
    assert figure.id in text  # the note still says which figure it is


@pytest.mark.parametrize("format", FORMATS)
def test_every_kind_of_figure_can_be_cited(format):
    results = make_results()
    for figure_id in ("wall", "twin/stem/map", "twin/stem/units", "twin/stem/1/examples", "twin/logits/1/histogram"):
        assert "579344248a93" in cite(find(results, figure_id), format, issued=DAY)


def test_every_format_has_a_file_suffix():
    assert {*SUFFIXES, "text"} == set(FORMATS)


def test_an_unknown_format_lists_what_exists(figure):
    with pytest.raises(UnknownName, match=r"citation format named 'bibtx'. Did you mean 'bibtex'\?.*csl-json"):
        cite(figure, "bibtx")


def test_the_day_is_the_builds_or_the_releases():
    assert issue_date({"SOURCE_DATE_EPOCH": "86400"}) == date(1970, 1, 2)
    assert issue_date({}) == RELEASED
    with pytest.raises(ConfigError, match="SOURCE_DATE_EPOCH='soon'"):
        issue_date({"SOURCE_DATE_EPOCH": "soon"})
