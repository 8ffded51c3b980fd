"""How long missing results will take: as long as their like took, which the store remembers."""

from __future__ import annotations

from collections.abc import Sequence

from atlas.pipeline.plan import Plan
from atlas.pipeline.store import Store
from atlas.pipeline.task import Task, steps

Group = tuple[str, str]  # step, group of tasks


def guesses(plan: Plan, missing: Sequence[Task], store: Store) -> dict[str, float]:
    """Processor seconds of each of the plan's `missing` tasks, by digest.

    A task takes what a stored one of its step and group took (a picture: one of the same layer), else one of the group
    before it in the same network: the deeper a layer, the longer. Else it is the step's own guess.
    """
    wanted, kinds = {task.digest for task in missing}, {task.step for task in missing}
    stored: dict[Group, str] = {}
    for task in plan.tasks:
        if task.step in kinds and task.digest not in wanted:
            stored.setdefault((task.step, task.group), task.digest)
    took = {group: store.seconds(digest) for group, digest in stored.items()}
    near: dict[Group, float] = {}
    found = {}
    for task in plan.tasks:
        network = (task.step, task.group.partition("/")[0])
        if (task.step, task.group) in took:
            near[network] = took[task.step, task.group]
        if task.digest in wanted:
            found[task.digest] = near.get(network, steps()[task.step].seconds)
    return found
