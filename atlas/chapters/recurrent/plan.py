"""The tasks of the recurrent networks: the texts once, an n-gram model once, and the studies of each network."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from atlas.chapters.recurrent.recipe import section
from atlas.core.errors import UnknownName
from atlas.core.sources import CustomFile
from atlas.core.specs import RecurrentSpec
from atlas.pipeline.plan import Plan, PlanContext
from atlas.pipeline.task import StepSpec, Task
from atlas.recipe.recipe import Recipe

STEPS = (
    StepSpec("texts", 1, (), 1, 2.0, "source code"),
    StepSpec("tokens", 1, (), 1, 1.0, "tokens of own networks"),
    StepSpec("baselines", 2, ("numpy",), 1, 7.0, "n-gram model"),
    StepSpec("cells", 3, ("numpy", "torch"), 1, 15.0, "cells of recurrent networks"),
    StepSpec("gates", 1, ("numpy", "scipy"), 1, 1.5, "gates of recurrent networks"),
    StepSpec("reach", 3, ("numpy", "torch"), 1, 7.0, "reach of recurrent networks"),
    StepSpec("relevances", 5, ("numpy", "torch"), 1, 6.0, "relevance in recurrent networks"),
    StepSpec("passages", 4, ("numpy", "torch"), 1, 1.0, "passages of text"),
    StepSpec("matches", 2, ("numpy",), 1, 4.0, "matches in text"),
    StepSpec("reactions", 1, ("numpy", "scikit-learn"), 1, 4.0, "responses to characters"),
    StepSpec("statemaps", 4, ("umap-learn", "scikit-learn", "numba", "numpy"), 1, 15.0, "maps of states"),
    StepSpec("profiles", 3, ("numpy",), 1, 4.0, "profiles of cells"),
    StepSpec("sentences", 3, ("numpy", "scipy", "scikit-learn", "torch"), 1, 6.0, "sentences"),
    StepSpec("spellings", 1, ("numpy", "scipy"), 1, 2.5, "spellings"),
    StepSpec("sounds", 1, ("numpy", "scipy", "safetensors"), 1, 1.2, "sounds"),
)

CODE = ("cells", "gates", "reach", "relevances", "passages", "matches", "reactions", "profiles", "statemaps")
STUDIES: dict[str, tuple[str, ...]] = {
    "characters": CODE,
    "tokens": ("tokens", *CODE),
    "words": ("sentences",),
    "letters": ("spellings",),
    "sound": ("sounds",),
}
"""The studies of a network, by what it reads."""
PREDICTING = {"reach", "relevances"}  # not of an encoder
SEEDED = {"cells", "reach", "relevances", "matches", "reactions", "statemaps", "sentences", "sounds"}
ORDER = 7  # of the n-gram baseline
PROFILE_BYTES = 1_200_000  # what the pages of the cells of one network add to the site, as the default recipe has them


def studies_of(spec: RecurrentSpec) -> tuple[str, ...]:
    """The studies of a network, in an order in which each finds what it goes on from."""
    return tuple(study for study in STUDIES[spec.reads] if spec.predicts or study not in PREDICTING)


def tasks(context: PlanContext) -> Iterator[Task]:
    """What the chapter needs: the source code once, an n-gram model once, and every study of every network."""
    recipe, chapter = context.recipe, section(context.recipe)
    chosen = chapter.chosen()
    if not chosen:
        return
    python = {"python": platform.python_version()}  # the library that is read belongs to the interpreter
    texts = Task("texts", "library", {**python, "characters": chapter.characters}, {}, "library")
    needs = {"texts": (texts.digest,)}
    baseline = Task("baselines", "library", {**python, "order": ORDER}, needs, "library")
    if any(spec.reads_code for spec in chosen):
        yield from (texts, baseline)
    for spec in chosen:
        made: dict[str, Task] = {}
        for study in studies_of(spec):
            own: dict[str, Any] = {"network": spec.name, "weights": spec.weights.sha256, **_brought(spec)}
            if study in SEEDED:
                own["seed"] = recipe.seed
            if study == "reach":
                own["places"] = chapter.places
            roles = needs if spec.reads_code else {}
            if spec.tokenizer and study != "tokens":
                roles = roles | {"tokens": (made["tokens"].digest,)}
            if study == "reach":
                roles = roles | {"baseline": (baseline.digest,)}
            if study == "statemaps":
                roles = roles | {"cells": (made["cells"].digest,)}
            made[study] = Task(study, spec.name, own, roles, f"{study}/{spec.name}")
        yield from made.values()


def _brought(spec: RecurrentSpec) -> dict[str, Any]:
    """What of an own network changes results besides its weights."""
    found: dict[str, Any] = {}
    if isinstance(spec.weights, CustomFile) and spec.words is not None:
        found["vocabulary"] = spec.words.sha256
    if spec.rectified:
        found["nonlinearity"] = "relu"
    if not spec.predicts:
        found["encoder"] = True
    if spec.tokenizer:
        found["tokenizer"] = asdict(spec.tokenizer)
    return found


def site_bytes(recipe: Recipe) -> int:
    """About how much the chapter adds to the site."""
    return PROFILE_BYTES * sum("profiles" in studies_of(spec) for spec in section(recipe).chosen())


def subjects(recipe: Recipe) -> list[str]:
    """The recurrent networks."""
    return [spec.name for spec in section(recipe).chosen()]


def behind(plan: Plan, path: str) -> list[Task]:
    """The tasks that a cell's page rests on: all of its network; UnknownName for a cell that it has not."""
    network, slash, cell = path.partition("/")
    cells = section(plan.recipe).spec(network).cells
    if slash and not (cell.isdecimal() and int(cell) < cells):
        raise UnknownName(f"cell of {network}", cell, [f"0 … {cells - 1}"])
    return plan.resting(network)
