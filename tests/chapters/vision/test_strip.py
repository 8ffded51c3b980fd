"""The strip of a structure: who is drawn where, and how the architectures differ."""

from itertools import pairwise

import pytest

from atlas.chapters.vision.figures.strip import strip
from atlas.core.report import Part, Structure
from tests.fixtures.reports import make_structure


def chain(*kinds_and_after):
    parts = tuple(
        Part(kind, kind, 8, 16, 3 if kind == "convolution" else 0, after, (f"layer{place}",))
        for place, (kind, after) in enumerate(kinds_and_after)
    )
    names = [f"layer{place}" for place in range(len(parts))]
    return strip(Structure(parts, 1, None), names)


def test_a_chain_is_a_straight_line():
    found = chain(("input", ()), ("convolution", (0,)), ("convolution", (1,)))
    assert len({box.y for box in found.boxes}) == 1
    assert [box.x for box in found.boxes] == sorted({box.x for box in found.boxes})
    assert not found.arcs


def test_a_skip_is_an_arc_above_what_it_passes():
    found = chain(("input", ()), ("convolution", (0,)), ("convolution", (1,)), ("sum", (2, 1)))
    (arc,) = [wire for wire in found.wires if wire.arc]
    assert arc.points[0][0] == found.boxes[1].x and arc.points[-1][0] == found.boxes[3].x
    assert min(y for _, y in arc.points) < min(box.y - box.height / 2 for box in found.boxes)


def test_branches_lie_side_by_side_and_the_longest_keeps_the_first_line():
    found = chain(("input", ()), ("convolution", (0,)), ("convolution", (0,)), ("convolution", (2,)), ("join", (1, 3)))
    short, first, second, join = found.boxes[1:]
    assert first.y == second.y < short.y
    assert join.height > short.y - first.y
    assert not found.arcs


def test_dense_links_are_arcs_to_every_later_join():
    parts = [("input", ()), ("convolution", (0,))]
    sources = [1]
    for _ in range(3):
        parts += [("convolution", (len(parts) - 1,)), ("join", (*sources, len(parts)))]
        sources.append(len(parts) - 2)
    found = chain(*parts)
    assert sum(wire.arc for wire in found.wires) == 1 + 2 + 3
    assert len({box.y for box in found.boxes}) == 1


def test_no_two_boxes_meet_and_links_are_wide_enough_for_a_finger():
    found = strip(make_structure({"stem": 32, "block3b": 40, "logits": 12}), ["stem", "block3b", "logits"])
    for one in found.boxes:
        for other in found.boxes:
            if one is not other:
                apart = abs(one.x - other.x) >= (one.width + other.width) / 2
                assert apart or abs(one.y - other.y) >= (one.height + other.height) / 2
    named = sorted(box.x for box in found.boxes if box.layer)
    assert len(named) == 3
    assert all(right - left >= 26 for left, right in pairwise(named))


def test_everything_lies_inside_the_drawing():
    found = strip(make_structure({"stem": 32, "block3b": 40, "logits": 12}), ["stem"])
    assert [words for _, words in found.sizes] == ["64", "32", "16", "vector"]
    for box in found.boxes:
        assert box.x - box.width / 2 >= 0 and box.x + box.width / 2 <= found.width
        assert box.y - box.height / 2 >= 0 and box.y + box.height / 2 <= found.height


@pytest.mark.parametrize(("kernel", "shade"), [(0, 30), (1, 30), (3, 58), (5, 80), (7, 100), (11, 100)])
def test_the_larger_the_kernel_the_darker(kernel, shade):
    part = Part("convolution", "", 8, 8, kernel, (), ())
    assert strip(Structure((part,), 1, None)).boxes[0].shade == shade
