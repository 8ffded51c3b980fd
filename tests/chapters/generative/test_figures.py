"""Figures of the generative chapter: which directions are shown first, and what the plates of single units hold."""

from dataclasses import replace

import numpy as np
import pytest

from atlas.chapters.generative.direction_study import Rescoring
from atlas.chapters.generative.dissect import UnitDissection
from atlas.chapters.generative.drawings import picture_of
from atlas.chapters.generative.figures.directions import best, direction_figure, others_moved, target_kept
from atlas.chapters.generative.figures.seeds import seeds_figure, training_lines
from atlas.chapters.generative.figures.tiles import UNIT_TILES, code_tiles, unit_tiles
from atlas.chapters.generative.figures.units import rank_of
from atlas.chapters.generative.records import chapter_of
from atlas.publish.words import percent
from tests.fixtures.generative import make_generators
from tests.fixtures.results import make_results


def report(method, target, effect, percentile=1.0, leakage=0.1):
    """A report of the fixture with other numbers; without arrays, so that reports can be compared."""
    fields = {"method": method, "target": target, "effect": effect, "percentile": percentile, "leakage": leakage}
    arrays = dict.fromkeys(("effects", "curve", "identities", "strip", "strengths"))
    return replace(make_generators()[0].directions.directions[0], **fields, **arrays)


def test_each_methods_best_comes_before_its_second_and_no_target_twice():
    planes = [report("hyperplane", target, effect) for target, effect in (("light", 9), ("hue", -8), ("size", 7))]
    free = [report("sefa", "hue", 6), report("sefa", "turn", 2), report("ganspace", "light", 5)]
    assert best([*free, *planes], 4) == [planes[0], free[0], planes[2], free[1]]  # GANSpace has no target of its own
    assert best([*free, *planes], 2) == [planes[0], free[0]]


def test_what_leaks_or_does_no_more_than_chance_comes_later_or_never():
    clean, leaking = report("sefa", "turn", 2, leakage=0.0), report("sefa", "hue", 6, leakage=2.0)
    lucky = report("sefa", "size", 50, percentile=0.9)
    assert best([leaking, lucky, clean]) == [clean, leaking]


def test_ranks_count_from_the_largest():
    values = np.array([0.1, 0.5, 0.3, 0.5])
    assert [rank_of(values, place) for place in range(4)] == [4, 1, 3, 1]


@pytest.fixture(scope="module")
def generator():
    return make_generators()[0]


def test_the_plate_of_a_unit_holds_its_own_pictures(generator):
    found = generator.units.dissections["layer2"]
    for place, unit in enumerate(found.units.tolist()):
        tiles = np.split(picture_of(generator, f"layer2-{unit}"), UNIT_TILES, 1)
        np.testing.assert_array_equal(tiles[:4], found.top[place])
        np.testing.assert_array_equal(tiles[8:12], found.without[place])
        np.testing.assert_array_equal(tiles[13:15], found.inserted[place])
        for tile, change in ((12, found.map), (15, found.inserted_map)):
            assert tiles[tile][..., 0].argmax() == change[place].argmax()


def test_a_picture_is_dark_where_its_unit_is_off():
    rgb, heat = np.full((4, 8, 8, 3), 200, np.uint8), np.zeros((4, 2, 2), np.uint8)
    heat[:, 0, 0] = 255
    grey = np.zeros((8, 8))
    one = UnitDissection(grey, grey, map=grey, top=rgb, without=rgb, heat=heat, inserted=rgb[:2], inserted_map=grey)
    shown = unit_tiles(one)[4]
    assert shown[0, 0].tolist() == [200] * 3
    assert shown[7, 7].tolist() == [30] * 3
    quarter = unit_tiles(replace(one, heat=np.full_like(heat, 255 // 4 + 1)))[4]
    assert quarter[0, 0, 0] == pytest.approx(30 + 170 / 2, abs=2)  # by the root of the map


def test_the_choices_of_a_code_stand_side_by_side():
    grid = np.arange(2 * 3 * 4).reshape(2, 3, 4, 1, 1, 1)  # numbers, choices, steps
    rows = code_tiles(grid)
    assert rows.shape == (2, 12, 1, 1, 1)
    assert rows[1, :, 0, 0, 0].tolist() == [*grid[1, 0].ravel(), *grid[1, 1].ravel(), *grid[1, 2].ravel()]
    generator = make_generators()[1]
    plate = picture_of(generator, "codes")
    size, spec = generator.spec.size, generator.spec
    assert plate.shape == (spec.numbers * size, 9 * len(spec.choices) * size, 3)


def test_the_plate_of_paths_holds_all_its_rows(generator):
    quality = generator.quality
    plate = picture_of(generator, "paths")
    side = quality.truncation.shape[2]
    assert plate.shape[0] == side * (len(quality.interpolation) + len(quality.truncation))
    np.testing.assert_array_equal(plate[-side:, :side], quality.truncation[-1, 0])
    np.testing.assert_array_equal(plate[-side:, -side:], quality.truncation[-1, -1])  # no hole at the end of a row


def test_what_conditioning_costs_and_spares():
    plain, conditional = np.array([[4.0, 2.0], [1.0, 0.0]]), np.array([[3.0, 0.5], [0.5, 0.0]])
    assert target_kept(Rescoring(plain, conditional)) == [0.75, None]
    assert (others_moved(plain), others_moved(conditional)) == (1.5, 0.5)


def test_the_plate_of_a_layer_holds_all_its_units(generator):
    units = generator.units.dissections["layer2"].units.tolist()
    rows = [picture_of(generator, f"layer2-{unit}") for unit in units]
    np.testing.assert_array_equal(picture_of(generator, "units-layer2"), np.concatenate(rows, 0))


def test_bound_and_gap_are_told_as_shares_of_what_could_be_reached():
    coded = make_generators()[1]  # two choices: at most log 2 nats
    reached, gap = training_lines([coded])
    assert reached.x == gap.x == (1, 2, 3)
    assert reached.y == pytest.approx([0.1 / np.log(2), 0.2 / np.log(2), 0.3 / np.log(2)])
    assert gap.y == pytest.approx([0.01, 0.02, 0.03])


def test_the_caption_of_the_seeds_tells_what_was_measured():
    coded = make_generators()[1]
    told = seeds_figure(chapter_of(make_results()), [coded]).caption
    assert "3 training steps, 1 seed" in told
    assert f"ends at {percent(0.3 / np.log(2))} of the code's entropy" in told
    assert "starts at step 2" in told
    assert "mutual information gap 0.300 (shuffled codes 0.0200)" in told


@pytest.mark.parametrize(
    ("percentile", "told"),
    [(1.0, "larger than that of all 4 random"), (0.75, "larger than that of 75\u202f% of 4 random")],
)
def test_a_direction_that_beats_all_random_ones_is_told_so(generator, percentile, told):
    one = replace(generator.directions.directions[0], percentile=percentile)
    assert told in direction_figure(chapter_of(make_results()), generator, one).caption
