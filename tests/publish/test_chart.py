"""The geometry of line plots."""

from itertools import pairwise

import pytest

from atlas.publish.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Line, chart, ticks


def test_the_ends_of_a_line_touch_the_box():
    made = chart([Line("a", (-3, 0, 3), (-2, 0, 4))])
    first, middle, last = made["lines"][0]["points"]
    assert (first, last) == ((LEFT, HEIGHT - BOTTOM), (WIDTH - RIGHT, TOP))
    assert middle[0] == (LEFT + WIDTH - RIGHT) / 2


def test_zero_is_inside_unless_it_is_not_wanted():
    line = Line("a", (0, 1), (10, 12))
    assert chart([line])["y"][0][1] == "0"
    assert chart([line], zero=False)["y"][0][1] == "10"


def test_powers_of_two_lie_evenly():
    made = chart([Line("a", (1, 2, 4, 8), (1, 1, 1, 1), (0, 0, 0, 0), (2, 2, 2, 2))], powers=True)
    places = [x for x, _ in made["x"]]
    assert [told for _, told in made["x"]] == ["1", "2", "4", "8"]
    gaps = [b - a for a, b in pairwise(places)]
    assert max(gaps) - min(gaps) < 0.2
    assert all(low > high for _, low, high in made["lines"][0]["bars"])  # downwards is larger


def test_no_line_gives_an_empty_box_and_a_flat_one_is_drawn():
    assert chart([])["lines"] == []
    assert chart([Line("a", (1, 2), (0, 0))])["lines"][0]["points"][0][1] == HEIGHT - BOTTOM


@pytest.mark.parametrize(("least", "most"), [(0, 1), (-3, 3), (0.001, 0.0042), (-51, 20_000)])
def test_ticks_are_round_and_inside(least, most):
    found = ticks(least, most)
    assert 3 <= len(found) <= 8
    assert least <= found[0] <= found[-1] <= most
    steps = {round(b - a, 9) for a, b in pairwise(found)}
    assert len(steps) == 1
    assert f"{steps.pop():e}"[0] in "125"
