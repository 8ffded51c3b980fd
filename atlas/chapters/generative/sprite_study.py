"""The studies of a generator of sprites, whose factors are known: its codes, and its pictures against real ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.chapters.generative import quality
from atlas.chapters.generative.disentangle import DCI, binned, dci, entropy, mig, mutual_information
from atlas.chapters.generative.feature_extractor import EXTRACTOR, extract_features
from atlas.chapters.generative.latent import Generator, draw, pictures
from atlas.chapters.generative.readout import read_codes, readout
from atlas.chapters.generative.study import Sample
from atlas.core.pack import stored
from atlas.core.seeds import name_seed
from atlas.core.specs import Array
from atlas.probes.sprites import FACTORS, LEARNED, TRAINING_SEED, draw_factors, render

NEAREST = 8  # generated pictures that are shown above their nearest real ones
COMPARED = 1000  # pictures of each kind whose features are compared; the floor is of as many
SEARCHED = 64  # generated pictures whose nearest real one is looked for
STEPS = 9  # values of a number, from -1 to 1


@dataclass(frozen=True, kw_only=True)
class SpriteFloor:
    """Scores of real sprites against other real ones: the floor of distances, the ceiling of precision and recall."""

    extractor: str = stored("judge")  # the network in whose features sprites are compared
    compared: int = stored("judged")  # pictures of each kind
    learned: int  # sprites that the generators learned from
    frechet_floor: float
    precision_floor: float
    recall_floor: float
    nearest_real: float  # mean distance of fresh sprites to the nearest learned one, in [0, 1]
    spectrum_real: float  # excess of the finest frequency, in dB


@dataclass(frozen=True)
class RealSprites:
    """The real sprites that generated ones are compared with."""

    features: Array  # [N, D] float64
    learned: Array  # [L, 32, 32, 3] uint8: all that the generators learned from
    floor: SpriteFloor = stored("")


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """How well K codes and F factors are aligned; `null` is the same of shuffled codes."""

    codes: tuple[str, ...]  # [K]
    factors: tuple[str, ...]  # [F]
    information: Array  # [K, F] mutual information, in shares of the factor's entropy
    information_null: Array
    importance: Array  # [K, F] of each code for each factor; columns sum to 1
    gaps: Array = stored("mig")  # [F] mutual information gap of each factor
    gaps_null: Array = stored("mig_null")
    informativeness: Array  # [F] held-out accuracy or R^2 from all codes
    informativeness_null: Array
    mig: float  # mean of the gaps
    mig_null: float
    disentanglement: float
    disentanglement_null: float
    completeness: float
    completeness_null: float
    sprites: int  # real sprites whose codes were read


@dataclass(frozen=True)
class Comparison:
    """Generated sprites against real ones."""

    made: Array  # [8, S, S, 3] uint8
    nearest: Array  # [8, S, S, 3] uint8: the nearest learned one of each
    distance: Array  # [8] root mean square difference, in [0, 1]
    frechet: float
    precision: float
    recall: float
    nearest_made: float  # mean distance to the nearest learned one, in [0, 1]
    floor: SpriteFloor = stored("")


@dataclass(frozen=True)
class CodeStudy:
    """The codes of an InfoGAN against known factors, and its pictures against real ones."""

    grid: Array  # [K, C, 9, S, S, 3] uint8: each number from -1 to 1 under each choice, the rest fixed
    alignment: Alignment = stored("")
    real: Comparison = stored("")


def study_sprites(count: int, seed: int) -> RealSprites:
    """Real sprites of the training set in feature space, and the scores of as many others against them.

    `count`, but COMPARED at most.
    """
    count = min(count, COMPARED)
    learned = render(draw_factors(LEARNED, TRAINING_SEED))
    other = render(draw_factors(count, name_seed("sprites/other", seed)))
    real = learned[:count]
    a, b = extract_features(real), extract_features(other)
    precision, recall = quality.precision_recall(a, b)
    floor = SpriteFloor(
        extractor=EXTRACTOR,
        compared=count,
        learned=LEARNED,
        frechet_floor=quality.frechet(a, b),
        precision_floor=precision,
        recall_floor=recall,
        nearest_real=float(quality.nearest(other[:SEARCHED], learned)[1].mean()),
        spectrum_real=quality.checkerboard(quality.spectrum(real)),
    )
    return RealSprites(a, learned, floor)


def study_codes(generator: Generator, sample: Sample, sprites: RealSprites, *, seed: int) -> CodeStudy:
    """Which factors the codes of an InfoGAN encode, and its pictures against real ones (`study_sprites`)."""
    alignment = align(generator, len(sample.z), seed)
    return CodeStudy(code_grid(generator, seed), alignment, against_real(sample.rgb, sprites))


def align(generator: Generator, count: int, seed: int) -> Alignment:
    """Alignment of factors with the codes that are read from `count` real sprites with known factors."""
    spec = generator.spec
    factors = draw_factors(count, name_seed(f"{spec.name}/sample", seed))
    read = read_codes(readout(spec), render(factors))
    shuffled = np.random.default_rng(seed).permuted(read, axis=0)
    choices = tuple(bool(factor.values) for factor in FACTORS)
    found, null = dci(read, factors, choices, seed), dci(shuffled, factors, choices, seed)
    names = ("choice", *(f"number {index}" for index in range(spec.numbers)))
    return _alignment(names, factors, (read, shuffled), (found, null))


def _alignment(
    names: tuple[str, ...], factors: Array, codes: tuple[Array, Array], scores: tuple[DCI, DCI]
) -> Alignment:
    """From factors [N, F], codes [N, K] and their DCI, each as read and shuffled."""
    entropies = np.array([entropy(binned(column)) for column in factors.T])
    information, information_null = (mutual_information(one, factors) / entropies for one in codes)
    gaps, gaps_null = (mig(one, factors) for one in codes)
    found, null = scores
    return Alignment(
        codes=names,
        factors=tuple(factor.name for factor in FACTORS),
        information=information,
        information_null=information_null,
        importance=found.importance,
        gaps=gaps,
        gaps_null=gaps_null,
        informativeness=found.informativeness,
        informativeness_null=null.informativeness,
        mig=float(gaps.mean()),
        mig_null=float(gaps_null.mean()),
        disentanglement=found.disentanglement,
        disentanglement_null=null.disentanglement,
        completeness=found.completeness,
        completeness_null=null.completeness,
        sprites=len(factors),
    )


def code_grid(generator: Generator, seed: int) -> Array:
    """[K, C, 9, S, S, 3] uint8: each number from -1 to 1 under each choice, the rest fixed."""
    spec = generator.spec
    base = draw(generator, 1, name_seed(f"{spec.name}/edited", seed))[0]
    base[spec.noise : spec.free] = 0
    rows = []
    for number in range(spec.numbers):
        for choice in range(len(spec.choices)):
            z = np.repeat(base[None], STEPS, 0)
            z[:, spec.free :] = np.eye(len(spec.choices))[choice]
            z[:, spec.noise + number] = np.linspace(-1, 1, STEPS)
            rows.append(pictures(generator, z))
    return np.stack(rows).reshape(spec.numbers, len(spec.choices), STEPS, spec.size, spec.size, 3)


def against_real(made: Array, sprites: RealSprites) -> Comparison:
    """Generated sprites [N, S, S, 3] uint8 against those that were learned, with the floor that the real ones set."""
    features = extract_features(made[:COMPARED])
    precision, recall = quality.precision_recall(sprites.features, features)
    index, distance = quality.nearest(made[:SEARCHED], sprites.learned)
    return Comparison(
        made=made[:NEAREST],
        nearest=sprites.learned[index[:NEAREST]],
        distance=distance[:NEAREST],
        frechet=quality.frechet(sprites.features, features),
        precision=precision,
        recall=recall,
        nearest_made=float(distance.mean()),
        floor=sprites.floor,
    )
