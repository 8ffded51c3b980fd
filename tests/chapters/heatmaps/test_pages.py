"""The pages of the chapter: the wall as a real table, its marks, its sheets; pages of methods; the doors elsewhere."""

import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from atlas.chapters.heatmaps.figures import all_figures
from atlas.chapters.heatmaps.figures.wall import image_of
from atlas.chapters.heatmaps.maps import TARGETS
from atlas.chapters.heatmaps.places import AGREEMENT_PAGE, decisions_page, method_page, path_page, sheet_file, wall_page
from atlas.chapters.heatmaps.scores import KINDS
from atlas.chapters.heatmaps.wall import row
from atlas.publish.context import AtlasContext
from atlas.publish.signed import SHADES, coloured
from atlas.publish.slots import fills
from tests.chapters.heatmaps.conftest import written
from tests.fixtures.heatmaps import ALONE, REASON, WALL
from tests.fixtures.results import make_results, with_chapter


class Table(HTMLParser):
    """Header and data cells of the wall, with their scopes, labels and classes."""

    def __init__(self, text):
        super().__init__()
        self.scopes, self.cells, self.labels, self._inside = [], [], [], False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        if tag == "table":
            self._inside = "heat-wall" in found.get("class", "")
        if not self._inside:
            return
        if tag == "th":
            self.scopes.append(found.get("scope"))
        if tag == "td":
            self.cells.append(found.get("class", ""))
        if tag == "a" and "aria-label" in found:
            self.labels.append(found["aria-label"])

    def handle_endtag(self, tag):
        if tag == "table":
            self._inside = False


def first(chapter):
    record = chapter.results.chapters["heatmaps"]
    return record, image_of(chapter.results, record, 0).id


def test_there_is_a_page_for_each_image_and_target_and_method(chapter):
    record, _ = first(chapter)
    walls = [path for path in chapter.pages if path.startswith("heatmaps/wall/")]
    names = [image_of(chapter.results, record, place).id for place in range(len(WALL))]
    assert len(walls) == len(WALL) + ALONE
    decisions = {path_page(name, network.spec.name) for name in names for network in record.networks}
    assert decisions <= set(chapter.pages)
    assert {method_page(name) for name in record.methods} <= set(chapter.pages)


def test_the_wall_is_a_table_with_headers_in_both_directions_and_words_in_every_cell(chapter):
    record, image = first(chapter)
    table = Table(chapter.pages[wall_page(image)])
    assert table.scopes.count("row") == len(record.networks)
    assert table.scopes.count("col") == len(record.methods) + 1
    assert table.scopes.count("colgroup") == len({method.family for method in record.found})
    cells = len(record.networks) * len(record.methods)
    assert len(table.cells) == cells + 1  # the corner
    assert len(table.labels) == cells - table.cells.count("none")
    assert all(len(label) > 10 for label in table.labels)


def test_what_is_not_valid_is_marked_with_the_reason_and_the_figure(chapter):
    record, image = first(chapter)
    text = chapter.pages[wall_page(image)]
    assert f'title="{REASON}">not valid here' in text
    promising = sum(bool(method.promise) for method in record.found)
    assert promising > 0
    marked = [classes for classes in Table(text).cells if "invalid" in classes.split()]
    assert len(marked) == text.count("misses 31\u202f%</b>") == promising
    other = chapter.pages[wall_page(image_of(chapter.results, record, 1).id)]
    assert not any("invalid" in classes.split() for classes in Table(other).cells)


def test_a_sheet_holds_the_tiles_of_its_row(chapter):
    record, image = first(chapter)
    network = record.networks[1]
    found = row(record, network, 0, 0)
    sheet = Image.open(io.BytesIO(chapter.files[sheet_file(network.spec.name, image, 0)])).convert("RGBA")
    pixels, side = np.asarray(sheet), found.side
    assert pixels.shape == (side, side * len(record.methods), 4)
    for place, tile in enumerate(found.tiles):
        shown = pixels[:, place * side : (place + 1) * side]
        assert (shown == (np.zeros_like(shown) if tile is None else coloured(tile))).all()
    assert max(np.abs(tile).max() for tile in found.tiles if tile is not None) == SHADES


