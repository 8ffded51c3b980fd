"""The study of a generator's directions: all methods, each direction with its report, against random directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from atlas.chapters.generative.agreement import Agreement, Nearest, between_methods, nearest_others
from atlas.chapters.generative.direction_report import (
    STRENGTHS,
    DirectionReport,
    effect_of,
    effects,
    unrelated_pairs,
)
from atlas.chapters.generative.directions import Direction, cosines, expected_cosine, random_directions
from atlas.chapters.generative.edit_evaluation import SHOWN, EditEvaluation, make_evaluation
from atlas.chapters.generative.identity import explained, identity_preservation
from atlas.chapters.generative.latent import Generator, features, first_affine
from atlas.chapters.generative.method import REPEATS, Evidence, stability
from atlas.chapters.generative.methods import METHODS, ganspace
from atlas.chapters.generative.study import Sample
from atlas.core.pack import stored
from atlas.core.seeds import name_seed
from atlas.core.specs import Array, GeneratorSpec


@dataclass(frozen=True)
class Chance:
    """What R random directions do, each on half of the latent vectors."""

    effects: Array = stored("chance")  # [R, A] in standard deviations from end to end
    identities: Array = stored("chance_identity")  # [R] identity preservation at the ends
    identity: float = stored("chance_identity")  # their mean
    count: int = stored("chance")  # R
    expected_cosine: float = stored()  # mean |cosine| of two of them


@dataclass(frozen=True)
class Reading:
    """How well z is read back from pictures."""

    reader: str  # kind of the reader
    r2: float = stored("reader_r2")  # held-out share of the variance of z that it reads
    r2_numbers: float | None = stored("reader_r2_numbers")  # the same of an InfoGAN's continuous codes alone
    unrelated: float = stored("strangers")  # the unrelated-pair baseline of identity preservation


@dataclass(frozen=True)
class Rescoring:
    """[A, A] effects of the hyperplane directions, row = direction, column = attribute.

    A row is 0 where an attribute's normal is in the span of the others', so that nothing of it is left.
    """

    plain: Array = stored("matrix")
    conditional: Array = stored()


@dataclass(frozen=True, kw_only=True)
class DirectionStudy:
    """K directions with their reports, on A attributes."""

    directions: tuple[DirectionReport, ...] = stored(by="name")  # [K]
    attributes: tuple[str, ...]  # [A] names
    vectors: Array  # [K, free] float64, unit vectors
    cosines: Array  # [K, K] |cosine|
    agreement: Agreement = stored("")
    rescoring: Rescoring = stored("")
    stability: Mapping[str, tuple[float, ...]]  # method -> of each of its directions, in bootstrap repeats
    chance: Chance = stored("")
    reading: Reading = stored("")
    repeats: int  # of the bootstrap
    shown: int  # latent vectors in a strip
    edited: int = stored("vectors")  # latent vectors on which a direction is tried
    samples: int  # pictures that the methods saw

    def report(self, name: str) -> DirectionReport | None:
        """The report of the direction `name`, None where there is none."""
        return next((one for one in self.directions if one.name == name), None)


def study_directions(
    generator: Generator, sample: Sample, *, count: int, vectors: int, chance: int, seed: int
) -> DirectionStudy:
    """Directions of all methods with their reports, against `chance` random directions; agreement and stability.

    `count` directions of each unsupervised method, each tried on `vectors` latent vectors. AtlasError where no
    attribute differs between the pictures of the sample.
    """
    evaluation = make_evaluation(generator, sample, vectors=vectors, seed=seed)
    evidence = gather(evaluation, sample, count=count, seed=seed)
    found = find_directions(evidence)
    random, nearest = random_effects(evaluation, chance, seed), nearest_others(found, seed)
    reports = tuple(_report(evaluation, one, random, near) for one, near in zip(found, nearest, strict=True))
    table = np.stack([direction.vector for direction in found])
    return DirectionStudy(
        directions=reports,
        attributes=evaluation.names,
        vectors=table,
        cosines=cosines(table, table),
        agreement=between_methods(found, seed),
        rescoring=rescoring(reports, evaluation.names),
        stability=_stabilities(evidence, found),
        chance=random,
        reading=_reading(evaluation, sample),
        repeats=REPEATS,
        shown=SHOWN,
        edited=vectors,
        samples=len(sample.z),
    )


def _reading(evaluation: EditEvaluation, sample: Sample) -> Reading:
    """The reader's scores; of an InfoGAN's codes also alone, since the picture holds little of the noise."""
    spec, reader = evaluation.generator.spec, evaluation.reader
    estimates, codes = reader.read(sample.rgb), slice(spec.noise, spec.free)
    r2_numbers = explained(estimates[:, codes], sample.z[:, codes]) if spec.numbers else None
    return Reading(reader.kind, reader.r2, r2_numbers, unrelated_pairs(estimates))


def gather(evaluation: EditEvaluation, sample: Sample, *, count: int, seed: int) -> Evidence:
    """What the methods may look at, as far as the generator lets itself be read."""
    generator, spec = evaluation.generator, evaluation.generator.spec
    evidence = Evidence(
        spec=spec,
        z=sample.z[:, : spec.free].astype(float),
        measures=sample.measures[:, evaluation.varying],
        names=evaluation.names,
        count=min(count, spec.free),
        seed=name_seed(f"{spec.name}/spread", seed),
    )
    if spec.first:
        evidence = replace(evidence, affine=first_affine(generator))
    if spec.layers:
        # behind the nonlinearity: before it a principal component would be what SeFa finds
        early = features(generator, sample.z, spec.layers[0]).reshape(len(sample.z), -1)
        coordinates, shares = ganspace.components(early, seed)
        evidence = replace(evidence, early=coordinates, shares=shares)
    return evidence


def find_directions(evidence: Evidence) -> list[Direction]:
    """The directions of every method, each with the span that all have in common."""
    span = span_of(evidence.spec)
    return [replace(direction, span=span) for method in METHODS.values() for direction in method.find(evidence)]


def span_of(spec: GeneratorSpec) -> float:
    """The largest edit strength of every direction, random ones too: 3, or 1 where z has numbers in [-1, 1]."""
    return 1.0 if spec.numbers else 3.0


def _stabilities(evidence: Evidence, found: Sequence[Direction]) -> dict[str, tuple[float, ...]]:
    """Of each method with bootstrap repeats: the stability of its directions, in order."""
    own = {
        name: np.stack([direction.vector for direction in found if direction.method == name])
        for name in METHODS
        if METHODS[name].repeat and any(direction.method == name for direction in found)
    }
    return {name: tuple(stability(METHODS[name], evidence, vectors)) for name, vectors in own.items()}


def random_effects(evaluation: EditEvaluation, count: int, seed: int) -> Chance:
    """What `count` random directions do to the first half of the latent vectors."""
    spec = evaluation.generator.spec
    ends, half = np.array([-1.0, 1.0]) * span_of(spec), max(2, len(evaluation.z) // 2)
    unedited = evaluation.estimates[:half]
    moved, identities = [], []
    for index, vector in enumerate(random_directions(spec.free, count, name_seed(f"{spec.name}/chance", seed))):
        edits, _ = evaluation.edits(Direction("chance", index, vector, 0.0), ends, half)
        moved.append(effects(edits.measures))
        identities.append(np.mean([identity_preservation(end, unedited, vector).mean() for end in edits.estimates]))
    mean = float(np.mean(identities))
    return Chance(np.stack(moved), np.array(identities), mean, count, expected_cosine(spec.free))


def _report(evaluation: EditEvaluation, direction: Direction, chance: Chance, nearest: Nearest) -> DirectionReport:
    """The report of one direction: its strip is drawn and measured here."""
    strengths = np.linspace(-direction.span, direction.span, STRENGTHS)
    edits, rgb = evaluation.edits(direction, strengths)
    effect = effect_of(direction, edits, chance.effects, evaluation.names)
    identity = float(effect.identities[[0, -1]].mean())
    return DirectionReport(
        name=direction.name,
        method=direction.method,
        index=direction.index,
        weight=direction.weight,
        attribute=direction.attribute,
        target=evaluation.names[effect.target],
        span=direction.span,
        effect=float(effect.effects[effect.target]),
        monotone=effect.monotone,
        leakage=effect.leakage,
        identity=identity,
        identity_percentile=float((chance.identities < identity).mean()),
        percentile=effect.percentile,
        cleaner=effect.cleaner,
        nearest=nearest.name,
        nearest_cosine=nearest.cosine,
        nearest_percentile=nearest.percentile,
        effects=effect.effects,
        curve=effect.curve,
        identities=effect.identities,
        strip=rgb[:, evaluation.ordinary],
        strengths=strengths,
    )


def rescoring(reports: Sequence[DirectionReport], names: Sequence[str]) -> Rescoring:
    """The re-scoring matrices from the reports of the hyperplane directions and the attributes' names [A]."""
    rows = {report.name: report.effects for report in reports}
    nothing = np.zeros(len(names))
    plain, conditional = (
        np.stack([rows.get(f"{method}-{name}", nothing) for name in names]) for method in ("hyperplane", "conditional")
    )
    return Rescoring(plain, conditional)
