"""Slots: places on a page that other chapters fill, so that neither imports the other.

A template offers a slot with `{{ slot("unit", network, layer, index) }}`. A chapter fills it with an entry of `SLOTS`
in its `pages`: a function of the AtlasContext and of what the slot is about, which yields `Filling`s. The slots:

- `home`: (), on the home page, below the networks and their maps
- `network`: (NetworkResults), at the end of a network's page
- `unit`: (NetworkResults, LayerResults, index of the unit), below the examples of a unit's page
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from atlas.core.chapter import parts

SLOTS = ("home", "network", "unit")


@dataclass(frozen=True)
class Filling:
    """Part of a page: `template` (under `templates/`, or in the chapter's own folder of that name) and its values."""

    template: str
    values: Mapping[str, Any]


Fill = Callable[..., Iterable[Filling]]


def fills() -> dict[str, list[Fill]]:
    """For each slot the functions that fill it, in the order of the chapters; ValueError for an unknown slot."""
    found: dict[str, list[Fill]] = {name: [] for name in SLOTS}
    for chapter, part in parts("pages"):
        for name, fill in getattr(part, "SLOTS", {}).items():
            if name not in found:
                raise ValueError(
                    f"the chapter {chapter.name} fills the slot {name!r}, but there are {', '.join(SLOTS)}"
                )
            found[name].append(fill)
    return found
