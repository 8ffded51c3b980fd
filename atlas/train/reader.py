"""Training of the readers of z: small networks that regress the latent vector from the generator's own pictures."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.chapters.generative.attributes import smaller
from atlas.chapters.generative.identity import as_input, explained, read_with
from atlas.chapters.generative.latent import Generator, draw, load, pictures
from atlas.core.seeds import name_seed
from atlas.core.specs import Array
from atlas.networks.generators import GENERATORS, SEEDS
from atlas.networks.modules.latent_reader import LatentReader
from atlas.runtime.precision import native_precision

if TYPE_CHECKING:
    from torch import nn

PREFIX = "reader-"
HELD_OUT = 1000  # pictures that are never trained on


@dataclass(frozen=True)
class ReaderRecipe:
    """Adam on the mean squared error with a cosine schedule; an epoch has every picture once."""

    pictures: int = 10_000
    epochs: int = 4
    batch: int = 32
    rate: float = 2e-3


RECIPES = {
    "reader-face-dcgan": ReaderRecipe(),
    "reader-eye-dcgan": ReaderRecipe(pictures=12_000, epochs=5),
    **{f"reader-infogan-sprites-{seed}": ReaderRecipe() for seed in SEEDS},
}
"""A training takes minutes on one core."""


def train_reader(
    name: str, *, out: Path, seed: int, epochs: int | None, progress: Callable[[str], None] = print
) -> Path:
    """Train the reader `reader-GENERATOR`; returns the weight file in `out/NAME`."""
    from dataclasses import replace

    recipe, begun = RECIPES[name], time.process_time()
    recipe = replace(recipe, epochs=epochs) if epochs else recipe
    generator = load(GENERATORS[name.removeprefix(PREFIX)])
    z, rgb = _sample(generator, recipe.pictures, f"learned/{seed}")
    progress(f"{name}: {recipe.pictures} pictures drawn in {time.process_time() - begun:.0f} processor seconds")
    held_out = _sample(generator, HELD_OUT, "held out")
    module, curve = fit(z, rgb, held_out, recipe=recipe, seed=seed, progress=progress)
    training = {
        "recipe": {"seed": seed, **asdict(recipe), "optimizer": "Adam", "precision": native_precision("cpu")},
        "curve": curve,
        "seconds": {"processor": round(time.process_time() - begun)},
    }
    return _ship(module, generator, out / name, training)


def _sample(generator: Generator, count: int, purpose: str) -> tuple[Array, Array]:
    """(free columns of z [N, free], pictures [N, S, S, 3] uint8 of at most 64 pixels a side)."""
    z = draw(generator, count, name_seed(f"{generator.spec.name}/reader/{purpose}", 0))
    parts = [smaller(pictures(generator, z[first : first + 500])) for first in range(0, count, 500)]
    return z[:, : generator.spec.free], np.concatenate(parts)


def fit(
    z: Array,
    rgb: Array,
    held_out: tuple[Array, Array],
    *,
    recipe: ReaderRecipe,
    seed: int,
    progress: Callable[[str], None] = print,
) -> tuple[LatentReader, list[dict[str, float]]]:
    """A reader fitted to z [N, free] and pictures [N, S, S, 3] uint8, and its training curve.

    `held_out` are z and pictures on which the explained share of the variance (R²) is measured after each epoch.
    """
    import torch

    torch.manual_seed(seed)
    module = LatentReader(z.shape[1], rgb.shape[1]).to(memory_format=torch.channels_last)
    optimizer = torch.optim.Adam(module.parameters(), lr=recipe.rate)
    steps = recipe.epochs * (len(z) // recipe.batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    curve = []
    for epoch in range(1, recipe.epochs + 1):
        order = _batches(len(z), recipe.batch, seed, epoch)
        losses = [_step(module, optimizer, z[rows], rgb[rows], schedule) for rows in order]
        r2 = explained(read_with(module.eval(), held_out[1]), held_out[0])
        curve.append({"epoch": epoch, "loss": round(float(np.mean(losses)), 4), "held_out_r2": round(r2, 4)})
        progress(f"epoch {epoch}/{recipe.epochs}: loss {curve[-1]['loss']}, held-out R2 {r2:.3f}")
    return module, curve


def _batches(count: int, size: int, seed: int, epoch: int) -> Iterator[Array]:
    order = np.random.default_rng((seed, epoch)).permutation(count)
    yield from (order[first : first + size] for first in range(0, count - size + 1, size))


def _step(module: nn.Module, optimizer: Any, z: Array, rgb: Array, schedule: Any) -> float:
    import torch

    loss = torch.nn.functional.mse_loss(module.train()(as_input(rgb)), torch.from_numpy(z))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()
    schedule.step()
    return float(loss.detach())


def _ship(module: nn.Module, generator: Generator, folder: Path, training: dict[str, Any]) -> Path:
    """Write weights (half precision) and card into the run's folder; returns the weight file."""
    from atlas.train.ship import hardware, weights_of, write_json, write_weights

    spec = generator.spec
    folder.mkdir(parents=True, exist_ok=True)
    path = write_weights(module.state_dict(), folder / f"{PREFIX}{spec.name}.safetensors")
    card = {
        "network": f"{PREFIX}{spec.name}",
        "weights": weights_of(path),
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
        "held_out": {"pictures": HELD_OUT, "r2": training["curve"][-1]["held_out_r2"]},
        **training,
        "data": {
            "name": f"pictures of {spec.name}",
            "weights_sha256": spec.weights.sha256,
            "terms": f"Drawn by the generator, whose weights are {spec.weights.licence}.",
        },
        "licence": "Apache-2.0",
        "hardware": hardware(),
    }
    write_json(path.with_suffix(".json"), card)
    return path
