import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.publish.words import count, first_name, listed, number, one_line, percent


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"), (1.25, "1.25"), (-1.25, "−1.25"), (9.996, "10.0"), (0.01234, "0.0123"), (4000, "4,000"),
        (12345.6, "12,300"), (-0.0004, "−0.000400"), (math.inf, "∞"), (-math.inf, "−∞"), (math.nan, "undefined"),
    ],
)  # fmt: skip
def test_a_number_reads_as_print_wants_it(value, words):
    assert number(value) == words


@given(st.floats(-1e12, 1e12), st.integers(1, 6))
def test_a_number_says_the_value_to_its_digits(value, digits):
    said = float(number(value, digits).replace("−", "-").replace(",", ""))
    assert said == pytest.approx(float(f"{value:.{digits - 1}e}"), rel=1e-9, abs=1e-300)
    assert "e" not in number(value, digits)


def test_counts_and_lists():
    assert (count(1, "image"), count(4120, "image")) == ("1 image", "4,120 images")
    assert [listed(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert percent(0.632) == "63\u202f%"
    assert [percent(share) for share in (0, 1, 0.004, 0.005, 0.994, 0.9965, 0.99999, 1e-9)] == [
        f"{told}\u202f%" for told in ("0", "100", "0.4", "0.5", "99", "99.7", "99.9", "0.1")
    ]
    assert first_name("tench, Tinca tinca") == "tench"


@given(st.text())
def test_one_line_has_no_breaks_and_no_control_characters(text):
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert all(letter.isprintable() or letter in "\u00a0\u202f" for letter in line)
    assert one_line(line) == line


def test_one_line_keeps_the_space_before_a_unit():
    assert one_line("63\u202f%\n of\t\tall") == "63\u202f% of all"
