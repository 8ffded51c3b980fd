"""The page of a layer with many pictures, in a browser."""

import shutil

import pytest

from atlas.chapters.vision.pages import LAYER_PAGES, layer
from atlas.chapters.vision.pages.context import LayerContext
from atlas.publish.context import AtlasContext
from atlas.publish.page import Page
from atlas.publish.site import renderer_of
from tests.fixtures.results import make_results

PLACE = "networks/twin/block3b/index.html"
FOLDED = "[...document.querySelectorAll('.more li')].map(found => found.innerHTML)"


@pytest.fixture
def many(small_site, tmp_path, monkeypatch):
    """The small site, one of its layers with more pictures than its page holds."""
    site = tmp_path / "site"
    shutil.copytree(small_site, site)
    renderer = renderer_of(AtlasContext(make_results(), site))
    twin = renderer.context.networks[1]
    monkeypatch.setattr(layer, "INLINE", 1)
    [page] = [
        item
        for item in LAYER_PAGES["layer"](LayerContext(renderer.context, twin, twin.load("block3b")))
        if isinstance(item, Page)
    ]
    (site / PLACE).write_bytes(renderer.render(page))
    return site


def test_pictures_that_the_script_unfolds_are_those_of_the_page(many, small_site, visit):
    expected = visit(f"{small_site.as_uri()}/{PLACE}").evaluate(FOLDED)
    page = visit(f"{many.as_uri()}/{PLACE}")
    assert len(expected) > 0 and page.evaluate(FOLDED) == []
    page.locator(".more summary").click()
    page.locator(".more li").first.wait_for()
    assert page.evaluate(FOLDED) == expected
    for _ in range(2):  # folded and unfolded again they are not made twice
        page.locator(".more summary").click()
    assert page.locator(".more li").count() == len(expected)
    assert page.problems == []


def test_without_scripts_the_page_leads_to_the_pictures_that_it_leaves_out(many, visit):
    page = visit(f"{many.as_uri()}/{PLACE}", scripts=False)
    assert not page.locator(".more").is_visible()
    page.get_by_role("link", name="listed below").click()
    page.locator("#all a").last.click()
    assert page.url.startswith(f"{many.as_uri()}/networks/twin/block3b/")
