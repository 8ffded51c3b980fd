"""The tasks of the generators: a sample first, then the studies that read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from atlas.chapters.generative.feature_extractor import EXTRACTOR
from atlas.chapters.generative.recipe import section
from atlas.core.sources import CustomFile, CustomModule
from atlas.core.specs import GeneratorSpec
from atlas.networks import NETWORKS
from atlas.pipeline.plan import Plan, PlanContext
from atlas.pipeline.task import StepSpec, Task
from atlas.recipe.recipe import Recipe
from atlas.runtime.precision import native_precision

STEPS = (
    StepSpec("sprites", 2, ("numpy", "torch"), 1, 12.0, "real sprites"),
    StepSpec("samples", 5, ("numpy", "torch"), 1, 10.0, "samples of generators", stored="generated"),
    StepSpec("directions", 8, ("numpy", "scipy", "scikit-learn", "torch"), 1, 35.0, "latent directions"),
    StepSpec("dissections", 5, ("numpy", "torch"), 1, 5.0, "units of generators"),
    StepSpec(
        "latent_maps", 2, ("umap-learn", "scikit-learn", "numba", "numpy"), 1, 3.0, "latent maps", stored="latents"
    ),
    StepSpec("qualities", 3, ("numpy", "torch"), 1, 0.3, "quality of generators"),
    StepSpec("codes", 5, ("numpy", "scikit-learn", "torch"), 1, 9.0, "codes of generators"),
)

GENERATOR_BYTES = 1_000_000  # what one adds to the site, as the default recipe has it
STUDIES = ("samples", "directions", "dissections", "latent_maps", "qualities", "codes")


def tasks(context: PlanContext) -> Iterator[Task]:
    """What the chapter needs of every generator: a sample first, then the studies that read it."""
    recipe, chapter = context.recipe, section(context.recipe)
    extractor = {"judge": NETWORKS[EXTRACTOR].weights.sha256, "precision": native_precision("cpu")}
    sprites = Task("sprites", "all", {"count": chapter.samples, "seed": recipe.seed, **extractor}, {}, "sprites/all")
    if any(spec.numbers for spec in chapter.chosen()):
        yield sprites
    for spec in chapter.chosen():
        base = _base(spec, recipe.seed)
        sample = _task("samples", spec, base | {"count": chapter.samples}, {})
        needs = {"sample": (sample.digest,)}
        searched = {"count": chapter.directions, "vectors": chapter.vectors, "chance": chapter.chance}
        layout = recipe.maps.model_dump(include={"neighbours", "min_dist", "epochs"})
        yield sample
        yield _task("directions", spec, base | searched | _reader(spec), needs)
        yield _task("dissections", spec, base | {"count": chapter.units}, {})
        yield _task("latent_maps", spec, base | layout, needs)
        yield _task("qualities", spec, base, needs)
        if spec.numbers:
            yield _task("codes", spec, base | extractor, needs | {"sprites": (sprites.digest,)})


def _reader(spec: GeneratorSpec) -> dict[str, str]:
    """The reader of z that is shipped, where there is one."""
    return {"reader": spec.reader.sha256} if spec.reader else {}


def _base(spec: GeneratorSpec, seed: int) -> dict[str, Any]:
    """The parameters of every task of a generator."""
    base = {"generator": spec.name, "weights": spec.weights.sha256, "seed": seed, "precision": native_precision("cpu")}
    return base | _custom(spec)


def _custom(spec: GeneratorSpec) -> dict[str, Any]:
    """The entry of a custom generator; a registered one is known by its name."""
    if not isinstance(spec.weights, CustomFile):
        return {}
    entry = {name: getattr(spec, name) for name in ("subject", "size", "z", "low", "first")}
    entry["layers"] = [layer.path for layer in spec.layers]
    code = [spec.weights.code, spec.weights.code_sha256] if isinstance(spec.weights, CustomModule) else []
    return {"own": {**entry, "code": code}}


def _task(step: str, spec: GeneratorSpec, parameters: dict[str, Any], needs: Mapping[str, tuple[str, ...]]) -> Task:
    return Task(step, spec.name, parameters, needs, f"{step}/{spec.name}")


def site_bytes(recipe: Recipe) -> int:
    """About how much the chapter adds to the site."""
    return GENERATOR_BYTES * len(section(recipe).chosen())


def subjects(recipe: Recipe) -> list[str]:
    """The generators."""
    return [spec.name for spec in section(recipe).chosen()]


def behind(plan: Plan, path: str) -> list[Task]:
    """The tasks that the pages of a generator rest on, its directions' and its units' too."""
    return plan.resting(path.partition("/")[0])
