"""The built site as a reader meets it: from a file and from a sub-path, with and without scripts."""

import json
from pathlib import Path

import axe_playwright_python
import pytest

from atlas.publish.catalogue import find
from atlas.publish.cite import cite
from tests.browser.conftest import LAYER
from tests.fixtures.sites import templates

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
KINDS = templates()
VARIANTS = ("plain unit", "class")  # of a unit's page
FIRST_VIEW = 300_000  # bytes
NARROW = """ // parts with pictures that are not half as wide as a phone
    [...document.querySelectorAll('main section, main figure, main ul, main ol, main table')]
    .filter(found => !found.closest('details:not([open])') && found.querySelector('img'))
    .filter(found => !(found.matches('.strip') && found.children.length < 4)) // a row of two or three examples
    .map(found => [found.className, found.getBoundingClientRect().width]).filter(([, width]) => width > 0 && width < 195)"""
# As once scrolled to: axe measures the parts of a skipped section where they would overflow it.
RENDERED = "* { content-visibility: visible !important }"
DISTORTED = """ // pictures that are shown in another shape than their own
    [...document.images].filter(found => getComputedStyle(found).objectFit === 'fill' && found.naturalWidth && found.width)
    .filter(found => Math.abs(found.naturalWidth / found.naturalHeight * found.height / found.width - 1) > .06)
    .map(found => [found.src, found.width, found.height])"""


@pytest.fixture(scope="session")
def places(kinds, paths):
    """Below the folder of sites a page of every kind, and the variants."""
    return kinds | {name: f"atlas/{paths[name]}" for name in VARIANTS}


def site_of(page):
    """The address of the site that a page belongs to."""
    root, _, path = page.url.partition("/some/")
    return f"{root}/some/{path.partition('/')[0]}/"


def test_every_page_is_made_from_a_template_that_is_opened(kinds):
    assert set(kinds) == set(KINDS)


def test_the_dose_moves_the_frames_of_a_direction(paths, visit, opened):
    page = visit(f"{opened}/{paths['direction']}")
    place = "getComputedStyle(document.querySelector('.frames i')).backgroundPositionX"
    slider = page.locator(".player input")
    assert page.evaluate(place) == "50%"
    slider.press("End")
    assert page.evaluate(place) == "100%"
    assert page.locator(".player output").inner_text() == "+3.0"
    slider.press("ArrowLeft")
    assert page.locator(".player output").inner_text() == "+2.0"


def test_a_direction_is_told_without_scripts(paths, visit, opened):
    page = visit(f"{opened}/{paths['direction']}", scripts=False)
    assert page.locator(".player").is_hidden()
    assert page.locator(".traverse img").is_visible()
    assert "standard deviations" in page.locator(".traverse figcaption").inner_text()


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("kind", [*KINDS, *VARIANTS])
def test_from_a_file_nothing_fails_and_all_is_accessible_in_either_light(kind, width, places, visit, sites):
    page = visit(f"{sites.as_uri()}/{places[kind]}", width=width)
    assert page.problems == []
    assert all(url.startswith((site_of(page), "data:")) for url in page.asked)
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontFamily").startswith("Garamond")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(DISTORTED) == []
    assert page.evaluate(NARROW) == []
    page.evaluate("document.querySelectorAll('details').forEach(found => found.open = true)")
    page.add_style_tag(content=RENDERED)
    page.evaluate(AXE)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert violations(page) == []


def violations(page):
    """What axe-core finds, with the first place of each."""
    options = "{resultTypes: ['violations'], rules: {'target-size': {enabled: true}}}"
    found = page.evaluate(f"axe.run({options}).then(found => found.violations)")
    return [(rule["id"], rule["nodes"][0]["html"][:200], rule["nodes"][0]["failureSummary"][:300]) for rule in found]


