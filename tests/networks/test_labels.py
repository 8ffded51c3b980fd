from __future__ import annotations

import pytest

from atlas.core.errors import UnknownName
from atlas.networks.labels import LISTS, TINY, class_names


@pytest.mark.parametrize(("name", "count"), [("imagenet-1k", 1000), ("tiny-imagenet-60", 60), ("infogan-choices", 3)])
def test_lists_are_whole_and_unique(name, count):
    names = class_names(name)
    assert len(names) == len(set(names)) == count
    assert all(name and name == name.strip() for name in names)


def test_every_list_is_tested():
    assert list(LISTS) == ["imagenet-1k", "tiny-imagenet-60", "infogan-choices"]


def test_imagenet_order():
    names = class_names("imagenet-1k")
    assert (names[0], names[1], names[281], names[999]) == ("tench", "goldfish", "tabby", "toilet tissue")


def test_tiny_imagenet_is_a_part_of_imagenet():
    rows = [row.split("\t") for row in TINY.read_text().splitlines()]
    assert [int(index) for index, *_ in rows] == list(range(60))
    assert all(wnid.startswith("n") and wnid[1:].isdigit() and len(wnid) == 9 for _, wnid, _ in rows)
    assert len({wnid for _, wnid, _ in rows}) == 60


def test_unknown_list():
    with pytest.raises(UnknownName, match="imagenet-1k"):
        class_names("imagenet")
