"""A unit's page: its examples, its kin and twins, its citations, how it was made."""

import pytest

from atlas.publish.catalogue import find
from atlas.publish.cite import cite


def test_switch_shows_the_whole_image_with_its_field(paths, visit, opened):
    page = visit(f"{opened}/{paths['unit']}")
    image, heat = page.locator(".strip img").first, "getComputedStyle(e.closest('li'), '::after').backgroundSize"
    page.emulate_media(reduced_motion="reduce")
    before = image.bounding_box()["width"]
    page.get_by_role("radio", name="whole image").check()
    assert image.bounding_box()["width"] < before
    assert image.evaluate(f"e => {heat}") == "0px 0px, 0px 0px"
    page.get_by_role("radio", name="response").check()
    assert image.evaluate(f"e => {heat}") == "1125% 12000%, 0px 0px"
    page.get_by_role("radio", name="pixels that raised it (strongest 3)").check()
    assert image.evaluate(f"e => {heat}") == "0px 0px, 1125% 12000%"
    assert page.problems == []


def test_an_example_leads_to_its_maker_and_licence(paths, visit, opened):
    page = visit(f"{opened}/{paths['unit']}")
    link = page.locator(".strip a").first
    words = link.locator("img").get_attribute("alt")
    link.hover()
    page.locator(".strip a[href*='#work-']").first.wait_for()
    link.click()
    page.wait_for_url("**/images/**#work-*")
    assert words.partition(", crop")[0] in page.locator(":target").inner_text()


def test_units_that_answer_alike_show_themselves(paths, visit, opened):
    page = visit(f"{opened}/{paths['unit']}")
    page.locator(".row").scroll_into_view_if_needed()
    page.locator(".row .tile").first.wait_for()
    assert page.locator(".row .tile").count() == page.locator(".row a").count() > 2
    assert page.problems == []


@pytest.mark.parametrize("kind", ["unit", "plain unit", "class"])
def test_the_page_offers_every_figure_in_every_format(kind, built, paths, visit, opened):
    results = built.results()
    page = visit(f"{opened}/{paths[kind]}")
    page.locator("details.cite summary").first.click()
    formats = page.get_by_label("Format")
    formats.wait_for()
    place = "/".join(paths[kind].split("/")[1:4])
    chooser = page.get_by_label("Figure")
    kinds = {"Picture": "channel", "Examples": "examples", "Histogram": "histogram"}
    names = chooser.locator("option").all_inner_texts()
    assert names[-1] == "Histogram"
    assert ("Picture" in names) == (kind == "unit")
    for name in names:
        chooser.select_option(label=name)
        figure = find(results, f"{place}/{kinds[name]}")
        for shown, format in (("BibTeX", "bibtex"), ("RIS", "ris"), ("CSL-JSON", "csl-json")):
            formats.select_option(label=shown)
            assert page.locator("details.cite pre").text_content() == cite(figure, format)


def test_a_unit_unfolds_how_it_was_made(paths, visit, opened):
    page = visit(f"{opened}/{paths['unit']}")
    page.locator("details.cite summary").click()
    page.locator("details.cite dl").wait_for()
    listed = "found => found.map(row => row.textContent.replace(/\\s+/g, ' ').trim())"
    mine = page.locator("details.cite dl > div").evaluate_all(listed)
    own = page.locator("p.made").inner_text()
    assert own.startswith("Seed ") and ", store " in own
    page.locator("p.made a").click()
    page.wait_for_url("**/index.html#made")
    assert page.locator("#made").is_visible()  # the link opens what is folded there
    assert mine == page.locator("#made dl > div").evaluate_all(listed)
    assert page.problems == []


def test_twins_in_other_networks_show_themselves(small_site, visit):
    page = visit(f"{small_site.as_uri()}/networks/twin/block3b/6/index.html")
    nearest = page.locator(".twin a").get_attribute("href")
    page.locator(".twin").scroll_into_view_if_needed()
    link = page.locator(".twins .row a")
    link.wait_for()
    assert link.get_attribute("href") == nearest
    assert link.locator(".tile").count() == 1
    link.click()
    page.wait_for_url(f"**/networks/{nearest.removeprefix('../../../')}")
    assert page.problems == []


def test_without_scripts_the_best_match_is_a_link(small_site, visit):
    page = visit(f"{small_site.as_uri()}/networks/twin/block3b/6/index.html", scripts=False)
    assert page.locator(".twin a").is_visible()
    assert "EfficientNet-Lite0" in page.locator(".twin").inner_text()


def test_without_scripts_a_unit_says_how_to_cite_it(paths, visit, opened):
    page = visit(f"{opened}/{paths['unit']}", scripts=False)
    page.locator("details.cite summary").first.click()
    cited = page.locator("details.cite").first.inner_text()
    assert "Feature visualization of unit" in cited
    assert "weights efficientnet-lite0 sha256:" in cited
    page = visit(f"{opened}/{paths['plain unit']}", scripts=False)
    page.locator("details.cite summary").first.click()
    assert "Dataset examples of unit" in page.locator("details.cite").first.inner_text()
    page = visit(f"{opened}/{paths['figure']}", scripts=False)
    assert page.locator("details.cite pre").first.inner_text().startswith("@misc{atlas:")
