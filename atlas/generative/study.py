"""The studies of one generator, each as arrays and plain facts: what the site shows and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from atlas.generative import ganspace, hyperplane, identity, quality, sefa
from atlas.generative.attributes import attributes_of, measure, smaller
from atlas.generative.directions import Direction, cosines, edited, expected_cosine, random_directions
from atlas.generative.dissect import dissect
from atlas.generative.identity import Reader
from atlas.generative.latent import Generator, draw, features, first_affine, pictures
from atlas.generative.passport import DOSES, Edits, Passport, effects, measure_edits, passport, strangers
from atlas.types import Array, GeneratorSpec, LayerSpec

Found = tuple[dict[str, Array], dict[str, Any]]
SHOWN = 3  # latent vectors whose strips are shown
REPEATS = 10  # of the bootstrap
# Seeds of what is drawn, apart from each other and offset by the recipe's seed.
SAMPLE, EDITED, CHANCE, SPREAD = 11, 12, 13, 14


def seed_of(spec: GeneratorSpec, purpose: int, seed: int) -> int:
    """A seed from the recipe's seed, the generator's name and the purpose."""
    import hashlib

    digest = hashlib.sha256(f"{seed}:{spec.name}:{purpose}".encode()).digest()
    return int.from_bytes(digest[:4], "big")


# ---------------------------------------------------------------- a sample


def study_sample(generator: Generator, *, count: int, seed: int) -> Found:
    """Latent vectors, their pictures and every attribute of them."""
    z = draw(generator.spec, count, seed_of(generator.spec, SAMPLE, seed))
    rgb = pictures(generator, z, quick=True)
    found = {"z": z, "rgb": smaller(rgb), "measures": measure(rgb, generator.spec.subject)}
    return found | {"power": quality.spectrum(rgb)}, {}


# ---------------------------------------------------------------- directions


@dataclass(frozen=True)
class Bench:
    """What every direction of a generator is measured with."""

    generator: Generator
    reader: Reader
    scale: Array  # [A] standard deviation of each attribute over unedited pictures
    z: Array  # [N, Z] latent vectors that are edited
    ordinary: Array  # [SHOWN] which of them have the most ordinary pictures; they are shown

    def edits(self, direction: Direction, doses: Array, count: int | None = None) -> Edits:
        """The first `count` latent vectors moved along a direction and measured."""
        moved = edited(self.generator.spec, self.z[:count], direction, doses.tolist())
        return measure_edits(
            moved, doses, lambda z: pictures(self.generator, z, quick=True),
            lambda rgb: measure(rgb, self.generator.spec.subject), self.reader, self.scale,
        )  # fmt: skip


def study_directions(
    generator: Generator, sample: dict[str, Array], *, count: int, vectors: int, chance: int, seed: int
) -> Found:
    """Directions of all methods with their passports, against `chance` random directions; agreement and stability."""
    spec = generator.spec
    names = tuple(attribute.name for attribute in attributes_of(spec.subject))
    free = sample["z"][:, : spec.free].astype(float)
    affine, early = first_affine(generator), ganspace.components(_early(generator, sample["z"]), seed)
    found = [
        *sefa.find(affine, count), *ganspace.find(*early, free, count),
        *hyperplane.find(free, sample["measures"], names), *codes_of(spec),
    ]  # fmt: skip
    found = [replace(direction, span=span_of(spec)) for direction in found]
    reader = identity.fit(sample["rgb"], free)
    z = draw(spec, vectors, seed_of(spec, EDITED, seed))
    scale = sample["measures"].std(0)
    away = (measure(pictures(generator, z, quick=True), spec.subject) - sample["measures"].mean(0)) / scale
    bench = Bench(generator, reader, scale, z, np.argsort((away**2).sum(1), kind="stable")[:SHOWN])
    luck = chance_effects(bench, chance, seed)
    records, arrays = [], {"chance": luck}
    for direction in found:
        record, own = _measured(bench, direction, luck, names)
        records.append(record)
        arrays |= {f"{direction.name}/{key}": value for key, value in own.items()}
    arrays["matrix"], arrays["conditional"] = rescoring(bench, found, names)
    arrays["vectors"] = np.stack([direction.vector for direction in found])
    arrays["cosines"] = cosines(arrays["vectors"], arrays["vectors"])
    spread = seed_of(spec, SPREAD, seed)
    facts = {
        "directions": records,
        "attributes": list(names),
        "reader_r2": reader.r2,
        "strangers": strangers(reader.read(sample["rgb"])),
        "expected_cosine": expected_cosine(spec.free),
        "chance": chance,
        "vectors": vectors,
        "samples": len(free),
        "stability": {
            "sefa": sefa.stability(affine, count, repeats=REPEATS, seed=spread).tolist(),
            "ganspace": ganspace.stability(early[0], free, count, repeats=REPEATS, seed=spread).tolist(),
        },
    }  # fmt: skip
    return arrays, facts


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
    vectors = random_directions(spec.free, count, seed_of(spec, CHANCE, seed))
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


# ---------------------------------------------------------------- units, latent space, quality


def study_units(generator: Generator, *, count: int, seed: int) -> Found:
    """Dissection of `count` units of each layer with maps, spread evenly."""
    spec = generator.spec
    z = draw(spec, 64, seed_of(spec, EDITED, seed))
    arrays: dict[str, Array] = {}
    layers = [layer for layer in spec.layers if layer.spatial]
    for layer in layers:
        some = min(count, layer.units)
        units = [(2 * i + 1) * layer.units // (2 * some) for i in range(some)]
        found = dissect(generator, layer, z, units)
        arrays |= {f"{layer.name}/{key}": value for key, value in vars(found).items()}
    return arrays, {"layers": [layer.name for layer in layers]}


def middle(spec: GeneratorSpec) -> LayerSpec:
    """The layer whose features the latent map lays out: the middle one."""
    return spec.layers[len(spec.layers) // 2]


def pooled(generator: Generator, z: Array) -> Array:
    """[N, C * 4] features of the middle layer, each map as the means of its quarters."""
    found = features(generator, z, middle(generator.spec))
    count, units, height, width = found.shape
    quarters: Array = found.reshape(count, units, 2, height // 2, 2, width // 2).mean((3, 5))
    return quarters.reshape(count, -1)


def study_quality(generator: Generator, sample: dict[str, Array], *, seed: int) -> Found:
    """Interpolation, truncation and the spectrum; against real sprites also precision, recall, distance and neighbours."""
    spec = generator.spec
    z = draw(spec, 16, seed_of(spec, EDITED, seed))
    z[:, spec.free :] = z[0, spec.free :]  # one choice for all
    steps = 9
    lines = [quality.linear(z[0], z[1], steps), quality.spherical(z[0], z[1], steps)]
    shares = np.linspace(0, 1.5, 7)
    cut = np.repeat(z[:3, None], len(shares), 1)
    cut[:, :, : spec.free] *= shares[None, :, None]
    power = sample["power"]
    arrays = {
        "interpolation": np.stack([pictures(generator, line.astype(np.float32)) for line in lines]),
        "truncation": pictures(generator, cut.reshape(-1, spec.z)).reshape(3, len(shares), spec.size, spec.size, 3),
        "truncations": shares,
        "power": power,
    }
    facts: dict[str, Any] = {"checkerboard": quality.checkerboard(power)}
    if spec.subject == "sprites":
        more, told = _against_real(sample["rgb"], seed)
        return arrays | more, facts | told
    return arrays, facts


def study_codes(generator: Generator, *, count: int, seed: int) -> Found:
    """What the codes of an InfoGAN stand for: read from real sprites with known factors, and set one by one."""
    from atlas.generative.disentangle import binned, dci, entropy, mig, mutual_information
    from atlas.generative.readout import read_codes, readout
    from atlas.generative.sprites import FACTORS, draw_factors, render

    spec = generator.spec
    factors = draw_factors(count, seed_of(spec, SAMPLE, seed))
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
    base = draw(spec, 1, seed_of(spec, EDITED, seed))[0]
    base[spec.noise : spec.free] = 0
    values, rows = np.linspace(-1, 1, 9), []
    for number in range(spec.numbers):
        for choice in range(len(spec.choices)):
            z = np.repeat(base[None], len(values), 0)
            z[:, spec.free :] = np.eye(len(spec.choices))[choice]
            z[:, spec.noise + number] = values
            rows.append(pictures(generator, z))
    return np.stack(rows).reshape(spec.numbers, len(spec.choices), len(values), spec.size, spec.size, 3)


def _against_real(made: Array, seed: int) -> Found:
    from atlas.generative.judge import JUDGE, judge_features
    from atlas.generative.sprites import TRAINING_SEED, draw_factors, render

    count = len(made)
    learned = render(draw_factors(20_000, TRAINING_SEED))
    real, other = learned[:count], render(draw_factors(count, 1000 + seed))
    a, b, c = (judge_features(rgb) for rgb in (real, made, other))
    precision, recall = quality.precision_recall(a, b)
    floor = quality.precision_recall(a, c)
    index, distance = quality.nearest(made[:8], learned)
    fresh = quality.nearest(other[:64], learned)[1]
    return (
        {"made": made[:8], "nearest": learned[index], "distance": distance},
        {
            "judge": JUDGE, "frechet": quality.frechet(a, b), "frechet_floor": quality.frechet(a, c),
            "precision": precision, "recall": recall, "precision_floor": floor[0], "recall_floor": floor[1],
            "nearest_made": float(quality.nearest(made[:64], learned)[1].mean()), "nearest_real": float(fresh.mean()),
            "spectrum_real": quality.checkerboard(quality.spectrum(real)),
        },
    )  # fmt: skip
