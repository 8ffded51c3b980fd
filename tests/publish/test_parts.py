"""The small parts of pages against answers that are known."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from atlas.chapters.vision.pages.heat import PITCH, TILE, UNITS, heat_sheet, reduced
from atlas.chapters.vision.pages.map import SIGNS, packed
from atlas.core.results import Examples
from atlas.publish.format import fixed, size, whole
from atlas.publish.histogram import HEIGHT, NARROW, histogram
from atlas.publish.index import IndexSection
from atlas.publish.pages.search import MOST, Heading, by_section, fold, headings, letter, parts, shards, tokens
from atlas.publish.pixels import contact_sheet, stretch
from atlas.publish.script import put


def _responses(heat):
    """A table of as many units as `heat` [C, 3, G, G] has: two strongest examples, one at the median."""
    count = len(heat)
    return Examples(
        np.zeros((count, 3), np.int32), np.zeros((count, 3)), np.zeros((count, 3, 2)), np.zeros((count, 3, 4)), heat,
        ("top", "top", "p50"),
    )  # fmt: skip


def test_a_sheet_of_responses_holds_each_tile_in_its_place():
    heat = np.zeros((UNITS + 1, 3, TILE, TILE), np.uint8)
    heat[1, 1] = 255  # unit 1, second strongest: row 2 (two rows a unit), column 1
    heat[UNITS, 2, 0, 0] = 255  # the first unit of the second sheet, at the median
    first = np.asarray(Image.open(io.BytesIO(heat_sheet(_responses(heat), 0))).convert("RGBA"))
    assert first.shape == (UNITS * 2 * PITCH, 2 * PITCH, 4)
    lit = np.argwhere(first[..., 3])
    assert lit.min(0).tolist() == [2 * PITCH, PITCH]
    assert lit.max(0).tolist() == [3 * PITCH - 1, 2 * PITCH - 1]  # the whole tile and its repeated edge
    assert first[2 * PITCH, PITCH, :3].tolist() == [0xFD, 0xE7, 0x25]
    second = np.asarray(Image.open(io.BytesIO(heat_sheet(_responses(heat), UNITS))).convert("RGBA"))
    assert np.argwhere(second[..., 3]).max(0).tolist() == [PITCH + 1, 1]  # one sample and its edge


def test_responses_are_reduced_by_means_of_equal_areas():
    heat = np.arange(144.0).reshape(1, 12, 12)
    small = reduced(heat)
    assert small.shape == (1, TILE, TILE)
    assert small.mean() == pytest.approx(heat.mean())
    assert small[0, 0, 0] == pytest.approx(
        (heat[0, 0, 0] + 0.5 * heat[0, 0, 1] + 0.5 * heat[0, 1, 0] + 0.25 * heat[0, 1, 1]) / 2.25
    )
    assert np.array_equal(reduced(np.eye(TILE)), np.eye(TILE))


def test_histogram_marks_and_heights():
    found = histogram(np.array([4, 16]), (0.0, 2.0), {"picture": ("picture", 4.0)})
    assert found.path == f"M0 {HEIGHT}v-49h1v-50h1V{HEIGHT}z"  # square roots: 2 and 4
    assert (found.left, found.width, found.bins) == (0, 50, 2)
    assert found.marks[0].x == 100
    assert found.zero is None


def test_labels_of_near_marks_take_rows_of_their_own():
    near = {"p50": ("median", 1.0), "p90": ("90th percentile", 1.05), "top": ("largest", 1.9)}
    found = histogram(np.array([4, 16]), (0.0, 2.0), near)
    assert [(mark.kind, mark.row) for mark in found.marks] == [("p50", 0), ("p90", 1), ("top", 0)]
    assert found.rows == 2
    assert NARROW < 390


def test_contact_sheet_places_row_by_row():
    tiles = [np.full((2, 2, 3), shade, np.uint8) for shade in (1, 2, 3)]
    sheet = contact_sheet(tiles, 2, 2)
    assert sheet.shape == (4, 4, 3)
    assert (sheet[0, 2, 0], sheet[2, 0, 0], sheet[3, 3, 0]) == (2, 3, 128)


def test_stretch_uses_the_whole_range_and_leaves_a_flat_picture():
    ramp = np.repeat(np.linspace(100, 150, 64, dtype=np.uint8)[None, :, None], 64, 0).repeat(3, 2)
    assert (stretch(ramp).min(), stretch(ramp).max()) == (0, 255)
    flat = np.full((4, 4, 3), 90, np.uint8)
    assert (stretch(flat) == flat).all()


def test_data_scripts_cannot_end_their_element():
    text = put("k", {"name": "</script>\u2028"}).decode()
    assert "</" not in text
    assert "\u2028" not in text
    value = text.split(",", 1)[1].removesuffix(");\n")
    assert json.loads(value) == {"name": "</script>\u2028"}


def section_of(name, count=9, slugs=None):
    return IndexSection(
        "networks/net/index.html", f"networks/net/{name}/index.html", "Net", name, name, slugs or range(count)
    )


def test_search_folds_and_cuts():
    assert fold("Éclair") == "eclair"
    assert tokens("jack-o'-lantern") == ["jack", "o", "lantern"]
    assert (letter("Éclair"), letter("3-D"), letter("")) == ("e", "0", "0")
    found = shards([Heading("great white shark")], {})
    assert sorted(found) == ["g", "s", "w"]


def test_a_unit_in_the_search_names_its_section_once():
    first, second = section_of("conv1"), section_of("conv2")
    places = [(first, 3), (first, 8), (second, 3)]
    [record] = shards([Heading("shark", places)], {first.page: 0, second.page: 1})["s"]
    assert record == ["shark", [[0, 3, 8], [1, 3]]]


def test_a_section_lists_its_slugs_where_they_are_not_counted_from_zero():
    assert section_of("conv1").record() == ["networks/net/conv1", "Net", "conv1", "conv1", 9, "unit"]
    assert section_of("conv1", slugs=(2, 7)).record()[-1] == [2, 7]
    assert section_of("conv1").page_of(7) == "networks/net/conv1/7/index.html"


def test_headings_gather_what_answers_the_same_word():
    first, second = section_of("conv1"), section_of("conv2")
    found = headings([(first, [(3, "shark"), (4, "Ant"), (8, "shark")]), (second, [(3, "shark")])])
    assert [(heading.name, by_section(heading.places)) for heading in found] == [
        ("Ant", [(first, [4])]),
        ("shark", [(first, [3, 8]), (second, [3])]),
    ]


def test_a_letter_with_many_units_has_several_pages():
    def heading(name, units):
        return Heading(name, [(section_of("conv1"), unit) for unit in range(units)])

    index = [heading("bat", MOST - 1), heading("bee", 2), heading("bow", 9), heading("cat", 5)]
    found = parts(index)
    assert {name: [each.name for each in here] for name, here in found.items()} == {
        "b": ["bat"], "b/2": ["bee", "bow"], "c": ["cat"],
    }  # fmt: skip


def test_numbers_of_a_map_are_packed_without_loss():
    numbers = np.array([0, 63, 64, 4095, 1234])
    text = packed(numbers)
    assert [
        SIGNS.index(a) * 64 + SIGNS.index(b) for a, b in zip(text[::2], text[1::2], strict=True)
    ] == numbers.tolist()


def test_words():
    assert whole(4120) == "4,120"
    assert fixed(-0.5) == "\u22120.50"
    assert fixed(-0.001) == "0.00"
    assert size(1_500_000).startswith("1.5")


def test_a_maker_is_named_once_for_drawings_on_several_grounds():
    from atlas.core.specs import ProbeImage
    from atlas.publish.pages.images import _grounds, _terms

    def drawing(ground, licence="CC-BY-SA-4.0"):
        return ProbeImage("id", "emoji", "seal", licence, f"OpenMoji; ground {ground}", "https://openmoji.org")

    drawings = [drawing("A"), drawing("B"), drawing("A")]
    assert _terms(drawings) == (("CC-BY-SA-4.0", "OpenMoji", "https://openmoji.org"),)
    assert _grounds(drawings) == ("ground A", "ground B")
    assert len(_terms([drawing("A"), drawing("A", "CC0-1.0")])) == 2  # terms are never mixed


def test_zero_is_named_where_it_meets_neither_end():
    counts = np.ones(4, int)
    for low, high, fits in ((-0.126, 3.65, False), (-2.0, 2.0, True), (-30.0, 0.5, False), (-1.0, 3.0, True)):
        found = histogram(counts, (low, high), {})
        assert found.zero == pytest.approx(-100 * low / (high - low), abs=0.06)
        assert found.zero_fits is fits
    assert not histogram(counts, (1.0, 2.0), {}).zero_fits


def test_a_work_is_shown_by_its_whole_photograph_and_its_grounds_are_named_apart():
    from types import SimpleNamespace

    from atlas.core.specs import ProbeImage
    from atlas.publish.credits import works
    from atlas.publish.pages.images import _credit, _shown

    def image(kind, title, credit, label=None):
        return ProbeImage("i", "fox", title, "CC0-1.0", credit, "https://a.org/", label=label, kind=kind)

    images = [
        image("crop", "fox, part 5 of the photograph", "Cropped from fox, by Ann"),
        image("photograph", "fox, photograph", "Cropped from fox, by Ann", "fox"),
        image("cut-out", "fox, cut out", "fox, by Ann; ground cropped from tower, by Bob", "fox"),
    ]
    context = SimpleNamespace(image=lambda i: images[i], results=SimpleNamespace(probes=SimpleNamespace(publish=True)))
    work = works(images)[0]
    found = _credit(context, work, 0)
    assert (_shown(context, work), found.title, found.label) == (1, "fox", "fox")
    assert found.terms == (("CC0-1.0", "Cropped from fox, by Ann; fox, by Ann", "https://a.org/"),)
    assert found.grounds == ("ground cropped from tower, by Bob",)
    assert len(found.files) == 3
