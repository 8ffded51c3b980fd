"""The tasks of the recurrent networks: the texts once, an n-gram model once, and the studies of each network."""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping
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
    StepSpec("tokens", 1, (), 1, 1.0, "tokens of custom networks"),
    StepSpec("baselines", 2, ("numpy",), 1, 7.0, "n-gram model"),
    StepSpec("cells", 3, ("numpy", "torch"), 1, 15.0, "cells of recurrent networks"),
    StepSpec("gates", 1, ("numpy", "scipy"), 1, 1.5, "gates of recurrent networks"),
    StepSpec("context_lengths", 3, ("numpy", "torch"), 1, 7.0, "context lengths", stored="reach"),
    StepSpec("relevances", 5, ("numpy", "torch"), 1, 6.0, "attribution in recurrent networks"),
    StepSpec("passages", 4, ("numpy", "torch"), 1, 1.0, "passages of text"),
    StepSpec("matches", 2, ("numpy",), 1, 4.0, "hidden-state search"),
    StepSpec("expected_responses", 1, ("numpy", "scikit-learn"), 1, 4.0, "expected responses", stored="reactions"),
    StepSpec(
        "state_maps", 4, ("umap-learn", "scikit-learn", "numba", "numpy"), 1, 15.0, "maps of states", stored="statemaps"
    ),
    StepSpec("cell_statistics", 3, ("numpy",), 1, 4.0, "statistics of cells", stored="profiles"),
    StepSpec("sentences", 3, ("numpy", "scipy", "scikit-learn", "torch"), 1, 6.0, "sentences"),
    StepSpec("spellings", 1, ("numpy", "scipy"), 1, 2.5, "spellings"),
    StepSpec("speech", 1, ("numpy", "scipy", "safetensors"), 1, 1.2, "speech", stored="sounds"),
)

CODE = (
    "cells",
    "gates",
    "context_lengths",
    "relevances",
    "passages",
    "matches",
    "expected_responses",
    "cell_statistics",
    "state_maps",
)
STUDIES: dict[str, tuple[str, ...]] = {
    "characters": CODE,
    "tokens": ("tokens", *CODE),
    "words": ("sentences",),
    "letters": ("spellings",),
    "sound": ("speech",),
}
"""The studies of a network, by what it reads."""
PREDICTING = {"context_lengths", "relevances"}  # not of an encoder
SEEDED = {
    "cells",
    "context_lengths",
    "relevances",
    "matches",
    "expected_responses",
    "state_maps",
    "sentences",
    "speech",
}
ORDER = 7  # of the n-gram baseline
CELL_BYTES = 1_200_000  # what the pages of the cells of one network add to the site, as the default recipe has them


def studies_of(spec: RecurrentSpec) -> tuple[str, ...]:
    """The studies of a network, in an order in which each finds what it goes on from."""
    return tuple(study for study in STUDIES[spec.reads] if spec.predicts or study not in PREDICTING)


def tasks(context: PlanContext) -> Iterator[Task]:
    """What the chapter needs: the source code once, an n-gram model once, and every study of every network."""
    chapter = section(context.recipe)
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
        yield from _of_network(context, spec, needs if spec.reads_code else {}, baseline)


def _of_network(
    context: PlanContext, spec: RecurrentSpec, texts: Mapping[str, tuple[str, ...]], baseline: Task
) -> Iterator[Task]:
    """The studies of one network, which reads `texts` where it reads code."""
    chapter, done = section(context.recipe), dict[str, Task]()
    for study in studies_of(spec):
        parameters: dict[str, Any] = {"network": spec.name, "weights": spec.weights.sha256, **_custom(spec)}
        if study in SEEDED:
            parameters["seed"] = context.recipe.seed
        if study == "context_lengths":
            parameters["places"] = chapter.places
        needs = dict(texts)
        if spec.tokenizer and study != "tokens":
            needs["tokens"] = (done["tokens"].digest,)
        if study == "context_lengths":
            needs["baseline"] = (baseline.digest,)
        if study == "state_maps":
            needs["cells"] = (done["cells"].digest,)
        done[study] = Task(study, spec.name, parameters, needs, f"{study}/{spec.name}")
        yield done[study]


def _custom(spec: RecurrentSpec) -> dict[str, Any]:
    """What of a custom network changes results besides its weights."""
    parameters: dict[str, Any] = {}
    if isinstance(spec.weights, CustomFile) and spec.words is not None:
        parameters["vocabulary"] = spec.words.sha256
    if spec.rectified:
        parameters["nonlinearity"] = "relu"
    if not spec.predicts:
        parameters["encoder"] = True
    if spec.tokenizer:
        parameters["tokenizer"] = asdict(spec.tokenizer)
    return parameters


def site_bytes(recipe: Recipe) -> int:
    """About how much the chapter adds to the site."""
    return CELL_BYTES * sum("cell_statistics" in studies_of(spec) for spec in section(recipe).chosen())


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
