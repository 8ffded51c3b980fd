"""Who publishes an atlas and under which terms reaches citations, metadata, exported files and pages."""

import json
from dataclasses import replace

import pytest

from atlas.chapters.vision.figures.unit import channel_figure
from atlas.core.chapter import parts
from atlas.core.sources import CustomFile
from atlas.publish.cite import FORMATS, cite, issue_date
from atlas.publish.context import AtlasContext
from atlas.publish.export import svg
from atlas.publish.imprint import DRAWN, Imprint, binds, imprint_of, in_words
from atlas.publish.metadata import highwire, image_object, xmp
from atlas.publish.pages import about
from atlas.publish.site import renderer_of
from tests.fixtures.results import make_results

SITE = {"author": "Vision Lab & Söhne", "attribution": "Some University", "licence": "CC-BY-SA-4.0"}


@pytest.fixture(scope="module")
def results():
    """Small results whose recipe states a publisher, and whose first network is of a user's own, for no commerce."""
    found = make_results()
    first = found.networks[0]
    weights = CustomFile("/home/me/mine.pt", "ab" * 32, "CC-BY-NC-4.0", attribution="Ann Lee")
    own = replace(first, spec=replace(first.spec, weights=weights))
    return replace(
        found,
        recipe={**found.recipe, "site": SITE},
        chapters={**found.chapters, "networks": (own, *found.networks[1:])},
    )


@pytest.fixture(scope="module")
def imprint(results):
    return imprint_of(results.recipe)


def picture(results, number):
    network = results.networks[number]
    layer = network.load(next(iter(network.pictured)))
    return channel_figure(results, network.spec, layer, next(iter(layer.pictures)))


def test_every_figure_begins_with_what_the_atlas_drew():
    found = make_results()
    for _, part in parts("figures"):
        for figure in part.all_figures(found):
            assert figure.attribution.partition("; ")[0] == DRAWN and figure.licence.startswith("CC-BY-4.0"), figure.id


def test_without_a_table_nothing_changes(results):
    plain = imprint_of({"name": "x"})
    assert plain == Imprint()
    figure = picture(results, 1)
    assert plain.stamped(figure) == figure


@pytest.mark.parametrize("format", FORMATS)
def test_a_citation_names_author_publisher_and_licence(results, imprint, format):
    told = cite(picture(results, 1), format, imprint=imprint)
    author = r"Vision Lab \& Söhne" if format == "bibtex" else "Vision Lab & Söhne"
    assert author in told and "Some University" in told and "licence CC-BY-SA-4.0" in told
    assert "Representation Atlas" not in told and "CC-BY-4.0" not in told


def test_pictures_of_a_network_for_no_commerce_carry_its_licence_everywhere(results, imprint):
    figure = picture(results, 0)
    day, licence = issue_date(), "https://creativecommons.org/licenses/by-nc/4.0/"
    stamped = imprint.stamped(figure)
    assert (stamped.licence, stamped.attribution) == (
        "CC-BY-NC-4.0",
        f"Some University (CC-BY-NC-4.0); weights of {results.networks[0].spec.name}: Ann Lee (CC-BY-NC-4.0)",
    )
    assert "licence CC-BY-NC-4.0" in cite(figure, "text", imprint=imprint)
    said = image_object(figure, base_url="", issued=day, imprint=imprint)
    assert (said["license"], said["creator"]["name"]) == (licence, "Vision Lab & Söhne")
    assert ("citation_author", "Vision Lab & Söhne") in highwire(figure, base_url="", issued=day, imprint=imprint)
    packet = xmp(figure, imprint=imprint)
    assert licence in packet and "Vision Lab &amp; Söhne" in packet and "Ann Lee" in packet
    assert licence in xmp(figure, brief=True, imprint=imprint)
    drawn = svg(results, figure, "").decode()
    assert "CC-BY-NC-4.0: Some University" in drawn and "Representation Atlas" not in drawn


@pytest.mark.parametrize(
    ("licence", "bound", "words"),
    [
        ("CC-BY-NC-SA-4.0", True, "CC BY-NC-SA 4.0"),
        ("CC-BY-4.0", False, "CC BY 4.0"),
        ("CC0-1.0", False, "CC0-1.0"),
        ("Apache-2.0", False, "Apache-2.0"),
        ("not stated", False, "not stated"),
    ],
)
def test_which_licences_bind_what_is_drawn(licence, bound, words):
    assert (binds(licence), in_words(licence)) == (bound, words)


def rendered(results, tmp_path):
    renderer = renderer_of(AtlasContext(results, tmp_path))
    [page] = about.pages(renderer.context)
    return renderer.render(page).decode()


def test_the_page_about_and_the_footer_name_them(results, tmp_path):
    text = rendered(results, tmp_path)
    assert "Vision Lab &amp; Söhne, credited as Some University" in text and "by-sa/4.0" in text
    assert "Unpublished" not in text


def test_an_unpublished_atlas_says_so_on_pages_and_in_citations(results, tmp_path):
    private = replace(results, recipe={**results.recipe, "publish": False})
    assert "Unpublished: this atlas" in rendered(private, tmp_path)
    imprint = imprint_of(private.recipe)
    for format in FORMATS:
        assert "; unpublished" in cite(picture(private, 1), format, imprint=imprint)
    assert json.loads(cite(picture(private, 1), "csl-json", imprint=imprint))[0]["note"].endswith("; unpublished")
