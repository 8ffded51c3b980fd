"""The records of the chapter: what is known of each generator, and of all together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atlas.core.results import AtlasResults
from atlas.core.specs import Array, GeneratorSpec


@dataclass(frozen=True)
class GeneratorResults:
    """A generator and its studies, each as arrays and plain facts (see `study.py`)."""

    spec: GeneratorSpec
    card: Mapping[str, Any] | None  # of a training by this project
    arrays: Mapping[str, Mapping[str, Array]]  # study -> name -> array
    facts: Mapping[str, Mapping[str, Any]]  # study -> facts
    keys: Mapping[str, str]  # study -> store key


@dataclass(frozen=True)
class GenerativeChapter:
    """The generators, in the recipe's order, with the atlas that they are part of, as figures and pages need it."""

    generators: tuple[GeneratorResults, ...]
    atlas: AtlasResults


def chapter_of(results: AtlasResults) -> GenerativeChapter:
    """The chapter's part of the results; without generators where the recipe has none."""
    return GenerativeChapter(results.chapters.get("generative", ()), results)
