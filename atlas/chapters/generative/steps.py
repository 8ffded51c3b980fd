"""The work of the chapter's steps, in worker processes: read the inputs, call the science, pack the result."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.generative.recipe import section
from atlas.core.pack import pack, unpack
from atlas.core.sources import CustomFile
from atlas.core.specs import GeneratorSpec
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext

if TYPE_CHECKING:
    from atlas.chapters.generative.latent import Generator
    from atlas.chapters.generative.study import Sample


def _generator(context: StepContext, task: Task) -> Generator:
    spec, folder = _spec(context, task), context.recipe.weights_folder

    def make() -> Generator:
        from atlas.chapters.generative.custom import load_custom
        from atlas.chapters.generative.latent import load

        return load_custom(spec) if isinstance(spec.weights, CustomFile) else load(spec, folder)

    return context.load("generator", spec.name, make)


def _spec(context: StepContext, task: Task) -> GeneratorSpec:
    return section(context.recipe).spec(task.parameters["generator"])


def _sample(context: StepContext, task: Task) -> Sample:
    from atlas.chapters.generative.study import Sample

    entry = context.store.get(task.needs["sample"][0])
    return unpack(Sample, entry.arrays, entry.facts)


def sprites(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Real sprites, against which those of every InfoGAN are compared."""
    from atlas.chapters.generative.sprite_study import study_sprites

    for task in tasks:
        yield Entry(*pack(study_sprites(task.parameters["count"], task.parameters["seed"])))


def samples(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Latent vectors, their pictures and every attribute of them."""
    from atlas.chapters.generative.study import study_sample

    for task in tasks:
        wanted = task.parameters
        yield Entry(*pack(study_sample(_generator(context, task), count=wanted["count"], seed=wanted["seed"])))


def directions(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The directions of every method with their reports."""
    from atlas.chapters.generative.direction_study import study_directions

    for task in tasks:
        wanted = {name: task.parameters[name] for name in ("count", "vectors", "chance", "seed")}
        yield Entry(*pack(study_directions(_generator(context, task), _sample(context, task), **wanted)))


def dissections(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Ablation and insertion of single units."""
    from atlas.chapters.generative.study import study_units

    for task in tasks:
        wanted = task.parameters
        yield Entry(*pack(study_units(_generator(context, task), count=wanted["count"], seed=wanted["seed"])))


def latent_maps(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """A UMAP layout of the middle layer's features, with the position of every picture of the sample."""
    from atlas.methods.embed import EmbedSettings, embed

    for task in tasks:
        sample, wanted, spec = _sample(context, task), task.parameters, _spec(context, task)
        choices = sample.z[:, spec.free :].argmax(1) if spec.choices else np.zeros(len(sample.z), int)
        settings = EmbedSettings(neighbours=wanted["neighbours"], min_dist=wanted["min_dist"], epochs=wanted["epochs"])
        yield Entry(*pack(embed(sample.features, choices, settings, seed=wanted["seed"])))


def qualities(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Interpolation, truncation and the spectrum."""
    from atlas.chapters.generative.study import study_quality

    for task in tasks:
        quality = study_quality(_generator(context, task), _sample(context, task), seed=task.parameters["seed"])
        yield Entry(*pack(quality))


def codes(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Which factors an InfoGAN's codes encode, and its pictures against real ones."""
    from atlas.chapters.generative.sprite_study import RealSprites, study_codes

    for task in tasks:
        entry = context.store.get(task.needs["sprites"][0])
        real = unpack(RealSprites, entry.arrays, entry.facts)
        seed = task.parameters["seed"]
        yield Entry(*pack(study_codes(_generator(context, task), _sample(context, task), real, seed=seed)))


RUN = {step.__name__: step for step in (sprites, samples, directions, dissections, latent_maps, qualities, codes)}
