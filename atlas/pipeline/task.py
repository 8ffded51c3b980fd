"""One result to compute: a step, and all that changes what it makes. Its key is what the store files it under."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from typing import Any

from atlas.core.chapter import parts
from atlas.pipeline.store import Key


@dataclass(frozen=True)
class StepSpec:
    """A step: a kind of work. Bump `version` whenever the code changes a result.

    `batch` is how many tasks of one group a worker takes at once; `seconds` is a first guess of one task's time: the
    default recipe's mean on two cores without bfloat16.
    """

    name: str
    version: int
    libraries: tuple[str, ...]
    batch: int
    seconds: float
    title: str
    stored: str = (
        ""  # its name in keys, where that is another: results that were stored under an older name are still found
    )


PROBE_STEPS = (
    StepSpec("probes", 2, ("pillow", "numpy"), 1, 1.0, "probe images"),
    StepSpec("probe_set", 1, (), 1, 0.1, "probe set"),
)


@cache
def steps() -> Mapping[str, StepSpec]:
    """All steps by name: those that make the probe set, then those of the chapters."""
    found = [*PROBE_STEPS, *(step for _, part in parts("plan") for step in part.STEPS)]
    named = {step.name: step for step in found}
    if len(named) < len(found):
        raise ValueError(f"two chapters name a step alike: {sorted(step.name for step in found)}")
    return named


@dataclass(frozen=True)
class Task:
    """One result to make: its step, its name (a path of nouns), what it needs and all that changes it."""

    step: str
    name: str
    parameters: Mapping[str, Any]
    needs: Mapping[str, tuple[str, ...]]  # role -> digests of other tasks
    group: str  # tasks of one group may be computed together

    @cached_property
    def key(self) -> Key:
        """Everything that changes the result, inputs by their keys."""
        spec = steps()[self.step]
        return Key(
            {
                "step": spec.stored or spec.name,
                "version": spec.version,
                "libraries": {name: _version(name) for name in spec.libraries},
                "parameters": dict(self.parameters),
                "needs": {role: list(digests) for role, digests in self.needs.items()},
            }
        )

    @property
    def digest(self) -> str:
        return self.key.digest


@cache
def _version(library: str) -> str:
    return version(library)


def digests(tasks: Sequence[Task]) -> tuple[str, ...]:
    """The digests of tasks, as another one needs them."""
    return tuple(task.digest for task in tasks)
