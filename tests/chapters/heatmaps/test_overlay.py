"""Maps as colour: one unit for all methods, one scale a row, orange and blue."""

import io

import numpy as np
import pytest
from PIL import Image

from atlas.chapters.heatmaps.overlay import (
    LARGEST,
    PERCENTILE,
    blended,
    density,
    full_colour,
    sheet,
    tile_sized,
)
from atlas.publish.signed import CLEAR, LOWERS, RAISES, SHADES, coloured, shades


def test_density_is_the_multiple_of_the_even_share():
    values = np.zeros((2, 4, 4))
    values[0, 0, 0], values[0, 0, 1] = 3, -1
    values[1] = -7
    found = density(values)
    assert found[0, 0, 0] == pytest.approx(16 * 3 / 4) and found[0, 0, 1] == pytest.approx(-16 / 4)
    assert (found[1] == -1).all()
    assert not density(np.zeros((4, 4))).any()
    assert np.allclose(density(1e6 * values), found)


def test_full_colour_is_a_percentile_in_two_digits_and_at_least_the_even_share():
    values = np.linspace(-9, 9, 1001)
    assert full_colour([values]) == pytest.approx(np.percentile(np.abs(values), PERCENTILE), rel=0.05)
    assert full_colour([values]) == float(f"{full_colour([values]):.2g}")
    assert full_colour([np.full((3, 3), 0.1)]) == 1
    assert full_colour([]) == 1


def test_shades_are_symmetric_clipped_and_clear_below_a_share():
    values = np.array([0, 0.99 * CLEAR, 1.01 * CLEAR, 0.5, 1, 3])
    found = shades(10 * values, 10).tolist()
    assert found[:3] == [0, 0, 1] and found[-2:] == [SHADES, SHADES]
    assert found == sorted(found) and shades(-10 * values, 10).tolist() == [-value for value in found]


def test_colours_have_the_sign_and_opacity_of_the_shade():
    found = coloured(np.array([-SHADES, 0, SHADES, 1]))
    assert tuple(found[0]) == (*LOWERS, 255) and tuple(found[2]) == (*RAISES, 255)
    assert found[1, 3] == 0 and tuple(found[3, :3]) == RAISES and 0 < found[3, 3] < 255


def test_a_sheet_is_its_tiles_side_by_side_without_loss():
    tiles = [shades(np.random.default_rng(n).normal(0, 1, (6, 6)), 2) for n in range(2)]
    found = np.asarray(Image.open(io.BytesIO(sheet([tiles[0], None, tiles[1]], 3))).convert("RGBA"))
    assert found.shape == (6, 18, 4)
    assert (found[:, :6] == coloured(tiles[0])).all() and (found[:, 12:] == coloured(tiles[1])).all()
    assert not found[:, 6:12, 3].any()


def test_an_exported_tile_shows_the_grey_photograph_where_the_map_is_zero():
    rgb = np.zeros((8, 8, 3), np.uint8)
    rgb[..., 0] = 200
    plain = blended(rgb, np.zeros((8, 8), np.int8))
    assert np.ptp(plain, axis=-1).max() == 0 and plain.min() > 100
    assert tuple(blended(rgb, np.full((8, 8), SHADES, np.int8))[4, 4]) == RAISES


def test_a_tile_is_the_means_of_equal_areas():
    values = np.random.default_rng(0).normal(0, 1, (2 * LARGEST, 2 * LARGEST)).astype(np.float32)
    means = values.reshape(LARGEST, 2, LARGEST, 2).mean((1, 3))
    assert tile_sized(values) == pytest.approx(means, abs=1e-5)
    assert tile_sized(means) is means
