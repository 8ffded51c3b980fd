"""The one training loop: seeded step by step, so a resumed run ends in the same weights as an undisturbed one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from atlas.errors import ConfigError
from atlas.networks.miniature import CLASSES
from atlas.precision import native_autocast, native_precision
from atlas.train import checkpoint
from atlas.train.augment import cut_mix, normalize, random_views
from atlas.train.data import Photographs, Split
from atlas.train.recipes import Recipe
from atlas.types import Array

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

CHECKPOINT_SECONDS = 120.0


@dataclass
class Run:
    """A training run at some step; `history` has one row an epoch; times are over all resumptions."""

    recipe: Recipe
    epochs: int
    seed: int
    module: nn.Module
    optimizer: Optimizer
    folder: Path
    device: str = "cpu"
    step: int = 0
    loss_sum: float = 0.0
    seconds: float = 0.0  # by the clock, pauses included
    core_seconds: float = 0.0  # of processor time
    history: list[dict[str, float]] = field(default_factory=list)

    KEPT: ClassVar[tuple[str, ...]] = ("step", "loss_sum", "seconds", "core_seconds", "history")

    def identity(self) -> dict[str, Any]:
        """What must agree for a checkpoint to be continued."""
        plain = {k: v for k, v in vars(self.recipe).items() if isinstance(v, int | float | str)}
        return {"network": self.recipe.spec.name, "epochs": self.epochs, "seed": self.seed, **plain,
                "precision": native_precision(self.device), "device": self.device}  # fmt: skip


def start(recipe: Recipe, *, epochs: int, seed: int, folder: Path, device: str = "cpu") -> Run:
    """A run at step 0, its weights drawn from `seed` (the same on every device)."""
    import torch

    torch.manual_seed(seed)
    torch.backends.cudnn.deterministic = True  # of a GPU: the same seed gives the same weights
    module = recipe.build().to(memory_format=torch.channels_last).to(device)
    return Run(recipe, epochs, seed, module, _optimizer(recipe, module), folder, device)


def _optimizer(recipe: Recipe, module: nn.Module) -> Optimizer:
    import torch

    decayed = [p for p in module.parameters() if p.ndim > 1]
    plain = [p for p in module.parameters() if p.ndim <= 1]  # biases and batch norms
    groups = [{"params": decayed, "weight_decay": recipe.weight_decay}, {"params": plain, "weight_decay": 0.0}]
    if recipe.optimizer == "sgd":
        return torch.optim.SGD(groups, recipe.rate, momentum=0.9, nesterov=True)
    return torch.optim.AdamW(groups, recipe.rate)


def rate_at(recipe: Recipe, step: int, total: int) -> float:
    """The learning rate of `step` of `total`: a linear rise, then a linear fall to zero."""
    rise = max(1, round(recipe.warmup * total))
    return recipe.rate * min((step + 1) / rise, (total - step) / max(1, total - rise))


def run_to_end(
    run: Run,
    data: Photographs,
    *,
    taught: Array | None = None,
    report: Callable[[str], None] = print,
    stop_after: int | None = None,
) -> None:
    """Train from `run.step` on, with a checkpoint every epoch and every two minutes; `stop_after` ends early.

    `taught` [N, classes] is what the recipe's teacher says of the training images, where it has one.
    """
    targets = target_shares(data.train.labels, run.recipe, taught)
    per_epoch = len(data.train) // run.recipe.batch
    if not per_epoch:
        raise ConfigError(f"{len(data.train)} training images do not fill one batch of {run.recipe.batch}.")
    saved = begun = time.monotonic()
    first = run.step
    while run.step < run.epochs * per_epoch and run.step != stop_after:
        epoch, within = divmod(run.step, per_epoch)
        order = np.random.default_rng([run.seed, epoch]).permutation(len(data.train))
        batch = np.sort(order[within * run.recipe.batch : (within + 1) * run.recipe.batch])
        before, before_core = time.monotonic(), time.process_time()
        run.loss_sum += _train_step(run, data.train, targets, batch, total=run.epochs * per_epoch)
        run.step += 1
        if run.step % per_epoch == 0:
            _end_epoch(run, data.valid, per_epoch)
        run.seconds += time.monotonic() - before
        run.core_seconds += time.process_time() - before_core
        if run.step % 20 == 0 or run.step % per_epoch == 0:
            report(_progress(run, per_epoch, (time.monotonic() - begun) / (run.step - first)))
        if run.step % per_epoch == 0 or time.monotonic() - saved > CHECKPOINT_SECONDS:
            checkpoint.save(run)
            saved = time.monotonic()


def _train_step(run: Run, split: Split, targets: Tensor, batch: Array, *, total: int) -> float:
    import torch

    recipe = run.recipe
    generator = torch.Generator().manual_seed(_mix(run.seed, run.step))
    torch.manual_seed(_mix(run.seed + 1, run.step))  # dropout draws from the global generator
    small = run.step < recipe.small_share * total
    images = torch.from_numpy(split.images[batch]).to(run.device)
    size = recipe.small_size if small else split.images.shape[1]
    views = random_views(images, size, (recipe.area, recipe.area_most), generator)
    wanted = targets[torch.from_numpy(batch)].to(run.device)
    if recipe.mix and torch.rand(1, generator=generator).item() < recipe.mix:
        views, partner, kept = cut_mix(views, generator)
        wanted = kept * wanted + (1 - kept) * wanted[partner]
    for group in run.optimizer.param_groups:
        group["lr"] = rate_at(recipe, run.step, total)
    run.module.train()
    with native_autocast(run.device):
        output = run.module(views)
    loss = _loss(output, wanted, recipe)
    run.optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    run.optimizer.step()
    return float(loss.detach())


def target_shares(labels: Array, recipe: Recipe, taught: Array | None = None) -> Tensor:
    """[N, classes] float32, rows summing to 1: smoothed labels, mixed with the teacher's shares by `recipe.teacher_share`."""
    import torch
    from torch.nn import functional as F

    if bool(recipe.teacher) != (taught is not None):
        raise ConfigError(
            f"{recipe.spec.name} is taught by {recipe.teacher or 'nobody'}; the teacher's shares do not fit that."
        )
    hot = F.one_hot(torch.from_numpy(np.array(labels)), CLASSES).float()
    smoothed = (1 - recipe.smoothing) * hot + recipe.smoothing / CLASSES
    if taught is None:
        return smoothed
    return torch.lerp(smoothed, torch.from_numpy(np.array(taught)), recipe.teacher_share)


