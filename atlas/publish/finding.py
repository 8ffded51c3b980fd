"""What was found, in sentences made from results, each with the figure that shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas.core.results import Figure


@dataclass(frozen=True)
class Finding:
    """A sentence, or two, with its number and its chance level, and the figure that shows it."""

    text: str
    figure: Figure


@dataclass(frozen=True)
class Findings:
    """The findings about a chapter, a network, a layer or a study: its title and its page, and the sentences.

    `part` is the title of the chapter, under which the page of all findings lists them.
    """

    part: str
    title: str
    page: str
    found: Sequence[Finding]


def finding(text: str, figure: Figure | None) -> list[Finding]:
    """One finding in a list; an empty one without a sentence or a figure, since not every result is there."""
    return [Finding(text, figure)] if text and figure else []