@pytest.mark.parametrize("kind", [*KINDS, *VARIANTS])
def test_first_view_from_a_sub_path(kind, places, visit, served):
    page = visit(f"{served}/{places[kind]}")
    assert page.problems == []
    assert all(url.startswith((site_of(page), "data:")) for url in page.asked)
    entries = "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
    loaded = page.evaluate(f"{entries}.map(e => [e.name, e.encodedBodySize])")
    total = sum(size for _, size in loaded)
    assert total <= FIRST_VIEW, (total, sorted(loaded, key=lambda pair: -pair[1])[:6])


@pytest.mark.parametrize("kind", [*KINDS, *VARIANTS])
def test_without_scripts_the_content_is_there(kind, places, visit, sites):
    page = visit(f"{sites.as_uri()}/{places[kind]}", scripts=False)
    assert page.locator("h1").is_visible()
    assert len(page.locator("main").inner_text()) > 60
    for hidden in (".tools", ".ask", ".chart-tools", ".theme"):
        assert not page.locator(hidden).is_visible() if page.locator(hidden).count() else True


def test_map_is_a_picture_without_scripts(paths, visit, opened):
    page = visit(f"{opened}/{paths['map']}", scripts=False)
    assert page.locator(".stage img").is_visible()
    assert page.locator(".stage canvas").count() == 0


def test_slash_then_a_class_finds_its_units(built_site, paths, visit, opened):
    page = visit(f"{opened}/{paths['unit']}")
    page.keyboard.press("/")
    page.keyboard.type("golden retriever")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/index.html?q=*")
    link = page.locator(".found p", has_text="EfficientNet-Lite0, logits").get_by_text("207", exact=True)
    link.wait_for()
    assert page.problems == []
    link.click()
    page.wait_for_url("**/networks/efficientnet-lite0/logits/207/index.html")
    assert "golden retriever" in page.locator("h1").inner_text()


def test_a_unit_is_found_by_its_layer_and_number(paths, visit, opened):
    page = visit(f"{opened}/{paths['search']}")
    page.locator("#ask").fill("block3b 7")
    page.locator("#ask").press("Enter")
    page.wait_for_url("**/block3b/7/index.html")


def test_a_cell_is_found_by_its_network_and_number(built_site, paths, visit, opened):
    cell = next((built_site / "recurrent/char-lstm/cells").glob("*/index.html")).parent.name
    page = visit(f"{opened}/{paths['search']}")
    page.locator("#ask").fill(f"char-lstm/cells {cell}")
    page.locator(".found a", has_text=f"cell {cell}").wait_for()
    page.locator("#ask").press("Enter")
    page.wait_for_url(f"**/recurrent/char-lstm/cells/{cell}/index.html")
    assert page.problems == []


def test_cells_are_sorted_by_concept_and_a_stretch_finds_its_like(paths, visit, opened):
    page = visit(f"{opened}/{paths['recurrent']}")
    over = page.locator(".over[data-network]").first
    over.locator("select[name=concept]").focus()
    over.locator("select[name=concept] option").nth(1).wait_for(state="attached")
    over.locator("select[name=concept]").select_option("in a comment")
    scores = [float(text.split(" · ")[1][:5]) for text in over.locator("select[name=cell] option").all_inner_texts()]
    assert scores == sorted(scores, reverse=True)
    over.locator("select[name=quantity]").select_option("forget")
    assert "forget gate" in over.locator("h3").inner_text()
    strip = over.locator(".code-strip")
    strip.focus()
    for key in ("Home", "ArrowRight", *["Shift+ArrowRight"] * 4):
        strip.press(key)
    assert over.locator("i.on").count() == 5
    assert over.locator(".next code").count() == 5  # the five likeliest next characters
    assert "active through it" in over.locator(".matched").inner_text()
    first, last = (over.locator("i").nth(place).bounding_box() for place in (0, 3))
    page.mouse.move(first["x"] + 2, first["y"] + 5)
    page.mouse.down()
    page.mouse.move(last["x"] + 2, last["y"] + 5, steps=4)
    page.mouse.up()
    assert over.locator("i.on").count() == 4
    assert page.problems == []