def _loss(output: Tensor | tuple[Tensor, Tensor], wanted: Tensor, recipe: Recipe) -> Tensor:
    from torch.nn import functional as F

    if isinstance(output, tuple):
        main, auxiliary = (F.cross_entropy(o.float(), wanted) for o in output)
        return main + recipe.auxiliary * auxiliary
    return F.cross_entropy(output.float(), wanted)


def _mix(seed: int, step: int) -> int:
    return int(np.random.SeedSequence([seed, step]).generate_state(1, np.uint64)[0] >> np.uint64(1))


def _end_epoch(run: Run, valid: Split, per_epoch: int) -> None:
    with native_autocast(run.device):
        scores = logits_of(run.module, valid)
    row = {"epoch": run.step // per_epoch, "loss": run.loss_sum / per_epoch, **accuracy(scores, valid.labels)}
    run.history.append(row)
    run.loss_sum = 0.0


def logits_of(module: nn.Module, split: Split, *, batch: int = 250) -> Array:
    """[N, classes] float32 logits in evaluation mode, single view, computed where `module` is."""
    import torch

    module.eval()
    device = next(module.parameters()).device
    parts = []
    with torch.inference_mode():
        for first in range(0, len(split), batch):
            images = torch.from_numpy(np.array(split.images[first : first + batch])).to(device)
            parts.append(module(normalize(images)).float().cpu().numpy())
    return np.concatenate(parts)


def accuracy(scores: Array, labels: Array) -> dict[str, float]:
    """Share of images whose label is the best, or among the five best, scores: in [0, 1]."""
    ranked = np.argsort(-scores, axis=1, kind="stable")[:, :5] == labels[:, None]
    return {"top1": float(ranked[:, 0].mean()), "top5": float(ranked.any(1).mean())}


def _progress(run: Run, per_epoch: int, per_step: float) -> str:
    epoch, within = divmod(run.step, per_epoch)
    left = per_step * (run.epochs * per_epoch - run.step)
    last = run.history[-1] if run.history else None
    loss = run.loss_sum / within if within else last["loss"] if last else float("nan")
    valid = f", validation {last['top1']:.1%} / {last['top5']:.1%}" if last else ""
    return (
        f"{run.recipe.spec.name}: epoch {epoch}/{run.epochs}, step {within}/{per_epoch}, loss {loss:.3f}{valid}, "
        f"{run.recipe.batch / per_step:.0f} images/s, {left / 60:.1f} min left"
    )
