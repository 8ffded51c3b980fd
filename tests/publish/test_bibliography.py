import re
from pathlib import Path

import pytest
from pybtex.database import parse_file

import atlas.networks
from atlas.core.errors import AtlasError
from atlas.networks import NETWORKS
from atlas.publish.bibliography import bibliography, parse

FILE = Path(__file__).parents[2] / "templates" / "bibliography.bib"
NETWORK_FILES = sorted(Path(atlas.networks.__file__).parent.glob("*.py"))


def test_our_reader_and_pybtex_agree():
    entries = parse_file(str(FILE), "bibtex").entries
    assert list(entries) == list(bibliography())
    for key, entry in bibliography().items():
        theirs = entries[key]
        assert entry.kind == theirs.type
        fields = {name: value for name, value in entry.fields.items() if name != "author"}
        assert fields == {
            name: value.replace("{", "").replace("}", "").replace("--", "–") for name, value in theirs.fields.items()
        }
        persons = [
            (
                " ".join((*person.prelast_names, *person.last_names)),
                " ".join((*person.first_names, *person.middle_names)),
            )
            for person in theirs.persons["author"]
        ]
        assert list(entry.authors) == persons


def test_every_network_cites_a_paper():
    assert {network.paper for network in NETWORKS.values()} <= set(bibliography())


def test_every_paper_that_a_network_file_names_is_in_the_bibliography():
    named = {key for file in NETWORK_FILES for key in re.findall(r'paper="(\w+)"', file.read_text(encoding="utf-8"))}
    assert {network.paper for network in NETWORKS.values()} <= named
    assert named <= set(bibliography())


def test_every_entry_can_be_shown():
    for entry in bibliography().values():
        assert entry.title
        assert entry.byline
        assert str(entry.year) in entry.short
        assert entry.url == "" or entry.url.startswith(("https://doi.org/10.", "https://arxiv.org/abs/"))


def test_how_a_text_cites():
    entries = bibliography()
    assert entries["tan2019efficientnet"].short == "Tan and Le (2019)"
    assert entries["tan2019efficientnet"].byline == "Mingxing Tan and Quoc V. Le"
    assert entries["hu2018squeeze"].short == "Hu et al. (2018)"
    assert entries["mcinnes2018umap"].venue == "arXiv"
    assert entries["carter2019activation"].url == "https://doi.org/10.23915/distill.00015"
    assert entries["tan2019efficientnet"].title.startswith("EfficientNet: Rethinking")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@misc{a,\n  title = {x},\n}\n@misc{a,\n  title = {y},\n}\n", "holds 'a' twice"),
        ('@misc{a,\n  title = "x",\n}\n', "a: .* is not of the form"),
        ("@misc{a,\n  title = {x{},\n}\n", "a: .* is not of the form"),
        ("@misc{a,\n  title = {x} }\n", "'@misc{a,' belongs to no entry"),
        ("loose words\n", "'loose words' belongs to no entry"),
    ],
)
def test_what_we_do_not_write_is_an_error(text, message):
    with pytest.raises(AtlasError, match=message):
        parse(text)
