"""First views stay light: what a page loads at once does not grow with its layer or its network."""

import re
from html.parser import HTMLParser

import pytest

from atlas.chapters.vision.pages import LAYER_PAGES, PAGES, home, layer, network
from atlas.chapters.vision.pages.context import LayerContext, NetworkSummary
from atlas.chapters.vision.pages.summary import summary
from atlas.publish.context import AtlasContext
from atlas.publish.page import Asset, Page
from atlas.publish.site import renderer_of
from tests.browser.first_view import heaviest
from tests.fixtures.results import make_results
from tests.fixtures.sites import pages_of


class AtOnce(HTMLParser):
    """Images outside of folded details, and how many details are open."""

    def __init__(self, text):
        super().__init__()
        self.images, self.open, self._folded = 0, 0, []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag == "details":
            self._folded.append("open" not in dict(attrs))
            self.open += "open" in dict(attrs)
        self.images += tag == "img" and not any(self._folded)

    def handle_endtag(self, tag):
        if tag == "details":
            self._folded.pop()


def shown(path, site):
    return AtOnce((site / path).read_text(encoding="utf-8"))


@pytest.fixture
def sheet(site):
    renderer = renderer_of(AtlasContext(make_results(), site))
    twin = renderer.context.networks[1]
    return renderer, LayerContext(renderer.context, twin, twin.load("block3b"))


def page_of(renderer, items):
    [page] = [item for item in items if isinstance(item, Page)]
    return renderer.render(page).decode()


def test_a_layer_shows_some_pictures_and_unfolds_the_others(site, sheet):
    drawn = len(sheet[1].layer.pictures)
    assert drawn > layer.SHOWN
    assert shown("networks/twin/block3b/index.html", site).images == layer.SHOWN + 1  # and its map
    text = (site / "networks/twin/block3b/index.html").read_text()
    assert text.count("<img") == drawn + 1
    assert f"<summary>{drawn - layer.SHOWN} more</summary>" in text


def test_a_layer_with_many_pictures_leaves_the_folded_ones_to_its_script(sheet, monkeypatch):
    renderer, found = sheet
    monkeypatch.setattr(layer, "INLINE", len(found.layer.pictures) - 1)
    text = page_of(renderer, LAYER_PAGES["layer"](found))
    assert text.count("<img") == layer.SHOWN + 1  # and its map
    more = len(found.layer.pictures) - layer.SHOWN
    assert f'<details class="group more" hidden><summary>{more} more</summary>' in text
    assert f'<noscript><p class="small">The other {more} are on the pages of their units' in text


@pytest.mark.parametrize(("count", "shown"), [(0, []), (1, [0]), (3, [0, 1, 2]), (4, [0, 1, 3]), (11, [0, 5, 10])])
def test_home_shows_maps_from_the_first_layer_to_the_last(count, shown, monkeypatch):
    monkeypatch.setattr(home, "MAPS", 3)
    assert home.some(range(count)) == shown


def test_home_says_how_many_maps_there_are_where_it_shows_some(sheet, monkeypatch):
    renderer, found = sheet
    mapped = tuple(
        summary(LayerContext(renderer.context, found.network, found.network.load(name))) for name in ("stem", "block3b")
    )
    monkeypatch.setattr(home, "MAPS", 1)
    text = page_of(renderer, PAGES["home"](renderer.context, (NetworkSummary(found.network, 0, mapped),)))
    assert "<b>2</b> activation maps" in text
    assert '<span class="small">1 of 2 maps</span>' in text
    assert text.count("/map/index.html") == 1


def test_sheets_of_a_layer_with_several_load_when_they_are_opened(sheet, monkeypatch):
    renderer, found = sheet
    assert AtOnce(page_of(renderer, LAYER_PAGES["layer"](found))).open == 1
    monkeypatch.setattr(layer, "GROUP", 16)
    assert AtOnce(page_of(renderer, LAYER_PAGES["layer"](found))).open == 0


def test_a_deep_network_has_a_sheet_of_tiles_for_every_few_layers(sheet, monkeypatch):
    renderer, found = sheet
    entries = tuple(
        summary(LayerContext(renderer.context, found.network, found.network.load(n))) for n in found.network.layer_names
    )
    monkeypatch.setattr(network, "GROUP", 2)
    items = list(PAGES["network"](renderer.context, (NetworkSummary(found.network, 0, entries),)))
    sheets = [item.path for item in items if isinstance(item, Asset) and "/tiles-" in item.path]
    assert sheets == ["pictures/twin/tiles-0.avif", "pictures/twin/tiles-1.avif"]
    text = page_of(renderer, items)
    assert re.findall(r'<ol class="ladder" start="(\d+)">', text) == ["1", "3"]
    assert all(path in text for path in sheets)


def test_the_pages_that_are_measured_are_the_heaviest_of_each_kind(site, diagnosed_site):
    for one in (site, diagnosed_site):
        found = [path for _, path in heaviest(one, 10**6)]
        assert all(set(paths) <= set(found) for paths in pages_of(one).values())  # of every template
    found = dict(heaviest(site, 1))
    sizes = {path.relative_to(site).as_posix(): path.stat().st_size for path in site.glob("networks/*/index.html")}
    assert found["network"] == max(sizes, key=sizes.get)
