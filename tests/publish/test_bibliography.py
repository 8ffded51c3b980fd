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


def test_papers_are_the_entries_of_the_file_as_plain_text():
    entries = parse_file(str(FILE), "bibtex").entries
    assert list(entries) == list(bibliography())
    for key, paper in bibliography().items():
        assert paper.kind == entries[key].type
        assert dict(paper.fields) == {
            name: value.replace("{", "").replace("}", "").replace("--", "–")
            for name, value in entries[key].fields.items()
        }


def test_particles_belong_to_family_names():
    assert ("van der Maaten", "Laurens") in bibliography()["huang2017densely"].authors


def test_commands_and_braces_are_read_as_latex_does():
    [paper] = parse('@misc{a, author = "M{\\"u}ller, Anna", title = {{GAN}s, pages 1--2}, year = 2020}').values()
    assert (paper.title, paper.short) == ("GANs, pages 1–2", "Müller (2020)")


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
        ("@misc{a,\n  title = {x},\n}\n@misc{a,\n  title = {y},\n}\n", "repeated bibliography entry: a"),
        ("@misc{a,\n  title = {x{},\n}\n", "premature end of file"),
        ("@misc{a,\n  title = x,\n}\n", "line 2: x"),
        ("@misc{a, author = {A, B, C, D}}\n", "Too many commas"),
    ],
)
def test_a_faulty_file_is_an_error(text, message):
    with pytest.raises(AtlasError, match=f"cannot be parsed: .*{message}"):
        parse(text)
