"""The study of a generator's directions: all methods, each direction with its passport, against random directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from atlas.errors import AtlasError
from atlas.generative import ganspace, hyperplane, identity, sefa
from atlas.generative.attributes import attributes_of, measure
from atlas.generative.directions import Direction, cosines, edited, expected_cosine, random_directions
from atlas.generative.identity import Reader
from atlas.generative.latent import Generator, draw, features, first_affine, pictures
from atlas.generative.passport import DOSES, Edits, Passport, effects, measure_edits, passport, strangers
from atlas.generative.study import Found
from atlas.seeds import name_seed
from atlas.types import Array, GeneratorSpec

Sample = dict[str, Array]
SHOWN = 3  # latent vectors whose strips are shown
REPEATS = 10  # of the bootstrap


@dataclass(frozen=True)
class Bench:
    """What every direction of a generator is measured with."""

    generator: Generator
    reader: Reader
    scale: Array  # [A] standard deviation of each attribute over unedited pictures
    kept: Array  # [all] which attributes differ between pictures; A of them
    z: Array  # [N, Z] latent vectors that are edited
    ordinary: Array  # [SHOWN] which of them have the most ordinary pictures; they are shown

    def edits(self, direction: Direction, doses: Array, count: int | None = None) -> Edits:
        """The first `count` latent vectors moved along a direction and measured."""
        moved = edited(self.generator.spec, self.z[:count], direction, doses.tolist())
        return measure_edits(
            moved, doses, lambda z: pictures(self.generator, z, quick=True),
            lambda rgb: measure(rgb, self.generator.spec.subject)[:, self.kept], self.reader, self.scale,
        )  # fmt: skip

    @property
    def names(self) -> tuple[str, ...]:
        """[A] the attributes."""
        found = attributes_of(self.generator.spec.subject)
        return tuple(attribute.name for attribute, kept in zip(found, self.kept, strict=True) if kept)


def study_directions(
    generator: Generator, sample: Sample, *, count: int, vectors: int, chance: int, seed: int
) -> Found:
    """Directions of all methods with their passports, against `chance` random directions; agreement and stability."""
    spec = generator.spec
    bench = make_bench(generator, sample, vectors=vectors, seed=seed)
    names = bench.names
    found, stable = find_directions(bench, sample, count=count, seed=seed)
    luck = chance_effects(bench, chance, seed)
    records, arrays = [], {"chance": luck}
    for direction in found:
        record, own = _measured(bench, direction, luck, names)
        records.append(record)
        arrays |= {f"{direction.name}/{key}": value for key, value in own.items()}
    arrays["matrix"], arrays["conditional"] = rescoring(bench, found, names)
    table = np.stack([direction.vector for direction in found])
    facts = {
        "directions": records, "attributes": list(names), "stability": stable, "repeats": REPEATS, "shown": SHOWN,
        "reader_r2": bench.reader.r2, "strangers": strangers(bench.reader.read(sample["rgb"])),
        "expected_cosine": expected_cosine(spec.free), "chance": chance, "vectors": vectors, "samples": len(sample["z"]),
    }  # fmt: skip
    return arrays | {"vectors": table, "cosines": cosines(table, table)}, facts


def find_directions(
    bench: Bench, sample: Sample, *, count: int, seed: int
) -> tuple[list[Direction], dict[str, list[float]]]:
    """The directions of every method that the generator lets be read, and the bootstrap stability of those of SeFa and GANSpace."""
    generator, spec = bench.generator, bench.generator.spec
    free, count = sample["z"][:, : spec.free].astype(float), min(count, spec.free)
    again = {"repeats": REPEATS, "seed": name_seed(f"{spec.name}/spread", seed)}
    found, stable = list[Direction](), {}
    if spec.first:
        affine = first_affine(generator)
        found += sefa.find(affine, count)
        stable["sefa"] = sefa.stability(affine, count, **again).tolist()
    if spec.layers:
        coordinates, share = ganspace.components(_early(generator, sample["z"]), seed)
        found += ganspace.find(coordinates, share, free, count)
        stable["ganspace"] = ganspace.stability(coordinates, free, count, **again).tolist()
    found += [*hyperplane.find(free, sample["measures"][:, bench.kept], bench.names), *codes_of(spec)]
    return [replace(direction, span=span_of(spec)) for direction in found], stable


def make_bench(generator: Generator, sample: Sample, *, vectors: int, seed: int) -> Bench:
    """`vectors` latent vectors to edit, the scale of every attribute, and a reader of z."""
    spec = generator.spec
    z = draw(generator, vectors, name_seed(f"{spec.name}/edited", seed))
    kept = np.array([hyperplane.parts(values) for values in sample["measures"].T])
    if not kept.any():
        raise AtlasError(
            f"{spec.name}: no measured attribute differs between its {len(sample['z'])} pictures, so no direction can be judged. "
            "It draws the same from every z: look at its weights, and at the range of its values in the recipe."
        )
    mean, scale = (statistic(sample["measures"][:, kept], 0) for statistic in (np.mean, np.std))
    away = (measure(pictures(generator, z, quick=True), spec.subject)[:, kept] - mean) / scale
    ordinary = np.argsort((away**2).sum(1), kind="stable")[:SHOWN]
    return Bench(
        generator, identity.fit(sample["rgb"], sample["z"][:, : spec.free].astype(float)), scale, kept, z, ordinary
    )


def span_of(spec: GeneratorSpec) -> float:
    """The largest dose, the same for every direction and for chance: 3, or 1 where z has numbers in [-1, 1]."""
    return 1.0 if spec.numbers else 3.0


def codes_of(spec: GeneratorSpec) -> list[Direction]:
    """The codes of an InfoGAN as directions: the dose is the code's own value, from -1 to 1."""
    return [
        Direction("code", number, np.eye(spec.free)[spec.noise + number], 1.0, absolute=True)
        for number in range(spec.numbers)
    ]


