"""The window of an example: inside the image, around its receptive field, and placed by the style sheet's numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from atlas.publish.crop import SMALLEST, common, crop


@st.composite
def boxes(draw):
    """A receptive field clipped to an image, and the side of that image."""
    size = draw(st.integers(SMALLEST, 256))
    low = [draw(st.integers(0, size - 1)) for _ in "xy"]
    high = [draw(st.integers(start + 1, size)) for start in low]
    return (*low, *high), size


@given(boxes())
def test_a_window_lies_in_the_image_and_holds_its_field(drawn):
    (left, top, right, bottom), size = drawn
    found = crop(drawn[0], size)
    assert 0 <= found.x <= left and right <= found.x + found.side <= size
    assert 0 <= found.y <= top and bottom <= found.y + found.side <= size
    assert found.side == min(size, max(right - left, bottom - top, SMALLEST))


@given(boxes())
def test_the_cut_is_the_window(drawn):
    found = crop(*drawn)
    image = np.arange(drawn[1] ** 2).reshape(drawn[1], drawn[1])
    part = found.cut(image)
    assert part.shape == (found.side, found.side)
    assert part[0, 0] == image[found.y, found.x] and part[-1, -1] == part[0, 0] + (found.side - 1) * (drawn[1] + 1)


@pytest.mark.parametrize(
    ("box", "window"),
    [
        ((40, 60, 140, 160), (40, 60, 100)),  # itself
        ((100, 100, 103, 103), (85, 85, 32)),  # in the middle of its surroundings
        ((0, 221, 3, 224), (0, 192, 32)),  # in a corner
        ((0, 50, 60, 150), (0, 50, 100)),  # at the left border, where the network saw padding
        ((164, 50, 224, 150), (124, 50, 100)),  # at the right border
        ((0, 0, 224, 224), (0, 0, 224)),  # the whole image
    ],
)
def test_windows(box, window):
    found = crop(box, 224)
    assert (found.x, found.y, found.side) == window
    assert found.whole == (window[2] == 224)


def test_a_field_that_fills_its_window_needs_only_a_corner():
    assert crop((40, 60, 140, 160), 224).css({"s": 100}) == "--x:40;--y:60"
    assert crop((40, 60, 140, 160), 224).css({"s": 99}) == "--s:100;--x:40;--y:60"
    assert crop((0, 0, 224, 224), 224).css(common(np.array([[0, 0, 224, 224]]), 224)) == ""


def test_a_field_at_the_border_is_placed_in_its_window():
    assert crop((0, 50, 60, 150), 224).css({"s": 100}) == "--y:50;--w:60"
    assert crop((164, 50, 224, 150), 224).css({"s": 100}) == "--x:124;--y:50;--l:40;--w:60"


def test_a_small_field_shares_its_place_with_most():
    shared = common(np.array([[50, 100, 53, 103]] * 3), 224)
    assert (shared["s"], shared["w"], shared["h"]) == (32, 3, 3)
    assert crop((50, 100, 53, 103), 224).css(shared) == "--x:35;--y:85"
    assert "--l:0" in crop((0, 100, 3, 103), 224).css(shared)


def test_what_most_examples_share_is_the_usual_window():
    assert common(np.array([[0, 0, 40, 60], [10, 10, 70, 70], [5, 9, 65, 69]]), 224) == {"s": 60}
    assert common(np.empty((0, 4), int), 224) == {"s": 224}
