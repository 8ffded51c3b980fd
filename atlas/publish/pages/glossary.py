"""The glossary: what the terms of the atlas mean."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.publish.glossary import TERMS
from atlas.publish.page import Item, Page

PAGE = "glossary/index.html"


def pages() -> Iterator[Item]:
    """One page."""
    yield Page(PAGE, "glossary.html", {"terms": tuple(TERMS.values())})
