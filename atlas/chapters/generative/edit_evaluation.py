"""What every direction of a generator is measured with: the same latent vectors, attributes and reader of z."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.chapters.generative.attributes import attributes_of, measure, smaller
from atlas.chapters.generative.direction_report import Edits
from atlas.chapters.generative.directions import Direction, edited
from atlas.chapters.generative.identity import Reader, reader_of
from atlas.chapters.generative.latent import Generator, draw, pictures
from atlas.chapters.generative.methods import hyperplane
from atlas.chapters.generative.study import Sample
from atlas.core.errors import AtlasError
from atlas.core.seeds import name_seed
from atlas.core.specs import Array

SHOWN = 3  # latent vectors whose strips are shown


@dataclass(frozen=True)
class EditEvaluation:
    """N latent vectors to edit, what is measured on their pictures, and the scale of A attributes."""

    generator: Generator
    reader: Reader
    scale: Array  # [A] standard deviation of each attribute over unedited pictures
    varying: Array  # [all] bool: which attributes differ between pictures; A of them
    z: Array  # [N, Z]
    plain: Array  # [N, S, S, 3] uint8 pictures before any edit
    measures: Array  # [N, A] of them
    estimates: Array  # [N, free] of them
    ordinary: Array  # [SHOWN] which of them are the most ordinary; they are shown

    @property
    def names(self) -> tuple[str, ...]:
        """[A] the attributes."""
        attributes = attributes_of(self.generator.spec.subject)
        return tuple(one.name for one, varies in zip(attributes, self.varying, strict=True) if varies)

    def edits(self, direction: Direction, strengths: Array, count: int | None = None) -> tuple[Edits, Array]:
        """The first `count` latent vectors moved along a direction, measured, and their pictures [D, count, S, S, 3].

        Strength 0 is no edit, so it is not drawn again; unless the strength is the value itself.
        """
        z = self.z[:count]
        still = (np.abs(strengths) < 1e-9) & (not direction.absolute)
        moved = edited(self.generator.spec, z, direction, strengths.tolist())[~still]
        rgb = pictures(self.generator, moved.reshape(-1, moved.shape[-1]), quick=True)
        measures, estimates = look(self.generator, self.reader, rgb, self.varying)
        parts = [part.reshape(len(moved), len(z), *part.shape[1:]) for part in (measures, estimates, rgb)]
        if still.any():
            base = (self.measures, self.estimates, self.plain)
            index = int(still.argmax())
            parts = [np.insert(part, index, own[:count], axis=0) for part, own in zip(parts, base, strict=True)]
        return Edits(strengths, parts[0] / self.scale, parts[1]), parts[2]


def look(generator: Generator, reader: Reader, rgb: Array, varying: Array) -> tuple[Array, Array]:
    """(measures [N, A], estimates of z [N, free]) of pictures [N, S, S, 3] uint8."""
    small = smaller(rgb)
    return measure(small, generator.spec.subject)[:, varying], reader.read(small)


def make_evaluation(generator: Generator, sample: Sample, *, vectors: int, seed: int) -> EditEvaluation:
    """`vectors` latent vectors to edit, the scale of every attribute, and a reader of z.

    AtlasError where no attribute differs between the pictures of the sample.
    """
    spec = generator.spec
    z = draw(generator, vectors, name_seed(f"{spec.name}/edited", seed))
    varying = np.array([hyperplane.varies(values) for values in sample.measures.T])
    if not varying.any():
        raise AtlasError(
            f"{spec.name}: no measured attribute differs between its {len(sample.z)} pictures, so no direction can "
            "be evaluated. It draws the same from every z: look at its weights, and at the range of its values in "
            "the recipe."
        )
    reader = reader_of(spec, sample.rgb, sample.z[:, : spec.free].astype(float))
    plain = pictures(generator, z, quick=True)
    measures, estimates = look(generator, reader, plain, varying)
    mean, scale = (statistic(sample.measures[:, varying], 0) for statistic in (np.mean, np.std))
    distance = (((measures - mean) / scale) ** 2).sum(1)
    ordinary = np.argsort(distance, kind="stable")[:SHOWN]
    return EditEvaluation(generator, reader, scale, varying, z, plain, measures, estimates, ordinary)