def test_one_scale_a_row_is_stated(chapter):
    record, image = first(chapter)
    text = chapter.pages[wall_page(image)]
    stated = [float(value) for value in re.findall(r"Full colour: ([\d.]+) times", text)]
    assert stated == pytest.approx([row(record, network, 0, 0).full for network in record.networks], rel=0.06)


def test_a_second_target_exists_for_the_first_images_only(chapter):
    record, image = first(chapter)
    assert TARGETS[1].title in chapter.pages[wall_page(image)]
    last = chapter.pages[wall_page(image_of(chapter.results, record, len(WALL) - 1).id)]
    assert f">{TARGETS[1].title}</a>" not in last
    with_class = chapter.pages[wall_page(image, 1)]
    assert wall_page(image_of(chapter.results, record, len(WALL) - 1).id) in with_class  # falls back to its only target


def test_a_methods_page_shows_the_same_images_for_all_networks_and_its_neighbours(chapter):
    record, _ = first(chapter)
    one, two, *_ = record.found
    text = chapter.pages[method_page(one.name)]
    assert one.summary.split(".")[0].replace("'", "&#39;") in text
    assert f'rel="next" href="../../../{method_page(two.name)}"' in text and 'rel="prev"' not in text
    assert Table(text).scopes.count("col") == len(record.networks) + 1
    assert Table(text).scopes.count("row") == 3
    sheet = Image.open(io.BytesIO(chapter.files[f"pictures/heatmaps/methods/{one.name}.webp"])).convert("RGBA")
    found = row(record, record.networks[1], 2, 0)
    assert (np.asarray(sheet)[2 * found.side :, found.side :] == coloured(found.tiles[0])).all()


def test_ids_and_pages_of_figures_are_those_of_the_chapter(chapter):
    figures = list(all_figures(chapter.results))
    record, _ = first(chapter)
    assert len({figure.id for figure in figures}) == len(figures)
    assert all(figure.id.startswith("heatmaps/") for figure in figures)
    walls = (len(WALL) + ALONE) * (1 + len(record.networks))
    assert sum(figure.kind in ("heatmap-wall", "heatmap-row") for figure in figures) == walls
    for figure in figures:
        path, _, anchor = figure.page.partition("#")
        assert f'id="{anchor}"' in chapter.pages[path]
        assert all(file in chapter.files for file in figure.files)


def test_without_permission_to_show_images_the_maps_stand_alone(tmp_path):
    results = make_results()
    hidden = replace(results, probes=replace(results.probes, publish=False))
    found = written(hidden, tmp_path)
    assert not any("url('" in text and "/i/" in text for text in found.pages.values())
    assert not any(path.endswith("images.avif") for path in found.files)


def test_the_home_page_and_network_pages_lead_into_the_chapter(chapter):
    context = AtlasContext(chapter.results, None)
    [home] = [one for fill in fills()["home"] for one in fill(context)]
    assert home.values["page"] == "heatmaps/index.html" and home.values["file"] in chapter.files
    network = chapter.results.networks[0]
    found = [one for fill in fills()["network"] for one in fill(context, network)]
    [filling] = [one for one in found if one.template.startswith("heatmaps/")]
    page, _, anchor = filling.values["page"].partition("#")
    assert page in chapter.pages and anchor == network.spec.name
    assert filling.values["decisions"] in chapter.pages and filling.values["agreement_page"] in chapter.pages
    assert "see the same class" in filling.values["agreement"] or not filling.values["agreement"]


def test_without_networks_the_chapter_adds_nothing():
    from atlas.chapters.heatmaps import pages
    from atlas.chapters.heatmaps.records import NOTHING

    empty = AtlasContext(with_chapter(make_results(), "heatmaps", NOTHING), None)
    assert not list(pages.pages(empty, {})) and not pages.menu(empty) and not list(pages.index(empty, {}))
    assert not list(pages.SLOTS["home"](empty)) and pages.counts(empty, {}) == {"figures": 0}


