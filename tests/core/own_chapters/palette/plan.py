"""Its one task: the colours of all probe images."""

from collections.abc import Iterator

from atlas.chapters.palette.recipe import section

from atlas.core.errors import UnknownName
from atlas.pipeline.plan import Plan, PlanContext
from atlas.pipeline.task import StepSpec, Task, digests
from atlas.recipe.recipe import Recipe

STEPS = (StepSpec("palettes", 1, ("numpy", "pillow", "scikit-learn"), 1, 0.5, "colours of the probe images"),)


def tasks(context: PlanContext) -> Iterator[Task]:
    parameters = {"colours": section(context.recipe).colours, "seed": context.recipe.seed}
    yield Task("palettes", "palette", parameters, {"probes": digests(context.probes)}, group="palette")


def site_bytes(recipe: Recipe) -> int:
    return 1000 * section(recipe).colours


def subjects(recipe: Recipe) -> list[str]:
    return ["palette"]


def behind(plan: Plan, path: str) -> list[Task]:
    if path != "palette":
        raise UnknownName("page of the palette", path, ["palette"])
    return plan.resting("palette")
