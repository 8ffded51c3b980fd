"""What a build would do, and why a result is or is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from atlas.build.pace import guesses
from atlas.build.plan import Plan, Task
from atlas.build.progress import words
from atlas.build.run import pending
from atlas.build.store import Store
from atlas.errors import UnknownName

SITE_BYTES = {"pictures": 5_500, "probes": 64 * 4_300, "profiles": 1_200_000, "generated": 1_000_000}
"""What a result of a step brings to the site, in bytes, as the default recipe's site has it; for the estimate."""
PAGE_BYTES = 5_700  # of a unit, with its share of its layer's pages


def plan_lines(plan: Plan, store: Store, *, workers: int) -> Iterator[str]:
    """A table of the steps with time left and the expected size of the site."""
    tasks = pending(plan, store)
    seconds, missing = guesses(plan, tasks, store), Counter(task.step for task in tasks)
    total = Counter(task.step for task in plan.tasks)
    yield f"recipe {plan.recipe.name}: {len(plan.tasks)} results"
    yield f"{'step':<12} {'results':>8} {'cached':>8} {'to do':>8} {'about':>12}"
    for step, count in total.items():
        guess = sum(seconds[task.digest] for task in tasks if task.step == step) / workers
        yield f"{step:<12} {count:>8} {count - missing[step]:>8} {missing[step]:>8} {words(guess) if guess else '-':>12}"
    whole = sum(seconds.values()) / workers
    yield f"time: about {words(whole)} with {workers} workers" if tasks else "time: nothing to compute"
    yield f"site: about {_site_bytes(plan, total) / 1e6:.0f} MB"


def _site_bytes(plan: Plan, total: Mapping[str, int]) -> int:
    units = sum(layer.units for network in plan.recipe.networks for layer in network.chosen())
    return units * PAGE_BYTES + sum(total[step] * size for step, size in SITE_BYTES.items())


def explain_lines(plan: Plan, store: Store, unit: str) -> Iterator[str]:
    """The tasks that a unit's page rests on: step, state, key, and the field that changed where a near one is stored."""
    for task in _tasks_of(plan, unit):
        state = "stored" if store.has(task.digest) else "to do"
        yield f"{task.step:<12} {state:<7} {task.digest[:16]}  {task.name}"
        if state == "to do":
            yield from (f"{'':<12} {line}" for line in _changes(task, store))


def _tasks_of(plan: Plan, unit: str) -> list[Task]:
    network, _, rest = unit.partition("/")
    layer = rest.partition("/")[0]
    known = [recipe.name for recipe in plan.recipe.networks]
    if network not in known:
        raise UnknownName("network of this recipe", network, known)
    spec = next(recipe for recipe in plan.recipe.networks if recipe.name == network)
    names = [found.name for found in spec.chosen()]
    if layer not in names:
        raise UnknownName(f"layer of {network} in this recipe", layer, names)
    index, units = rest.partition("/")[2], spec.spec.layer(layer).units
    if not index.isdecimal() or int(index) >= units:
        raise UnknownName(f"unit of {network}/{layer}", index, [f"0 … {units - 1}"])
    path = f"{network}/{layer}"
    wanted = {path, unit, network, "all", f"{network}/{spec.spec.logits.name}"}
    wanted |= {task.name for task in plan.tasks if task.step == "twins" and network in task.parameters["networks"]}
    steps = {"probe_set", "fields", "predictions", "summaries", "examples", "neighbours", "pools", "twins", "pictures",
             "layouts", "maps"}  # fmt: skip
    return [
        task
        for task in plan.tasks
        if task.step in steps
        and task.name in wanted
        and (
            task.name != f"{network}/{spec.spec.logits.name}"
            or task.step == "predictions"
            or layer == spec.spec.logits.name
        )
    ]


def _changes(task: Task, store: Store) -> Iterator[str]:
    """Compare with the stored entry of the same step and name that differs in the fewest fields."""
    fields = flat(task.key.fields)
    best: list[str] | None = None
    for path in store.root.glob("??/*/manifest.json"):
        other = flat(store.manifest(path.parent.name)["key"])
        same = ("step", "parameters.network", "parameters.layer", "parameters.layer.name", "parameters.unit")
        if all(other.get(name) == fields.get(name) for name in same):
            differing = sorted(name for name in fields.keys() | other.keys() if fields.get(name) != other.get(name))
            lines = [f"{name}: {other.get(name, '-')} -> {fields.get(name, '-')}" for name in differing]
            best = lines if best is None or len(lines) < len(best) else best
    yield from best[:6] if best else ["nothing like it is stored: it was never computed"]


def flat(value: Any, prefix: str = "") -> dict[str, Any]:
    """Nested plain data as dotted names."""
    if isinstance(value, Mapping):
        return {name: leaf for key, inner in value.items() for name, leaf in flat(inner, f"{prefix}{key}.").items()}
    if isinstance(value, list):
        return {name: leaf for i, inner in enumerate(value) for name, leaf in flat(inner, f"{prefix}{i}.").items()}
    return {prefix.rstrip("."): value}
