"""Tasks and work of the generative chapter. The tasks are pure; the work runs in worker processes, as in `steps.py`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.build.plan import Task
from atlas.build.recipe import generator_of
from atlas.build.store import Entry, Store
from atlas.config import Recipe
from atlas.generative.judge import JUDGE
from atlas.networks import NETWORKS
from atlas.precision import native_precision
from atlas.sources import EmbeddedFile, OwnFile, OwnModule
from atlas.types import GeneratorSpec

if TYPE_CHECKING:
    from atlas.generative.latent import Generator

STUDIES = ("generated", "directions", "dissections", "latents", "qualities", "codes")


def generative_tasks(recipe: Recipe) -> Iterator[Task]:
    """What the chapter needs of every generator: a sample first, then the studies that read it."""
    chapter = recipe.generative
    judge = {"judge": NETWORKS[JUDGE].weights.sha256, "precision": native_precision("cpu")}
    sprites = Task("sprites", "all", {"count": chapter.samples, "seed": recipe.seed, **judge}, {}, "sprites/all")
    if any(spec.numbers for spec in chapter.chosen()):
        yield sprites
    for spec in chapter.chosen():
        base = {"generator": spec.name, "weights": spec.weights.sha256, "seed": recipe.seed,
                "precision": native_precision("cpu"), **_told(spec)}  # fmt: skip
        sample = _task("generated", spec, base | {"count": chapter.samples}, {})
        needs = {"sample": (sample.digest,)}
        found = {"count": chapter.directions, "vectors": chapter.vectors, "chance": chapter.chance}
        layout = recipe.maps.model_dump(include={"neighbours", "min_dist", "epochs"})
        yield sample
        yield _task("directions", spec, base | found | _reader(spec), needs)
        yield _task("dissections", spec, base | {"count": chapter.units}, {})
        yield _task("latents", spec, base | layout, needs)
        yield _task("qualities", spec, base, needs)
        if spec.numbers:
            yield _task("codes", spec, base | judge, needs | {"sprites": (sprites.digest,)})


def _reader(spec: GeneratorSpec) -> dict[str, str]:
    """The reader of z that is shipped, where there is one."""
    return {"reader": spec.reader.sha256} if spec.reader else {}


def _told(spec: GeneratorSpec) -> dict[str, Any]:
    """What an own generator's entry says of it; a registered one is known by its name."""
    if not isinstance(spec.weights, OwnFile):
        return {}
    told = {name: getattr(spec, name) for name in ("subject", "size", "z", "low", "first")}
    told["layers"] = [layer.path for layer in spec.layers]
    code = [spec.weights.code, spec.weights.code_sha256] if isinstance(spec.weights, OwnModule) else []
    return {"own": {**told, "code": code}}


def _task(step: str, spec: GeneratorSpec, parameters: dict[str, Any], needs: Mapping[str, tuple[str, ...]]) -> Task:
    return Task(step, spec.name, parameters, needs, f"{step}/{spec.name}")


def generator_card(spec: GeneratorSpec) -> dict[str, Any] | None:
    """The model card beside the weights, of a generator that this project trained."""
    from atlas import weights

    if not isinstance(spec.weights, EmbeddedFile):
        return None
    card: dict[str, Any] = json.loads(weights.locate(spec.weights).with_suffix(".json").read_text("utf-8"))
    return card


# ---------------------------------------------------------------- work


@lru_cache(maxsize=1)
def _generator(name: str) -> Generator:
    from atlas.build.recipe import weights_folder
    from atlas.generative.latent import load
    from atlas.generative.own import load_own
    from atlas.memory import keep_memory

    keep_memory()
    spec = generator_of(name)
    return load_own(spec) if isinstance(spec.weights, OwnFile) else load(spec, weights_folder())


def _sample(store: Store, task: Task) -> dict[str, Any]:
    return dict(store.get(task.needs["sample"][0]).arrays)


def sprites(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Real sprites, against which those of every InfoGAN are held."""
    from atlas.generative.sprite_study import study_sprites

    for task in tasks:
        yield Entry(*study_sprites(task.parameters["count"], task.parameters["seed"]))


def generated(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Latent vectors, their pictures and every attribute of them."""
    from atlas.generative.study import study_sample

    for task in tasks:
        wanted = task.parameters
        yield Entry(*study_sample(_generator(wanted["generator"]), count=wanted["count"], seed=wanted["seed"]))


def directions(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The directions of every method with their passports."""
    from atlas.generative.direction_study import study_directions

    for task in tasks:
        wanted = {name: task.parameters[name] for name in ("count", "vectors", "chance", "seed")}
        yield Entry(*study_directions(_generator(task.parameters["generator"]), _sample(store, task), **wanted))


def dissections(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
    """What single units draw."""
    from atlas.generative.study import study_units

    for task in tasks:
        wanted = task.parameters
        yield Entry(*study_units(_generator(wanted["generator"]), count=wanted["count"], seed=wanted["seed"]))


def latents(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
    """A UMAP layout of the middle layer's features, with the place of every picture of the sample."""
    from atlas.embed import EmbedSettings, embed

    for task in tasks:
        sample, wanted = _sample(store, task), task.parameters
        spec = generator_of(wanted["generator"])
        chosen = sample["z"][:, spec.free :].argmax(1) if spec.choices else np.zeros(len(sample["z"]), int)
        settings = EmbedSettings(neighbours=wanted["neighbours"], min_dist=wanted["min_dist"], epochs=wanted["epochs"])
        layout = embed(sample["features"], chosen, settings, seed=wanted["seed"])
        yield Entry({"xy": layout.xy}, {name: value for name, value in vars(layout).items() if name != "xy"})


def qualities(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Interpolation, truncation, spectrum, and the comparison with real pictures where there are any."""
    from atlas.generative.study import study_quality

    for task in tasks:
        wanted = task.parameters
        yield Entry(*study_quality(_generator(wanted["generator"]), _sample(store, task), seed=wanted["seed"]))


def codes(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
    """What an InfoGAN's codes stand for."""
    from atlas.generative.sprite_study import study_codes

    for task in tasks:
        wanted = task.parameters
        real = store.get(task.needs["sprites"][0])
        found = study_codes(
            _generator(wanted["generator"]),
            _sample(store, task),
            (dict(real.arrays), dict(real.facts)),
            seed=wanted["seed"],
        )
        yield Entry(*found)


RUN = {step.__name__: step for step in (sprites, generated, directions, dissections, latents, qualities, codes)}
