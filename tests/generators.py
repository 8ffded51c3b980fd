"""Three generators for the fixture: the real studies of small untrained ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from atlas.generative import sprite_study
from atlas.generative import study as generative
from atlas.generative.direction_study import study_directions
from atlas.generative.latent import Generator
from atlas.measured import GeneratorResults
from atlas.networks.generators import GENERATORS
from atlas.networks.modules.dcgan import DCGAN
from atlas.sources import EmbeddedFile, HubFile, UrlFile
from atlas.types import GeneratorSpec, LayerSpec
from tests.kept import kept

PUBLISHED = tuple(spec.name for spec in GENERATORS.values() if isinstance(spec.weights, HubFile | UrlFile))
"""Generators whose weights are fetched: random weights in tests."""


def small_dcgan(**changes: Any) -> Generator:
    """A DCGAN of 16 pixels with random weights that draws something, after the spec of the faces."""
    layers = tuple(LayerSpec(f"layer{n}", f"act{n}", width, f"Layer {n}") for n, width in enumerate((12, 8, 6), 1))
    spec = replace(GENERATORS["face-dcgan"], **({"size": 32, "noise": 10, "layers": layers, "reader": None} | changes))
    torch.manual_seed(3)
    module = DCGAN(spec.z, (12, 8, 6)).eval().requires_grad_(False)
    for part in module.modules():
        if isinstance(part, torch.nn.ConvTranspose2d):
            part.weight *= 8
    return Generator(spec, module)


@kept
def make_generators() -> tuple[GeneratorResults, ...]:
    """One without codes, one with the marks of an InfoGAN (its codes' study is made up: it needs a trained readout), one that cannot be read inside. Made once, read by all."""
    plain = small_dcgan()
    coded = small_dcgan(
        name="infogan-small", title="Small InfoGAN", subject="sprites", numbers=2, choices=("code 0", "code 1"),
        weights=EmbeddedFile("none.safetensors", "ab" * 32, "Apache-2.0"),
    )  # fmt: skip
    closed = small_dcgan(name="closed", title="Closed DCGAN", year=None, subject="pictures", first="", layers=())
    return (_generator(plain, None), _generator(coded, CARD), _generator(closed, None))


CARD = {
    "recipe": {"seed": 0, "steps": 2}, "critic": {"steps": 1}, "critic_hardware": "none", "data": {"images": 100}, "hardware": "none", "seconds": {"clock": 1}, "notes": ["A note."],
    "curve": [{"step": step, "bound_choice": 0.1 * step, "bound_numbers": 0.2, "mig": 0.01 * step} for step in (1, 2, 3)],
}  # fmt: skip


SPRITES = (
    {"features": np.random.default_rng(0).random((80, 128)), "learned": np.zeros((80, 32, 32, 3), np.uint8)},
    {"judge": "a network", "judged": 80, "learned": 80, "frechet_floor": 0.1, "precision_floor": 0.9, "recall_floor": 0.9, "nearest_real": 0.1,
     "spectrum_real": 0.5},
)  # fmt: skip
"""What `study_sprites` would tell, which needs a network."""


def _generator(generator: Generator, card: dict[str, Any] | None) -> GeneratorResults:
    sample, _ = generative.study_sample(generator, count=80, seed=0)
    found = {
        "generated": (sample, {}),
        "directions": study_directions(generator, sample, count=2, vectors=4, chance=4, seed=0),
        "dissections": generative.study_units(generator, count=2, seed=0),
        "latents": _layout(len(sample["z"])),
        "qualities": generative.study_quality(generator, sample, seed=0),
    }
    if card:
        real, told = sprite_study.against_real(sample["rgb"], SPRITES)
        codes, facts = _codes(generator.spec)
        found["codes"] = (codes | real, facts | told)
    return GeneratorResults(
        spec=generator.spec,
        card=card,
        arrays={name: arrays for name, (arrays, _) in found.items()},
        facts={name: facts for name, (_, facts) in found.items()},
        keys=dict.fromkeys(found, "6f" * 32),
    )


def _layout(count: int) -> tuple[dict[str, Any], dict[str, Any]]:
    xy = np.random.default_rng(0).random((count, 2)).astype(np.float32)
    facts = {"trustworthiness": 0.9, "continuity": 0.8, "stability": 0.7, "purity": 0.5, "purity_shuffled": 0.4}
    return {"xy": xy}, facts | {"parameters": {"points": count}}


def _codes(spec: GeneratorSpec) -> tuple[dict[str, Any], dict[str, Any]]:
    factors = ["shape", "x"]
    table = np.full((1 + spec.numbers, len(factors)), 0.25)
    arrays = {
        "information": table, "information_null": table / 10, "importance": table, "mig": table[0], "mig_null": table[0] / 10,
        "informativeness": table[0], "informativeness_null": table[0] / 10,
        "grid": np.full((spec.numbers, len(spec.choices), 9, spec.size, spec.size, 3), 90, np.uint8),
    }  # fmt: skip
    measures = ("mig", "disentanglement", "completeness")
    facts = dict.fromkeys(measures, 0.3) | {f"{name}_null": 0.02 for name in measures}
    return arrays, facts | {"codes": ["choice", "number 0", "number 1"], "factors": factors, "sprites": 500}
