"""The levels at which examples show a unit: the strongest images, the best of each kind, images around percentiles."""

from __future__ import annotations

from dataclasses import dataclass

PER_LEVEL = 3  # images around a percentile


@dataclass(frozen=True)
class Level:
    """A level of examples: its title, its words in a sentence, and how its images are chosen.

    By the quantile that they lie around (0: the lowest), by kind (the strongest of these), else by strength.
    """

    title: str
    words: str
    quantile: float | None = None
    kinds: tuple[str, ...] = ()


STRONGEST, PHOTOGRAPH, OBJECT = "top", "photo", "object"
OBJECTS = ("cut-out", "drawing")  # kinds of images that show an object on another ground
LEVELS = {
    STRONGEST: Level("Strongest", "strongest"),
    PHOTOGRAPH: Level("Best photograph", "the strongest whole photograph", kinds=("photograph",)),
    OBJECT: Level("Best object", "the strongest object on another ground", kinds=OBJECTS),
    "p90": Level("Around the 90th percentile", "around the 90th percentile", 0.9),
    "p50": Level("Around the median", "around the median", 0.5),
    "low": Level("Lowest", "lowest", 0.0),
}
ROWS = ((STRONGEST,), (PHOTOGRAPH, OBJECT), ("p90", "p50", "low"))  # levels that share a row of an exported figure
