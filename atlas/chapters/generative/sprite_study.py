"""The studies of a generator of sprites, whose factors are known: what its codes stand for, and made against real."""

from __future__ import annotations

import numpy as np

from atlas.chapters.generative import quality
from atlas.chapters.generative.disentangle import binned, dci, entropy, mig, mutual_information
from atlas.chapters.generative.feature_extractor import JUDGE, judge_features
from atlas.chapters.generative.latent import Generator, draw, pictures
from atlas.chapters.generative.readout import read_codes, readout
from atlas.chapters.generative.study import Found
from atlas.core.seeds import name_seed
from atlas.core.specs import Array
from atlas.probes.sprites import FACTORS, LEARNED, TRAINING_SEED, draw_factors, render

NEAREST = 8  # made pictures that are shown above their nearest real ones
JUDGED = 1000  # pictures of each kind that the judge sees; the floor is of as many
COMPARED = 64  # made pictures whose nearest real one is looked for


def study_sprites(count: int, seed: int) -> Found:
    """Real sprites in the judge's features: of those that were learned, and as many others, which are the floor of every distance; `count`, but JUDGED at most."""
    count = min(count, JUDGED)
    learned = render(draw_factors(LEARNED, TRAINING_SEED))
    other = render(draw_factors(count, name_seed("sprites/other", seed)))
    real = learned[:count]
    a, b = judge_features(real), judge_features(other)
    precision, recall = quality.precision_recall(a, b)
    facts = {
        "judge": JUDGE, "judged": count, "learned": LEARNED, "frechet_floor": quality.frechet(a, b), "precision_floor": precision, "recall_floor": recall,
        "nearest_real": float(quality.nearest(other[:COMPARED], learned)[1].mean()),
        "spectrum_real": quality.checkerboard(quality.spectrum(real)),
    }  # fmt: skip
    return {"features": a, "learned": learned}, facts


def study_codes(generator: Generator, sample: dict[str, Array], sprites: Found, *, seed: int) -> Found:
    """What the codes of an InfoGAN stand for, and its pictures against real ones (`study_sprites`)."""
    (codes, told), (made, found) = code_meaning(generator, len(sample["z"]), seed), against_real(sample["rgb"], sprites)
    return codes | made, told | found


def code_meaning(generator: Generator, count: int, seed: int) -> Found:
    """Codes read from `count` real sprites with known factors, and each set by itself."""
    spec = generator.spec
    factors = draw_factors(count, name_seed(f"{spec.name}/sample", seed))
    read = read_codes(readout(spec), render(factors))
    shuffled = np.random.default_rng(seed).permuted(read, axis=0)
    choices = tuple(bool(factor.values) for factor in FACTORS)
    found, null = dci(read, factors, choices, seed), dci(shuffled, factors, choices, seed)
    entropies = np.array([entropy(binned(column)) for column in factors.T])
    arrays = {
        "information": mutual_information(read, factors) / entropies,
        "information_null": mutual_information(shuffled, factors) / entropies,
        "importance": found.importance,
        "mig": mig(read, factors), "mig_null": mig(shuffled, factors),
        "informativeness": found.informativeness, "informativeness_null": null.informativeness,
        "grid": _code_grid(generator, seed),
    }  # fmt: skip
    facts = {
        "codes": ["choice", *(f"number {number}" for number in range(spec.numbers))],
        "factors": [factor.name for factor in FACTORS],
        "mig": float(arrays["mig"].mean()), "mig_null": float(arrays["mig_null"].mean()),
        "disentanglement": found.disentanglement, "disentanglement_null": null.disentanglement,
        "completeness": found.completeness, "completeness_null": null.completeness,
        "sprites": count,
    }  # fmt: skip
    return arrays, facts


def _code_grid(generator: Generator, seed: int) -> Array:
    """[K, C, 9, S, S, 3] uint8: each number from -1 to 1 under each choice, the rest held."""
    spec = generator.spec
    base = draw(generator, 1, name_seed(f"{spec.name}/edited", seed))[0]
    base[spec.noise : spec.free] = 0
    values, rows = np.linspace(-1, 1, 9), []
    for number in range(spec.numbers):
        for choice in range(len(spec.choices)):
            z = np.repeat(base[None], len(values), 0)
            z[:, spec.free :] = np.eye(len(spec.choices))[choice]
            z[:, spec.noise + number] = values
            rows.append(pictures(generator, z))
    return np.stack(rows).reshape(spec.numbers, len(spec.choices), len(values), spec.size, spec.size, 3)


def against_real(made: Array, sprites: Found) -> Found:
    """Made sprites [N, S, S, 3] against those that were learned; what the real ones say of each other is passed on."""
    real, facts = sprites
    features = judge_features(made[:JUDGED])
    precision, recall = quality.precision_recall(real["features"], features)
    index, distance = quality.nearest(made[:COMPARED], real["learned"])
    found = {
        "frechet": quality.frechet(real["features"], features), "precision": precision, "recall": recall,
        "nearest_made": float(distance.mean()),
    }  # fmt: skip
    shown = slice(NEAREST)
    return {"made": made[shown], "nearest": real["learned"][index[shown]], "distance": distance[shown]}, {
        **facts,
        **found,
    }
