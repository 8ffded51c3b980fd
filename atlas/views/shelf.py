"""Shelves of the index: what lies side by side under one roof (a layer's units, a network's cells), and the words for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from atlas.figures.cell import cells_page, named_cells, tellings
from atlas.figures.generative import ATTRIBUTE, is_better
from atlas.figures.places import drawn_layer_page, generator_page, layer_page, network_page
from atlas.measured import AtlasResults, GeneratorResults
from atlas.views.desk import Chapter

Slug = int | str  # the last part of a page's address: a unit's number, a direction's name
Answers = tuple["Shelf", Sequence[tuple[Slug, str]]]  # a shelf with (slug, word) of what is on it


@dataclass(frozen=True)
class Shelf:
    """Pages of one kind below `page`: /SLUG/ for each of `slugs`."""

    home: str  # the page of the network, from the root of the site
    page: str  # of the shelf itself
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
        """What the search page knows of it; the slugs are left out where they are 0, 1, 2, …"""
        known: list[object] = [self.folder, self.title, self.name, self.words, len(self.slugs), self.noun]
        return known if isinstance(self.slugs, range) else [*known, list(self.slugs)]


def unit_answers(chapters: Sequence[Chapter]) -> Iterator[Answers]:
    """The layers, with the class and the label that each unit answers most."""
    for chapter in chapters:
        spec = chapter.network.spec
        home = network_page(spec.name)
        for layer in chapter.layers:
            shelf = Shelf(
                home, layer_page(spec.name, layer.name), spec.title, layer.name, layer.title, range(layer.units)
            )
            words = [
                (index, word)
                for index in range(layer.units)
                for word in sorted({layer.favourites[index], layer.labels[index] if layer.labels else ""} - {""})
            ]
            yield shelf, words


def cell_answers(results: AtlasResults) -> Iterator[Answers]:
    """The cells that have a page, with the concept that each tells best, if better than chance."""
    for network in results.recurrent:
        cells = named_cells(network)
        page = cells_page(network.spec.name)
        shelf = Shelf(page, page, network.spec.title, "cells", "Cells", cells, "cell")
        told = [(cell, telling) for cell in cells for telling in tellings(network, cell)[:1]]
        yield shelf, [(cell, telling.concept) for cell, telling in told if telling.above]


def drawn_answers(results: AtlasResults) -> Iterator[Answers]:
    """The directions of each generator, with what each moves most if more than chance does, and its dissected units."""
    for generator in results.generators:
        home = generator_page(generator.spec.name)
        yield _directions(generator, home)
        for layer in generator.facts["dissections"]["layers"]:
            page, title = drawn_layer_page(generator.spec.name, layer), _layer_title(generator, layer)
            units = tuple(sorted(generator.arrays["dissections"][f"{layer}/units"].tolist()))
            yield Shelf(home, page, generator.spec.title, layer, title, units), []


def _directions(generator: GeneratorResults, home: str) -> Answers:
    records = generator.facts["directions"]["directions"]
    slugs = tuple(record["name"] for record in records)
    shelf = Shelf(home, home, generator.spec.title, "directions", "Directions", slugs, "direction")
    moved = [(record["name"], ATTRIBUTE[record["target"]].title.lower()) for record in records if is_better(record)]
    return shelf, moved


def _layer_title(generator: GeneratorResults, name: str) -> str:
    return next(layer.title for layer in generator.spec.layers if layer.name == name)
