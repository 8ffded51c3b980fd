"""Which images are explained: deterministic, varied, cut-outs and photographs in turn, animals that all know first."""

from dataclasses import replace

import numpy as np
import pytest

from atlas.chapters.heatmaps.images import candidates, checked, choose, with_ids
from atlas.core.errors import ConfigError, UnknownName
from atlas.core.specs import ProbeImage

NAMES = ("goldfish", "lion", "teapot")


def image(number, source, label, group="mammal", class_index=None):
    return ProbeImage(
        id=f"{source}-{number:02}", source=source, title=f"{label}, photograph", licence="CC0-1.0", attribution="me",
        url="https://example.org", label=label, group=group, class_index=class_index,
    )  # fmt: skip


def every():
    images = [image(n, f"work-{k}", f"thing {k}", "tool") for k in range(6) for n in (1, 2, 3)]
    images += [image(1, "lion", "lion", "mammal", 1), image(1, "teapot", "teapot", "tool", 2)]
    images += [image(n, f"cut-{k}", f"beast {k}") for k in range(4) for n in (1, 2)]
    areas = np.array([np.nan] * 20 + [0.3, 0.05] * 4)
    return candidates(images, areas, NAMES)


def test_names_are_those_of_the_classes_where_they_are_known():
    [one] = candidates([image(1, "a", "Simba", class_index=1)], np.array([np.nan]), NAMES)
    assert (one.name, one.area, one.cut_out) == ("lion", None, False)
    [other] = candidates([image(1, "a", "Simba")], np.array([0.25]), NAMES)
    assert (other.name, other.area, other.cut_out) == ("Simba", 0.25, True)


def test_cut_outs_and_photographs_come_in_turn_and_each_work_once_before_any_comes_twice():
    found = every()
    chosen = [found[index] for index in choose(found, 8, {"lion", "teapot"}, 0)]
    assert [one.cut_out for one in chosen] == [False, True] * 4
    assert len({one.image.source for one in chosen}) == 8
    assert all(one.area >= 0.15 for one in chosen if one.cut_out)
    assert [one.name for one in chosen if not one.cut_out][:2] == ["lion", "teapot"]


def test_images_of_a_class_that_all_networks_know_come_first_then_animals():
    found = every()
    known = [found[index].name for index in choose(found, 4, {"teapot"}, 0) if not found[index].cut_out]
    assert known == ["teapot", "lion"]


def test_the_choice_depends_on_ids_and_seed_alone():
    found = every()
    ids = [found[index].image.id for index in choose(found, 12, set(), 0)]
    turned = [replace(one, index=place) for place, one in enumerate(reversed(found))]
    assert [turned[index].image.id for index in choose(turned, 12, set(), 0)] == ids
    assert [found[index].image.id for index in choose(found, 12, set(), 1)] != ids


def test_a_small_set_gives_all_that_it_has():
    found = every()[:3]
    assert sorted(choose(found, 16, set(), 0)) == [0, 1, 2]


def test_images_can_be_named():
    images = [one.image for one in every()]
    assert with_ids(images, ["lion-01"]) == [18]
    with pytest.raises(UnknownName, match=r"lyon-01.*lion-01"):
        with_ids(images, ["lyon-01"])


@pytest.mark.parametrize("count", [0, 65])
def test_the_wall_has_bounds(count):
    with pytest.raises(ConfigError, match="1 to 64"):
        checked(count)