def test_a_cell_has_the_mark_of_its_method_and_network(chapter):
    record, image = first(chapter)
    text = chapter.pages[wall_page(image)]
    cells = iter(Table(text).cells[1:])
    for network in record.networks:
        for method in record.found:
            mark, classes = network.scores.mark(method), next(cells).split()
            if mark.of:
                assert f"w{mark.beaten}" in classes and ("r" in classes) == mark.flagged
    assert "beats every control" in text
    marks = {network.scores.mark(method) for network in record.networks for method in record.found}
    assert any(mark.flagged for mark in marks) and len({mark.beaten for mark in marks}) > 1


def test_a_methods_page_has_its_scores_beside_the_best_control_its_card_and_its_failures(chapter):
    record, _ = first(chapter)
    broken = next(method for method in record.found if record.networks[1].scores.mark(method).reason)
    text = chapter.pages[method_page(broken.name)]
    assert f"Not valid for {record.networks[1].spec.title}" in text
    for method in record.found:
        text = chapter.pages[method_page(method.name)]
        assert all(f'id="{network.spec.name}"' in text for network in record.networks)
        assert all(f"<h3>{title}</h3>" in text for title in ("Methodology", "Sensitivity", "Perceptibility"))
    score = record.networks[0].scores.score(record.methods[0], KINDS[0])
    assert f">{score.mean:.2f}</span>" in chapter.pages[method_page(record.methods[0])]


def test_the_opening_page_says_first_where_scores_disagree(chapter):
    text = chapter.pages["heatmaps/index.html"]
    assert text.index("Kendall") < text.index("mean rank over scores")


def test_a_decision_shows_each_layers_units_with_their_shares_and_what_is_left(chapter):
    record, image = first(chapter)
    network = record.networks[0]
    text = chapter.pages[path_page(image, network.spec.name)]
    assert text.count('class="lit"') == network.paths.unit.shape[1] * network.paths.unit.shape[2]
    for layer in network.paths.layers:
        assert f"networks/{network.spec.name}/{layer}/0/index.html" in text
    assert text.count("biases, stabilizers above") == len(network.paths.layers)
    assert path_page(image, network.spec.name) in chapter.pages[wall_page(image)]


def test_each_network_has_a_page_of_typical_images_that_leads_to_their_decisions(chapter):
    record, _ = first(chapter)
    images = chapter.results.probes.images
    for network in record.networks:
        text = chapter.pages[decisions_page(network.spec.name)]
        for index in network.typical.images.tolist():
            page = path_page(images[index].id, network.spec.name)
            assert page in text and page in chapter.pages
        assert f"right about {right_ones(chapter, network)} of {len(network.typical.images)}" in text


def right_ones(chapter, network):
    """Counted anew from the record: the highest class has the name of the image's own."""
    names = chapter.results.class_names(network.spec.labels)
    probes, seen = chapter.results.probes, network.typical.decisions.classes[:, 0].tolist()
    told = [probes.images[index].label for index in network.typical.images.tolist()]
    return sum(true == names[best] for true, best in zip(told, seen, strict=True))


def test_the_page_of_agreement_has_a_row_for_each_network_and_the_finding_of_its_figure(chapter):
    record, _ = first(chapter)
    text = chapter.pages[AGREEMENT_PAGE]
    figure = next(figure for figure in all_figures(chapter.results) if figure.kind == "heatmap-depths")
    assert all(f'<th scope="row">{network.spec.title}</th>' in text for network in record.networks)
    assert "In the first layer" in figure.caption
    assert figure.caption.partition("In the first layer")[2][:60] in text


def test_the_findings_are_those_of_the_chapters_own_pages_each_with_a_figure(chapter):
    from atlas.chapters.heatmaps import pages

    [group] = pages.findings(AtlasContext(chapter.results, None), {})
    ids = {figure.id for figure in all_figures(chapter.results)}
    assert group.page in chapter.pages and len(group.found) >= 3
    assert all(one.figure.id in ids for one in group.found)
    assert sum(one.text[:40] in chapter.pages[group.page] for one in group.found) >= 2
