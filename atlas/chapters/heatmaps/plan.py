"""The tasks of the chapter: the images, what each network decides about them, and its maps by every method."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from atlas.chapters.heatmaps.evaluation import sizes
from atlas.chapters.heatmaps.images import checked
from atlas.chapters.heatmaps.maps import SIDE, TARGETS
from atlas.chapters.heatmaps.paths import METHOD, spread
from atlas.chapters.heatmaps.recipe import chosen_methods, chosen_networks, section
from atlas.core.errors import UnknownName
from atlas.core.specs import NetworkSpec
from atlas.methods.attribution.method import Method
from atlas.methods.attribution.method import methods as methods_of
from atlas.networks.labels import identity
from atlas.pipeline.plan import Plan, PlanContext
from atlas.pipeline.task import StepSpec, Task, digests
from atlas.recipe.network import NetworkRecipe
from atlas.recipe.recipe import Recipe
from atlas.runtime.precision import native_precision

SHEET_BYTES, PAGE_BYTES = 30_000, 60_000  # of a row of the wall, and of a page, as the default recipe has them

STEPS = (
    StepSpec("explained_images", 1, ("numpy",), 1, 1.0, "images whose decisions are explained"),
    StepSpec("decisions", 1, ("torch", "timm", "pillow"), 1, 1.0, "decisions"),
    StepSpec("paths", 3, ("torch", "timm", "pillow"), 1, 3.0, "units that carry decisions"),
    StepSpec("typical_decisions", 1, ("torch", "timm", "pillow"), 1, 15.0, "decisions about typical images"),
    StepSpec("heat_maps", 1, ("torch", "timm", "pillow"), 16, 1.5, "heat maps"),
    StepSpec("grounds", 1, ("pillow", "numpy"), 1, 4.0, "images without their objects"),
    StepSpec("interventions", 1, ("torch", "timm", "pillow"), 1, 8.0, "interventions"),
    StepSpec("evaluations", 2, ("torch", "timm", "pillow", "scipy"), 4, 2.0, "scores of heat maps"),
)


def tasks(context: PlanContext) -> Iterator[Task]:
    """The images, then for each network its decisions and its maps."""
    recipe = context.recipe
    networks, methods = chosen_networks(recipe), chosen_methods(recipe)
    if not networks or not methods:
        return
    images = image_task(context)
    yield images
    ground = ground_task(context, images)
    yield ground
    for network in networks:
        base, needs = network_base(network, recipe.seed), {"images": (images.digest,)}
        yield Task("decisions", network.name, base, needs, group=network.name)
        read = {"layers": [layer.name for layer in spread(network.chosen())], "rules": described(methods_of()[METHOD])}
        yield Task("paths", network.name, {**base, **read}, needs, group=network.name)
        yield _typical_task(context, network.spec, {**base, **read})
        for method in methods:
            shape = {"targets": [kind.name for kind in TARGETS], "side": SIDE, "alone": section(recipe).alone}
            parameters = {**base, **described(method), **shape}
            group = f"{network.name}/{method.family}"  # methods of a family share what they compute
            yield Task("heat_maps", f"{network.name}/{method.name}", parameters, needs, group=group)
        yield from _evaluations(context, network, methods, {**needs, "grounds": (ground.digest,)})


def _typical_task(context: PlanContext, spec: NetworkSpec, parameters: Mapping[str, Any]) -> Task:
    """The decisions about one typical image of each class that the probe images show."""
    needs = {"probes": digests(context.probes), "probe_set": (context.probe_set.digest,)}
    return Task("typical_decisions", spec.name, {**parameters, "labels": identity(spec.labels)}, needs, group=spec.name)


def ground_task(context: PlanContext, images: Task) -> Task:
    """The evaluated images without their objects."""
    parameters = {"probes": context.probe_set.parameters["name"], "parts": [task.name for task in context.probes]}
    needs = {"images": (images.digest,), "probe_set": (context.probe_set.digest,)}
    return Task("grounds", "all", parameters, needs, group="heatmaps")


def _evaluations(
    context: PlanContext, network: NetworkRecipe, methods: Sequence[Method], needs: Mapping[str, tuple[str, ...]]
) -> Iterator[Task]:
    """The interventions in the evaluated images, and the scores of each method."""
    wanted, spec = section(context.recipe), network.spec
    base = network_base(network, context.recipe.seed)
    every = {method.name: sizes(method, spec.input_size, wanted.evaluated, wanted.passes) for method in methods}
    most = max(size.images for size in every.values())
    truth = Task("interventions", spec.name, {**base, "images": most}, needs, group=spec.name)
    yield truth
    for method in methods:
        parameters = {**base, **described(method), "sizes": asdict(every[method.name])}
        rests = {**needs, "truth": (truth.digest,)}
        yield Task("evaluations", f"{spec.name}/{method.name}", parameters, rests, group=spec.name)


def image_task(context: PlanContext) -> Task:
    """The choice of images; the classes that all networks know decide it, not the networks."""
    wanted = section(context.recipe)
    parameters = {
        "images": checked(wanted.images) if isinstance(wanted.images, int) else list(wanted.images),
        "evaluated": wanted.evaluated,
        "labels": sorted({identity(network.spec.labels) for network in chosen_networks(context.recipe)}),
        "seed": context.recipe.seed,
    }
    needs = {"probes": digests(context.probes), "probe_set": (context.probe_set.digest,)}
    return Task("explained_images", "all", parameters, needs, group="heatmaps")


def network_base(network: NetworkRecipe, seed: int) -> dict[str, Any]:
    """The parameters of every task of a network."""
    spec = network.spec
    return {
        **network.stated,
        "network": spec.name,
        "weights": spec.weights.sha256,
        "input": {"size": spec.input_size, "mean": list(spec.mean), "std": list(spec.std)},
        "seed": seed,
        "precision": native_precision("cpu"),  # of passes over many versions of an image
    }


def described(method: Method) -> dict[str, Any]:
    """A method as plain data: all that changes its maps."""
    return {"method": method.name, "version": method.version, "parameters": dict(method.parameters)}


def site_bytes(recipe: Recipe) -> int:
    """About how much the chapter adds to the site."""
    images = section(recipe).images
    count = images if isinstance(images, int) else len(images)
    walls = count + min(count, section(recipe).alone)
    return walls * (len(chosen_networks(recipe)) * SHEET_BYTES + PAGE_BYTES)


def subjects(recipe: Recipe) -> list[str]:
    """The chapter itself: its networks are those of the image networks."""
    return ["heatmaps"] if chosen_networks(recipe) and chosen_methods(recipe) else []


def behind(plan: Plan, path: str) -> list[Task]:
    """The tasks that a page of the chapter rests on: `heatmaps`, or `heatmaps/methods/<method>`."""
    _, _, rest = path.partition("/")
    names = [method.name for method in chosen_methods(plan.recipe)]
    method = rest.removeprefix("methods/").partition("/")[0]
    if rest and method not in names and not rest.startswith("wall"):
        raise UnknownName("method of the heat maps", rest, names)
    steps = {step.name for step in STEPS}
    return [
        task
        for task in plan.tasks
        if task.step in steps and (method not in names or task.parameters.get("method", method) == method)
    ]
