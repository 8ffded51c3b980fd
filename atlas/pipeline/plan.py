"""What has to be computed for a recipe, in order, with the key of every result. Pure: nothing is read, nothing is run.

A Task is one store entry. Its key holds the step's name and version, all parameters, the keys of its inputs and the
versions of the libraries that the step uses, so equal keys mean equal results.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Protocol

from atlas.core.chapter import parts
from atlas.core.errors import ProbeError
from atlas.pipeline.task import StepSpec, Task, digests
from atlas.probes import ProbeSource, Summed
from atlas.recipe.recipe import Recipe
from atlas.runtime.precision import check_device


@dataclass(frozen=True)
class PlanContext:
    """What the tasks of a chapter start from: the recipe, the device, and the tasks that make the probe set."""

    recipe: Recipe
    device: str
    probes: tuple[Task, ...]  # a part each
    probe_set: Task  # the facts of all


class PlanPart(Protocol):
    """The part `plan` of a chapter: its steps, and its tasks, each after those that it needs."""

    STEPS: tuple[StepSpec, ...]

    def tasks(self, context: PlanContext) -> Iterable[Task]:
        """What has to be computed."""

    def site_bytes(self, recipe: Recipe) -> int:
        """About how much the chapter adds to the site."""

    def subjects(self, recipe: Recipe) -> list[str]:
        """The networks that the chapter is about: what `atlas explain` takes first."""

    def behind(self, plan: Plan, path: str) -> Iterable[Task]:
        """The tasks that a page rests on, by its path (`network/layer/unit`, `network/cell`); else UnknownName."""


@dataclass(frozen=True)
class Plan:
    """All tasks of a recipe in an order in which every task comes after its needs."""

    recipe: Recipe
    tasks: tuple[Task, ...]
    probes: str = ""  # the probe set in a line, as far as it is known before its images are read

    @cached_property
    def by_name(self) -> dict[str, Task]:
        """Tasks by `step:name`."""
        return {f"{task.step}:{task.name}": task for task in self.tasks}

    def get(self, step: str, name: str) -> Task:
        """The task of `step` named `name`; KeyError when the recipe has none."""
        return self.by_name[f"{step}:{name}"]

    def resting(self, network: str) -> list[Task]:
        """The tasks about `network` and all that they need, in order."""
        wanted: set[str] = set()
        for task in reversed(self.tasks):
            if task.digest in wanted or task.name.partition("/")[0] == network:
                wanted |= {task.digest, *(digest for needs in task.needs.values() for digest in needs)}
        return [task for task in self.tasks if task.digest in wanted]


def _on_stderr(line: str) -> None:
    print(line, file=sys.stderr)


def make_plan(recipe: Recipe, *, device: str = "cpu", say: Callable[[str], None] = _on_stderr) -> Plan:
    """The plan of `recipe`; `say` is called with one line where the probe set is not the first of its list.

    Raises:
        UnknownName: a network, layer, probe set or device does not exist.
        ProbeError: the probe set (of a list: the last) cannot be had.
    """
    check_device(device)
    recipe, source = with_probes(recipe, say)
    probes, probe_set = _probe_tasks(recipe, source)
    context = PlanContext(recipe, device, probes, probe_set)
    chapters = [tuple(part.tasks(context)) for _, part in parts("plan")]
    # A chapter with few tasks has long ones: at the end they would keep one worker waiting.
    rest = [task for chapter in sorted(chapters, key=len) for task in chapter]
    return Plan(recipe, (*probes, probe_set, *rest), _in_a_line(source))


def with_probes(recipe: Recipe, say: Callable[[str], None] = _on_stderr) -> tuple[Recipe, ProbeSource]:
    """The recipe with the first probe set of its list that can be had, and this set."""
    wanted = recipe.probes
    for name, other in pairwise(wanted.sources):
        try:
            source = wanted.only(name).open()
            source.identity()  # may download
        except ProbeError as error:
            say(f"The probe set {other} is used instead of {name}. {error}")
        else:
            return recipe.model_copy(update={"probes": wanted.only(name)}), source
    last = wanted.only(wanted.sources[-1])
    return recipe.model_copy(update={"probes": last}), last.open()


def _probe_tasks(recipe: Recipe, source: ProbeSource) -> tuple[tuple[Task, ...], Task]:
    identity = {"probes": source.name, "identity": source.identity()}
    parts = chosen_parts(source, recipe.limit)
    probes = tuple(Task("probes", part, {**identity, "part": part}, {}, group=part) for part in parts)
    facts = {
        "name": source.name,
        "title": source.title,
        "size": source.size,
        "labels": source.labels,
        "publish": source.publish,
    }
    return probes, Task("probe_set", "all", facts, {"probes": digests(probes)}, group="all")


def chosen_parts(source: ProbeSource, limit: int | None) -> tuple[str, ...]:
    """At most `limit` parts: the first of a mixed set, else spread evenly, since a set may be sorted by class."""
    parts = source.parts()
    if limit is None or limit >= len(parts) or source.mixed:
        return parts[:limit]
    return tuple(parts[(2 * number + 1) * len(parts) // (2 * limit)] for number in range(limit))


def _in_a_line(source: ProbeSource) -> str:
    return f"{source.name}: {source.summary().line}" if isinstance(source, Summed) else source.name
