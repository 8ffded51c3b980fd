"""What a build would do, and why a result is or is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from atlas.core.chapter import parts
from atlas.core.errors import UnknownName
from atlas.pipeline.gather import custom_lines
from atlas.pipeline.pace import guesses
from atlas.pipeline.plan import Plan
from atlas.pipeline.progress import words
from atlas.pipeline.run import pending
from atlas.pipeline.store import Store
from atlas.pipeline.task import Task
from atlas.probes.own import counted, kinds_of, passed_over

PROBE_BYTES = (
    64 * 4_300
)  # what a part of the probe set brings to the site, as the default recipe's site has it; for the estimate


def plan_lines(plan: Plan, store: Store, *, workers: int) -> Iterator[str]:
    """How own weights fit, a table of the steps with time left, and the expected size of the site."""
    own = custom_lines(plan.recipe)
    tasks = pending(plan, store)
    seconds, missing = guesses(plan, tasks, store), Counter(task.step for task in tasks)
    total = Counter(task.step for task in plan.tasks)
    yield f"recipe {plan.recipe.name}: {len(plan.tasks)} results"
    yield f"probe set {_probes(plan, store)}"
    yield from own
    yield from _code(plan)
    yield f"{'step':<22} {'results':>8} {'cached':>8} {'to do':>8} {'about':>12}"
    for step, count in total.items():
        guess = sum(seconds[task.digest] for task in tasks if task.step == step) / workers
        about = words(guess) if guess else "-"
        yield f"{step:<22} {count:>8} {count - missing[step]:>8} {missing[step]:>8} {about:>12}"
    whole = sum(seconds.values()) / workers
    yield f"time: about {words(whole)} with {workers} workers" if tasks else "time: nothing to compute"
    yield f"site: about {_site_bytes(plan, total) / 1e6:.0f} MB"


def _probes(plan: Plan, store: Store) -> str:
    """The probe set in a line; once its images are read, what was passed over and why."""
    task = plan.get("probe_set", "all")
    if not store.has(task.digest):
        return plan.probes
    facts = store.get(task.digest).facts
    shown = f"{counted(len(facts['images']), 'image')}{' of the limited set' if plan.recipe.limit else ''}"
    read = passed_over(kinds_of(skipped["reason"] for skipped in facts["skipped"]))
    return "; ".join(part for part in (plan.probes, f"read: {shown}", read) if part)


def _code(plan: Plan) -> Iterator[str]:
    """A line where the recipe runs programs of its own, at most four by name."""
    found = [one for section in plan.recipe.sections().values() for one in section.code()]
    if found:
        more = f" and {len(found) - 4} more" if len(found) > 4 else ""
        yield f"runs code that the recipe names: {', '.join(found[:4])}{more}; only as safe as its author (SECURITY.md)"


def _site_bytes(plan: Plan, total: Mapping[str, int]) -> int:
    chapters: int = sum(part.site_bytes(plan.recipe) for _, part in parts("plan"))
    return total["probes"] * PROBE_BYTES + chapters


def explain_lines(plan: Plan, store: Store, path: str) -> Iterator[str]:
    """The tasks that the page of a unit, a cell or a generator rests on: step, state, key.

    Below a task that is missing stands the field that differs from the nearest stored one.
    """
    for task in _tasks_of(plan, path):
        state = "stored" if store.has(task.digest) else "to do"
        yield f"{task.step:<22} {state:<7} {task.digest[:16]}  {task.name}"
        if state == "to do":
            yield from (f"{'':<22} {line}" for line in _changes(task, store))


def _tasks_of(plan: Plan, path: str) -> list[Task]:
    name = path.partition("/")[0]
    known: list[str] = []
    for _, part in parts("plan"):
        subjects = part.subjects(plan.recipe)
        if name in subjects:
            return list(part.behind(plan, path))
        known += subjects
    raise UnknownName("network of this recipe", name, known)


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
