"""Findings: what was found in all chapters, in sentences made from the results, each with its figure and citation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from atlas.publish.finding import Findings
from atlas.publish.page import Item, Page

PAGE = "findings/index.html"


def pages(found: Sequence[Findings]) -> Iterator[Item]:
    """One page, which groups the findings by chapter."""
    shown = [group for group in found if group.found]
    parts = [(part, list(groups)) for part, groups in groupby(shown, key=lambda group: group.part)]
    yield Page(PAGE, "findings.html", {"parts": parts, "count": sum(len(group.found) for group in shown)})
