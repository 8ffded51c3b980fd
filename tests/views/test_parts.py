"""The small parts of pages against answers that are known."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from atlas.views.crop import crop
from atlas.views.heat import VIRIDIS, heat_png
from atlas.views.histogram import HEIGHT, WIDTH, histogram
from atlas.views.pixels import contact_sheet, stretch
from atlas.views.script import put
from atlas.views.search import Heading, fold, letter, shards, tokens
from atlas.views.words import fixed, size, whole


def test_a_field_inside_fills_its_window():
    found = crop((40, 60, 140, 160), 224)
    assert (found.side, found.left, found.top) == (100, -0.4, -0.6)
    assert found.zoom == pytest.approx(2.24)
    assert not found.whole


def test_a_small_field_keeps_its_surroundings():
    found = crop((0, 100, 3, 103), 224)
    assert found.side == 32
    assert found.left == 0  # never beyond the image
    assert -found.top * 32 == pytest.approx(85, abs=1)


@pytest.mark.parametrize(("box", "left"), [((0, 50, 60, 150), 40 / 100), ((164, 50, 224, 150), -164 / 100)])
def test_where_the_network_saw_padding_the_window_is_empty(box, left):
    found = crop(box, 224)
    assert found.side == 100
    assert found.left == pytest.approx(left)


def test_a_field_as_large_as_the_image_is_the_image():
    assert crop((0, 0, 224, 224), 224).whole


@pytest.mark.parametrize("side", [1, 7, 12])
def test_heat_is_a_png_that_others_read(side):
    heat = np.linspace(0, 255, side * side).reshape(side, side).astype(np.uint8)
    heat[-1, -1] = 255
    picture = Image.open(io.BytesIO(heat_png(heat))).convert("RGBA")
    assert picture.width >= side
    assert picture.height == side
    assert picture.getpixel((side - 1, side - 1))[:3] == tuple(VIRIDIS[-3:])
    if side > 1:
        assert picture.getpixel((0, 0))[3] == 0


def test_histogram_marks_and_heights():
    found = histogram(np.array([4, 16]), (0.0, 2.0), {"picture": ("picture", 4.0)})
    assert found.path == f"M0.0 {HEIGHT:g}V60.0H120.0V0.0H240.0V{HEIGHT:g}Z"  # square roots: 2 and 4
    assert found.marks[0].x == WIDTH
    assert found.images == 20
    assert found.zero is None


def test_labels_of_near_marks_take_rows_of_their_own():
    near = {"p50": ("median", 1.0), "p90": ("90th percentile", 1.05), "top": ("largest", 1.9)}
    found = histogram(np.array([4, 16]), (0.0, 2.0), near)
    assert [(mark.kind, mark.row) for mark in found.marks] == [("p50", 0), ("p90", 1), ("top", 0)]


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


def test_search_folds_and_cuts():
    assert fold("Éclair") == "eclair"
    assert tokens("jack-o'-lantern") == ["jack", "o", "lantern"]
    assert (letter("Éclair"), letter("3-D"), letter("")) == ("e", "0", "0")
    found = shards([Heading("great white shark")])
    assert sorted(found) == ["g", "s", "w"]


def test_words():
    assert whole(4120) == "4,120"
    assert fixed(-0.5) == "\u22120.50"
    assert size(1_500_000).startswith("1.5")
