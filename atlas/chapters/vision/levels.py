"""The levels at which examples show a unit: the strongest images, and images around two percentiles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Level:
    """A level of examples: its title, its words in a sentence, and the quantile of the images around it."""

    title: str
    words: str
    quantile: float | None = None  # None: the strongest images


STRONGEST = "top"
LEVELS = {
    STRONGEST: Level("Strongest", "strongest"),
    "p90": Level("Around the 90th percentile", "around the 90th percentile", 0.9),
    "p50": Level("Around the median", "around the median", 0.5),
}