@pytest.mark.parametrize("width", [390, 1440])
def test_the_cell_browser_of_an_encoder_has_no_next_characters(small_site, visit, width):
    page = visit(f"{small_site.as_uri()}/recurrent/index.html", width=width)
    over = page.locator(".over[data-network=encoder]")
    strip = over.locator(".code-strip")
    strip.focus()
    for key in ("Home", *["Shift+ArrowRight"] * 4):
        strip.press(key)
    over.locator(".matched").wait_for()
    assert over.locator("i.on").count() == 5
    assert over.locator(".next").inner_text() == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.problems == []
    page.evaluate(AXE)  # which asks for style sheets in ways that a file's page may not
    assert violations(page) == []


def test_arrow_keys_turn_the_pages(paths, visit, opened):
    page = visit(f"{opened}/{LAYER}/3/index.html")
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**/block3b/4/index.html")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**/block3b/3/index.html")


def test_the_first_tab_stop_skips_to_the_content(paths, visit, opened):
    page = visit(f"{opened}/{paths['home']}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_every_tab_stop_of_a_unit_page_shows_its_focus(paths, visit, opened):
    page = visit(f"{opened}/{paths['unit']}")
    for _ in range(30):
        page.keyboard.press("Tab")
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_theme_button_changes_the_paper_and_is_remembered(paths, visit, served):
    page = visit(f"{served}/atlas/{paths['about']}")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator(".theme").click()
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert before != after
    page.goto(f"{served}/atlas/{paths['home']}")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == after


def test_layer_sorts_by_largest_response_and_filters(built_site, paths, visit, opened):
    page = visit(f"{opened}/{paths['layer']}")
    text = (built_site / LAYER / "units.js").read_text()
    columns = json.loads(text.split(",", 1)[1].removesuffix(");\n"))
    best = max(range(len(columns["largest"])), key=lambda unit: columns["largest"][unit])
    page.locator("[name=sort]").select_option("largest")
    assert page.locator(".sorted a").first.get_attribute("href") == f"{best}/index.html"
    assert page.locator(".sorted a").count() == len(columns["largest"])
    page.locator("[name=filter]").fill("no such class")
    assert page.locator(".sorted a").count() == 0
    assert page.locator("output").inner_text() == "0 units"


def test_the_page_of_a_cell_offers_every_format(built, paths, visit, opened):
    figure = find(built.results(), f"recurrent/char-lstm/{paths['cell'].split('/')[-2]}")
    page = visit(f"{opened}/{paths['cell']}")
    page.locator("details.cite summary").click()
    formats = page.get_by_label("Format")
    formats.wait_for()
    for shown, format in (("BibTeX", "bibtex"), ("RIS", "ris"), ("CSL-JSON", "csl-json")):
        formats.select_option(label=shown)
        assert page.locator("details.cite pre").text_content() == cite(figure, format)
    assert page.problems == []


def test_the_script_knows_the_same_menu_as_the_pages(paths, visit, opened):
    menus = []
    for kind in ("home", "unit"):
        page = visit(f"{opened}/{paths[kind]}")
        menus.append(page.locator("header.site nav a").evaluate_all("all => all.map(a => [a.textContent, a.href])"))
    assert menus[0] == menus[1]
    assert len(menus[0]) >= 4


def test_map_zooms_by_keys_and_wheel(paths, visit, opened):
    page = visit(f"{opened}/{paths['map']}")
    stage = page.locator(".stage")
    page.wait_for_timeout(200)
    before = stage.screenshot()
    stage.focus()
    page.keyboard.press("+")
    page.wait_for_timeout(200)
    near = stage.screenshot()
    assert near != before
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(200)
    assert stage.screenshot() != near
    page.keyboard.press("0")
    stage.hover()
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(200)
    assert stage.screenshot() != before
    assert page.problems == []


def test_prints_as_a_plate_without_the_furniture(paths, visit, opened):
    page = visit(f"{opened}/{paths['unit']}")
    page.emulate_media(media="print")
    assert not page.locator("header.site").is_visible()
    assert page.locator(".plate h1").is_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
