"""The work of the chapter's steps: read the inputs from the store, call the science, hand back arrays. Runs in worker processes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.chapters.generative.recipe import section
from atlas.core.sources import CustomFile
from atlas.core.specs import GeneratorSpec
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext

if TYPE_CHECKING:
    from atlas.chapters.generative.latent import Generator


def _generator(context: StepContext, task: Task) -> Generator:
    spec, folder = _spec(context, task), context.recipe.weights_folder

    def make() -> Generator:
        from atlas.chapters.generative.custom import load_own
        from atlas.chapters.generative.latent import load

        return load_own(spec) if isinstance(spec.weights, CustomFile) else load(spec, folder)

    return context.load("generator", spec.name, make)


def _spec(context: StepContext, task: Task) -> GeneratorSpec:
    return section(context.recipe).spec(task.parameters["generator"])


def _sample(context: StepContext, task: Task) -> dict[str, Any]:
    return dict(context.store.get(task.needs["sample"][0]).arrays)


def sprites(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Real sprites, against which those of every InfoGAN are held."""
    from atlas.chapters.generative.sprite_study import study_sprites

    for task in tasks:
        yield Entry(*study_sprites(task.parameters["count"], task.parameters["seed"]))


def generated(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Latent vectors, their pictures and every attribute of them."""
    from atlas.chapters.generative.study import study_sample

    for task in tasks:
        wanted = task.parameters
        yield Entry(*study_sample(_generator(context, task), count=wanted["count"], seed=wanted["seed"]))


def directions(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The directions of every method with their passports."""
    from atlas.chapters.generative.direction_study import study_directions

    for task in tasks:
        wanted = {name: task.parameters[name] for name in ("count", "vectors", "chance", "seed")}
        yield Entry(*study_directions(_generator(context, task), _sample(context, task), **wanted))


def dissections(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """What single units draw."""
    from atlas.chapters.generative.study import study_units

    for task in tasks:
        wanted = task.parameters
        yield Entry(*study_units(_generator(context, task), count=wanted["count"], seed=wanted["seed"]))


def latents(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """A UMAP layout of the middle layer's features, with the place of every picture of the sample."""
    from atlas.methods.embed import EmbedSettings, embed

    for task in tasks:
        sample, wanted = _sample(context, task), task.parameters
        spec = _spec(context, task)
        chosen = sample["z"][:, spec.free :].argmax(1) if spec.choices else np.zeros(len(sample["z"]), int)
        settings = EmbedSettings(neighbours=wanted["neighbours"], min_dist=wanted["min_dist"], epochs=wanted["epochs"])
        layout = embed(sample["features"], chosen, settings, seed=wanted["seed"])
        yield Entry({"xy": layout.xy}, {name: value for name, value in vars(layout).items() if name != "xy"})


def qualities(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Interpolation, truncation, spectrum, and the comparison with real pictures where there are any."""
    from atlas.chapters.generative.study import study_quality

    for task in tasks:
        wanted = task.parameters
        yield Entry(*study_quality(_generator(context, task), _sample(context, task), seed=wanted["seed"]))


def codes(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """What an InfoGAN's codes stand for."""
    from atlas.chapters.generative.sprite_study import study_codes

    for task in tasks:
        wanted = task.parameters
        real = context.store.get(task.needs["sprites"][0])
        found = study_codes(
            _generator(context, task),
            _sample(context, task),
            (dict(real.arrays), dict(real.facts)),
            seed=wanted["seed"],
        )
        yield Entry(*found)


RUN = {step.__name__: step for step in (sprites, generated, directions, dissections, latents, qualities, codes)}
