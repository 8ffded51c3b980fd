"""The records of the chapter: what is known of each generator, and of all together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atlas.chapters.generative.direction_study import DirectionStudy
from atlas.chapters.generative.sprite_study import CodeStudy
from atlas.chapters.generative.study import QualityStudy, Sample, UnitStudy
from atlas.core.pack import stored
from atlas.core.results import AtlasResults, Layout
from atlas.core.specs import GeneratorSpec


@dataclass(frozen=True)
class TrainingPoint:
    """An InfoGAN at one step of its training."""

    step: int
    bound_choice: float  # lower bound of the mutual information of choice and picture, in nats
    bound_numbers: float  # of the numbers, in nats
    mig: float  # mutual information gap of the codes that are read from real sprites


@dataclass(frozen=True, kw_only=True)
class GeneratorCard:
    """The model card of a training by this project; plain data are as the training wrote them."""

    seed: int = stored("recipe/seed")
    steps: int = stored("recipe/steps")  # before the critic joins in
    recipe: Mapping[str, Any]
    critic: Mapping[str, Any]
    data: Mapping[str, Any]
    hardware: Mapping[str, Any]
    critic_hardware: Mapping[str, Any]
    seconds: Mapping[str, float]
    notes: tuple[str, ...]
    curve: tuple[TrainingPoint, ...]


@dataclass(frozen=True)
class GeneratorResults:
    """A generator and its studies."""

    spec: GeneratorSpec
    card: GeneratorCard | None  # of a training by this project
    sample: Sample
    directions: DirectionStudy
    units: UnitStudy
    layout: Layout  # of the sample
    quality: QualityStudy
    codes: CodeStudy | None  # of an InfoGAN
    keys: Mapping[str, str]  # step -> store key


@dataclass(frozen=True)
class GenerativeChapter:
    """The generators, in the recipe's order, with the atlas that they are part of, as figures and pages need it."""

    generators: tuple[GeneratorResults, ...]
    atlas: AtlasResults


def chapter_of(results: AtlasResults) -> GenerativeChapter:
    """The chapter's part of the results; without generators where the recipe has none."""
    return GenerativeChapter(results.chapters.get("generative", ()), results)
