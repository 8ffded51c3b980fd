"""The chapter's section of a recipe: which networks and methods, on which images."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from pydantic import Field

from atlas.core.errors import UnknownName
from atlas.methods.attribution.method import Method, methods
from atlas.recipe.network import NetworkRecipe
from atlas.recipe.recipe import Recipe
from atlas.recipe.sections import ChapterSection


class HeatmapsRecipe(ChapterSection):
    """Heat maps of decisions; without networks or methods there is no such chapter."""

    networks: tuple[str, ...] = Field(
        ("*",), description="image networks of the recipe, by name or pattern; none: the chapter is left out"
    )
    methods: tuple[str, ...] = Field(
        ("*",), description="attribution methods, by name or pattern (`atlas list methods`)"
    )
    images: int | tuple[str, ...] = Field(
        16, description="how many images the wall shows (1 to 64), or their ids in the probe set"
    )
    alone: int = Field(
        4, ge=0, le=64, description="the first images of the wall for which the class logit alone is explained too"
    )
    evaluated: int = Field(
        200,
        ge=4,
        le=2000,
        description="images over which the scores of the methods are, for each network; fewer for one "
        "of more than 128 pixels, by its area",
    )
    passes: int = Field(
        250,
        ge=0,
        description="forward passes that a method may take for its scores; a costlier one gets fewer images, at "
        "least 8; 0: all images for every method",
    )


def section(recipe: Recipe) -> HeatmapsRecipe:
    """The section of this chapter."""
    found = recipe.section("heatmaps")
    assert isinstance(found, HeatmapsRecipe)
    return found


def chosen_networks(recipe: Recipe) -> tuple[NetworkRecipe, ...]:
    """The image networks of the recipe that the chapter is about; UnknownName for a pattern that fits none."""
    by_name = {network.name: network for network in recipe.networks}
    patterns = section(recipe).networks
    return tuple(by_name[name] for name in _fitting("network of this recipe", by_name, patterns))


def chosen_methods(recipe: Recipe) -> tuple[Method, ...]:
    """The attribution methods of the chapter."""
    return methods_named(section(recipe).methods)


def methods_named(patterns: Iterable[str]) -> tuple[Method, ...]:
    """The methods that fit, in the order of the registry; UnknownName for a pattern that fits none."""
    registry = methods()
    return tuple(registry[name] for name in _fitting("attribution method", registry, patterns))


def _fitting(kind: str, names: Iterable[str], patterns: Iterable[str]) -> list[str]:
    names, patterns = list(names), list(patterns)
    for pattern in patterns:
        if pattern != "*" and not any(fnmatchcase(name, pattern) for name in names):
            raise UnknownName(kind, pattern, names)
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]


SECTION = HeatmapsRecipe
