"""Sections of the index: pages of one kind (a layer's units, a network's cells), and the words for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Slug = int | str  # the last part of a page's address: a unit's number, a direction's name
IndexEntries = tuple["IndexSection", Sequence[tuple[Slug, str]]]  # a section with (slug, word) of what is in it


@dataclass(frozen=True)
class IndexSection:
    """Pages of one kind below `page`: /SLUG/ for each of `slugs`."""

    home: str  # the page of the network, from the root of the site
    page: str  # of the section itself
    title: str  # of the network
    name: str  # "conv1", "cells"
    words: str  # "Convolution 1"
    slugs: Sequence[Slug]
    noun: str = "unit"

    @property
    def folder(self) -> str:
        """What the addresses of its pages start with."""
        return self.page.removesuffix("/index.html")

    def page_of(self, slug: Slug) -> str:
        """The page of what `slug` names."""
        return f"{self.folder}/{slug}/index.html"

    def record(self) -> list[object]:
        """The section for the search page; the slugs are left out where they are 0, 1, 2, …"""
        known: list[object] = [self.folder, self.title, self.name, self.words, len(self.slugs), self.noun]
        return known if isinstance(self.slugs, range) else [*known, list(self.slugs)]
