"""Training of the character networks: seeded step by step, so a resumed run ends in the same weights."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from atlas.chapters.recurrent.source import SourceFile, encode_file
from atlas.core.errors import ConfigError
from atlas.core.registry import Registry
from atlas.core.specs import Array, RecurrentSpec
from atlas.networks.recurrent import SPECS, build
from atlas.runtime.precision import native_autocast, native_precision
from atlas.train import checkpoint

if TYPE_CHECKING:
    from torch.optim import Optimizer

    from atlas.networks.modules.recurrent import Recurrent, State

CHECKPOINT_SECONDS = 60.0


@dataclass(frozen=True)
class CharacterRecipe:
    """How a character network is trained: truncated back-propagation over `streams` texts, `length` characters a step.

    The rate rises over `warmup` (share of all steps), then falls linearly to zero; gradients are clipped at `clip`.
    """

    spec: RecurrentSpec
    rate: float
    epochs: int = 3
    streams: int = 32
    length: int = 128
    warmup: float = 0.02
    clip: float = 1.0
    forget_bias: float = 1.0  # LSTM only: the memory starts open


CHARACTER_RECIPES: Registry[CharacterRecipe] = Registry("training recipe")
for _spec in SPECS:
    if _spec.reads == "characters":
        _rate = 1e-3 if _spec.cell == "RNN" else 3e-3
        CHARACTER_RECIPES.add(_spec.name, CharacterRecipe(_spec, rate=_rate, epochs=4 if _spec.cell == "LSTM" else 3))


@dataclass
class CharacterRun:
    """A run at some step; `state` is that of the streams, `history` has a row every `EVERY` steps; times in seconds."""

    recipe: CharacterRecipe
    epochs: int
    seed: int
    module: Recurrent
    optimizer: Optimizer
    folder: Path
    step: int = 0
    loss_sum: float = 0.0
    seconds: float = 0.0
    core_seconds: float = 0.0
    state: State = None
    history: list[dict[str, float]] = field(default_factory=list)

    SAVED: ClassVar[tuple[str, ...]] = ("step", "loss_sum", "seconds", "core_seconds", "state", "history")

    def identity(self) -> dict[str, Any]:
        """The settings that must agree for a checkpoint to be continued."""
        plain = {k: v for k, v in vars(self.recipe).items() if isinstance(v, int | float | str)}
        network, precision = self.recipe.spec.name, native_precision("cpu")
        return {"network": network, "seed": self.seed, **plain, "epochs": self.epochs, "precision": precision}


EVERY = 100  # steps of one row of the curve


def start(recipe: CharacterRecipe, *, epochs: int, seed: int, folder: Path) -> CharacterRun:
    """A run at step 0, its weights drawn from `seed`."""
    import torch

    torch.manual_seed(seed)
    module = build(recipe.spec)
    if recipe.spec.cell == "LSTM":
        open_forget_gate(module, recipe.forget_bias)
    return CharacterRun(recipe, epochs, seed, module, torch.optim.Adam(module.parameters(), recipe.rate), folder)


def open_forget_gate(module: Recurrent, bias: float) -> None:
    """Set the bias of an LSTM's forget gate, so that the memory starts open."""
    import torch

    size = module.cell.hidden_size
    forget = slice(size, 2 * size)  # torch's order: input, forget, cell, output
    of_input, of_state = (dict(module.cell.named_parameters())[name] for name in ("bias_ih_l0", "bias_hh_l0"))
    with torch.no_grad():
        of_input[forget], of_state[forget] = bias, 0.0


def rate_at(recipe: CharacterRecipe, step: int, total: int) -> float:
    """The learning rate of `step` of `total`: a linear rise, then a linear fall to zero."""
    rise = max(1, round(recipe.warmup * total))
    return recipe.rate * min((step + 1) / rise, (total - step) / max(1, total - rise))


class Streams:
    """The training files [T] of symbols, shuffled for each epoch, as `streams` rows that are read in parallel."""

    def __init__(self, files: Sequence[Array], recipe: CharacterRecipe, seed: int) -> None:
        self.files, self.recipe, self.seed = files, recipe, seed
        self.steps = (sum(len(file) for file in files) // recipe.streams - 1) // recipe.length
        self._epoch, self._rows = -1, np.zeros((0, 0), np.int64)
        if self.steps < 1:
            raise ConfigError(f"The text does not fill {recipe.streams} streams of {recipe.length} characters.")

    def batch(self, epoch: int, step: int) -> Array:
        """[streams, length + 1] symbols: inputs, and targets one symbol later."""
        if epoch != self._epoch:
            order = np.random.default_rng([self.seed, epoch]).permutation(len(self.files))
            whole = np.concatenate([self.files[index] for index in order])
            width = len(whole) // self.recipe.streams
            self._rows = whole[: width * self.recipe.streams].reshape(self.recipe.streams, width)
            self._epoch = epoch
        first = step * self.recipe.length
        return self._rows[:, first : first + self.recipe.length + 1]


def run_to_end(
    run: CharacterRun,
    files: Sequence[SourceFile],
    *,
    report: Callable[[str], None] = print,
    stop_after: int | None = None,
) -> None:
    """Train from `run.step` on, with a checkpoint every minute and at the end; ends early at the step `stop_after`."""
    streams = Streams([encode_file(file) for file in files if not file.held_out], run.recipe, run.seed)
    total = run.epochs * streams.steps
    saved = begun = time.monotonic()
    first = run.step
    while run.step < total and run.step != stop_after:
        _advance(run, streams, total)
        if run.step % EVERY == 0:
            run.history.append({"step": run.step, "loss": round(run.loss_sum / EVERY, 4)})
            run.loss_sum = 0.0
            per_step = (time.monotonic() - begun) / (run.step - first)
            report(_progress(run, total, per_step))
        if time.monotonic() - saved > CHECKPOINT_SECONDS:
            checkpoint.save(run)
            saved = time.monotonic()
    checkpoint.save(run)


def _advance(run: CharacterRun, streams: Streams, total: int) -> None:
    """One step and its times; an epoch starts from no state."""
    epoch, within = divmod(run.step, streams.steps)
    before, before_core = time.monotonic(), time.process_time()
    if within == 0:
        run.state = None
    run.loss_sum += _train_step(run, streams.batch(epoch, within), total)
    run.step += 1
    run.seconds += time.monotonic() - before
    run.core_seconds += time.process_time() - before_core


def _train_step(run: CharacterRun, batch: Array, total: int) -> float:
    import torch
    from torch.nn import functional as F

    for group in run.optimizer.param_groups:
        group["lr"] = rate_at(run.recipe, run.step, total)
    symbols = torch.from_numpy(np.ascontiguousarray(batch))
    with native_autocast():
        outputs, state = run.module(symbols[:, :-1], run.state)
    loss = F.cross_entropy(outputs.float().flatten(0, 1), symbols[:, 1:].flatten())
    run.optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    torch.nn.utils.clip_grad_norm_(run.module.parameters(), run.recipe.clip)
    run.optimizer.step()
    run.state = (state[0].detach(), state[1].detach()) if isinstance(state, tuple) else state.detach()
    return float(loss.detach())


def _progress(run: CharacterRun, total: int, per_step: float) -> str:
    recipe = run.recipe
    return (
        f"{recipe.spec.name}: step {run.step}/{total}, {run.history[-1]['loss']:.3f} nats per character, "
        f"{recipe.streams * recipe.length / per_step:,.0f} characters/s, "
        f"{per_step * (total - run.step) / 60:.1f} min left"
    )
