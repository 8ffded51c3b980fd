"""The study of a generator's directions: all methods, each direction with its passport, against random directions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from atlas.chapters.generative import ganspace
from atlas.chapters.generative.agreement import between_methods, nearest_others
from atlas.chapters.generative.direction_report import DOSES, Passport, effects, passport, strangers
from atlas.chapters.generative.directions import Direction, cosines, expected_cosine, random_directions
from atlas.chapters.generative.edit_evaluation import SHOWN, Bench, make_bench
from atlas.chapters.generative.identity import explained, likeness
from atlas.chapters.generative.latent import Generator, features, first_affine
from atlas.chapters.generative.method import REPEATS, Evidence, stability
from atlas.chapters.generative.methods import METHODS
from atlas.chapters.generative.study import Found
from atlas.core.seeds import name_seed
from atlas.core.specs import Array, GeneratorSpec

Sample = dict[str, Array]


@dataclass(frozen=True)
class Chance:
    """What R random directions do, each on half of the latent vectors."""

    effects: Array  # [R, A] in standard deviations from end to end
    identity: Array  # [R] mean cosine of what is read at the ends with what is read without the edit


def study_directions(
    generator: Generator, sample: Sample, *, count: int, vectors: int, chance: int, seed: int
) -> Found:
    """Directions of all methods with their passports, against `chance` random directions; agreement and stability."""
    spec = generator.spec
    bench = make_bench(generator, sample, vectors=vectors, seed=seed)
    evidence = gather(bench, sample, count=count, seed=seed)
    found = find_directions(evidence)
    luck = by_chance(bench, chance, seed)
    records, arrays = [], {"chance": luck.effects, "chance_identity": luck.identity}
    for direction in found:
        record, own = _measured(bench, direction, luck)
        records.append(record)
        arrays |= {f"{direction.name}/{key}": value for key, value in own.items()}
    arrays["matrix"], arrays["conditional"] = rescoring(arrays, bench.names)
    table = np.stack([direction.vector for direction in found])
    for record, (other, cosine, rarer) in zip(records, nearest_others(found, seed), strict=True):
        record |= {"nearest": other, "nearest_cosine": cosine, "nearest_percentile": rarer}
    methods, arrays["agreement"], arrays["agreement_chance"] = between_methods(found, seed)
    facts = {
        "directions": records, "methods": methods, "attributes": list(bench.names), "stability": _stabilities(evidence, found),
        "repeats": REPEATS, "shown": SHOWN, **_reader_facts(bench, sample), "chance_identity": float(luck.identity.mean()),
        "expected_cosine": expected_cosine(spec.free), "chance": chance, "vectors": vectors, "samples": len(sample["z"]),
    }  # fmt: skip
    return arrays | {"vectors": table, "cosines": cosines(table, table)}, facts


def _reader_facts(bench: Bench, sample: Sample) -> dict[str, Any]:
    """What the passports tell of the reader of z; of an InfoGAN also how well it reads the numbers alone, since the picture holds little of the noise."""
    spec, estimates = bench.generator.spec, bench.reader.read(sample["rgb"])
    numbers = slice(spec.noise, spec.free)
    return {
        "reader": bench.reader.kind, "reader_r2": bench.reader.r2, "strangers": strangers(estimates),
        "reader_r2_numbers": explained(estimates[:, numbers], sample["z"][:, numbers]) if spec.numbers else None,
    }  # fmt: skip


def gather(bench: Bench, sample: Sample, *, count: int, seed: int) -> Evidence:
    """What the methods may look at, as far as the generator lets itself be read."""
    generator, spec = bench.generator, bench.generator.spec
    found = Evidence(
        spec, sample["z"][:, : spec.free].astype(float), sample["measures"][:, bench.kept], bench.names,
        min(count, spec.free), name_seed(f"{spec.name}/spread", seed),
    )  # fmt: skip
    if spec.first:
        found = replace(found, affine=first_affine(generator))
    if spec.layers:
        # behind the nonlinearity: before it a principal component would be what SeFa finds
        early = features(generator, sample["z"], spec.layers[0]).reshape(len(sample["z"]), -1)
        coordinates, shares = ganspace.components(early, seed)
        found = replace(found, early=coordinates, shares=shares)
    return found


def find_directions(evidence: Evidence) -> list[Direction]:
    """The directions of every method, each with the span that all have in common."""
    span = span_of(evidence.spec)
    return [replace(direction, span=span) for method in METHODS.values() for direction in method.find(evidence)]


def span_of(spec: GeneratorSpec) -> float:
    """The largest dose, the same for every direction and for chance: 3, or 1 where z has numbers in [-1, 1]."""
    return 1.0 if spec.numbers else 3.0


def _stabilities(evidence: Evidence, found: Sequence[Direction]) -> dict[str, list[float]]:
    """Of each method that can be given its evidence again: the bootstrap stability of its directions, in order."""
    own = {
        name: np.stack([direction.vector for direction in found if direction.method == name])
        for name in METHODS
        if METHODS[name].again and any(direction.method == name for direction in found)
    }
    return {name: stability(METHODS[name], evidence, vectors) for name, vectors in own.items()}


def by_chance(bench: Bench, count: int, seed: int) -> Chance:
    """What `count` random directions do to the first half of the latent vectors."""
    spec = bench.generator.spec
    ends, half = np.array([-1.0, 1.0]) * span_of(spec), max(2, len(bench.z) // 2)
    done, same = [], []
    for number, vector in enumerate(random_directions(spec.free, count, name_seed(f"{spec.name}/chance", seed))):
        edits, _ = bench.edits(Direction("chance", number, vector, 0.0), ends, half)
        done.append(effects(edits.measures))
        same.append(np.mean([likeness(end, bench.estimates[:half], vector).mean() for end in edits.estimates]))
    return Chance(np.stack(done), np.array(same))


def _measured(bench: Bench, direction: Direction, chance: Chance) -> tuple[dict[str, Any], dict[str, Array]]:
    doses = np.linspace(-direction.span, direction.span, DOSES)
    edits, rgb = bench.edits(direction, doses)
    found = passport(direction, edits, chance.effects, bench.names)
    kept = float(found.identity[[0, -1]].mean())
    record = {
        "name": direction.name, "method": direction.method, "index": direction.index, "weight": direction.weight,
        "attribute": direction.attribute, "target": bench.names[found.target], "span": direction.span,
        "effect": float(found.effect[found.target]), "monotone": found.monotone, "leakage": found.leakage,
        "identity": kept, "identity_percentile": float((chance.identity < kept).mean()),
        "percentile": found.percentile, "cleaner": found.cleaner,
    }  # fmt: skip
    return record, _shown(found, rgb[:, bench.ordinary], doses)


def _shown(found: Passport, strip: Array, doses: Array) -> dict[str, Array]:
    return {"curve": found.curve, "effect": found.effect, "identity": found.identity, "strip": strip, "doses": doses}


def rescoring(arrays: dict[str, Array], names: Sequence[str]) -> tuple[Array, Array]:
    """([A, A] raw, [A, A] conditional) effects of the hyperplane directions, row = direction, column = attribute.

    A row is 0 where an attribute's normal is wholly made of the others', so that nothing of it is left.
    """
    nothing = np.zeros(len(names))
    raw, cleared = (
        np.stack([arrays.get(f"{method}-{name}/effect", nothing) for name in names])
        for method in ("hyperplane", "conditional")
    )
    return raw, cleared