def chance_effects(bench: Bench, count: int, seed: int) -> Array:
    """[count, A] effects of random directions on the first two thirds of the latent vectors."""
    spec = bench.generator.spec
    ends = np.array([-1.0, 1.0]) * span_of(spec)
    vectors = random_directions(spec.free, count, name_seed(f"{spec.name}/chance", seed))
    return np.stack(
        [
            effects(bench.edits(Direction("chance", i, v, 0.0), ends, len(bench.z) * 2 // 3).measures)
            for i, v in enumerate(vectors)
        ]
    )


def _measured(
    bench: Bench, direction: Direction, chance: Array, names: tuple[str, ...]
) -> tuple[dict[str, Any], dict[str, Array]]:
    doses = np.linspace(-direction.span, direction.span, DOSES)
    found = passport(direction, bench.edits(direction, doses), chance, names)
    moved = edited(bench.generator.spec, bench.z[bench.ordinary], direction, doses.tolist())
    strip = pictures(bench.generator, moved.reshape(-1, moved.shape[-1]))
    record = {
        "name": direction.name, "method": direction.method, "index": direction.index, "weight": direction.weight,
        "attribute": direction.attribute, "target": names[found.target], "span": direction.span,
        "effect": float(found.effect[found.target]), "monotone": found.monotone, "leakage": found.leakage,
        "identity": float(found.identity[[0, -1]].mean()), "percentile": found.percentile, "cleaner": found.cleaner,
    }  # fmt: skip
    return record, _shown(found, strip.reshape(DOSES, SHOWN, *strip.shape[1:]), doses)


def _shown(found: Passport, strip: Array, doses: Array) -> dict[str, Array]:
    return {"curve": found.curve, "effect": found.effect, "identity": found.identity, "strip": strip, "doses": doses}


def rescoring(bench: Bench, directions: Sequence[Direction], names: tuple[str, ...]) -> tuple[Array, Array]:
    """([A, A] raw, [A, A] conditional) effects of the hyperplane directions, row = direction, column = attribute.

    Conditional: each normal with its part in the span of all other normals taken away.
    """
    normals = [d for d in directions if d.method == "hyperplane"]
    table = np.stack([d.vector for d in normals])
    ends = np.array([-1.0, 1.0]) * span_of(bench.generator.spec)
    raw, cleared = np.zeros((len(normals), len(names))), np.zeros((len(normals), len(names)))
    for row, direction in enumerate(normals):
        raw[row] = effects(bench.edits(direction, ends).measures)
        vector = hyperplane.conditional(direction.vector, np.delete(table, row, axis=0))
        cleared[row] = effects(bench.edits(Direction("conditional", row, vector, 0.0), ends).measures)
    return raw, cleared


def _early(generator: Generator, z: Array) -> Array:
    """[N, D] output of the first layer behind a nonlinearity: before it a principal component would be what SeFa finds."""
    found = features(generator, z, generator.spec.layers[0])
    return found.reshape(len(found), -1)
