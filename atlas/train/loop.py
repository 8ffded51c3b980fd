"""The one training loop: seeded step by step, so a resumed run ends in the same weights as an undisturbed one."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from atlas.core.errors import ConfigError
from atlas.core.specs import Array
from atlas.methods.evaluation.single_deletion import GRID
from atlas.networks.miniature import CLASSES
from atlas.runtime.precision import native_autocast, native_precision
from atlas.train import checkpoint
from atlas.train.augment import VIEWS, cut_mix, delete_patches, draw_windows, normalize, show
from atlas.train.data import Photographs, Split
from atlas.train.recipes import Recipe

if TYPE_CHECKING:
    from torch import Tensor, nn
    from torch.optim import Optimizer

CHECKPOINT_SECONDS = 60.0
REPORT_SECONDS = 10.0


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

    SAVED: ClassVar[tuple[str, ...]] = ("step", "loss_sum", "seconds", "core_seconds", "history")

    def identity(self) -> dict[str, Any]:
        """The settings that must agree for a checkpoint to be continued."""
        return {
            **self.recipe.settings(),
            "network": self.recipe.spec.name,
            "epochs": self.epochs,
            "seed": self.seed,
            "precision": native_precision(self.device),
            "device": self.device,
        }


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


@dataclass(frozen=True)
class TrainingSet:
    """On the device of the run: images [N, 64, 64, 3] uint8, windows [V, N, 4] in [0, 1), targets [V, N, classes]."""

    images: Tensor
    windows: Tensor
    targets: Tensor

    @classmethod
    def of(cls, run: Run, split: Split, soft_labels: Array | None) -> TrainingSet:
        """The split with its windows and the target of each, `soft_labels` [V, N, classes] mixed in."""
        import torch

        images = torch.from_numpy(np.array(split.images))
        targets = target_shares(split.labels, run.recipe, soft_labels)
        return cls(images.to(run.device), draw_windows(len(split)).to(run.device), targets.to(run.device))


def run_to_end(
    run: Run,
    data: Photographs,
    *,
    soft_labels: Array | None = None,
    report: Callable[[str], None] = print,
    stop_after: int | None = None,
) -> None:
    """Train from `run.step` on, with a checkpoint every minute and at the end; ends early at the step `stop_after`.

    `soft_labels` [V, N, classes] are the teacher's, for the windows of the training images, where the recipe has one.
    ConfigError where there are too few images for a batch, or soft labels where the recipe uses none (or none where it
    does).
    """
    per_epoch = len(data.train) // run.recipe.batch
    if not per_epoch:
        raise ConfigError(f"{len(data.train)} training images do not fill one batch of {run.recipe.batch}.")
    training = TrainingSet.of(run, data.train, soft_labels)
    pace = _Pace(run, per_epoch)
    while run.step < run.epochs * per_epoch and run.step != stop_after:
        batch = pace.batch(len(data.train))
        pace.losses.append(_train_step(run, training, batch, total=run.epochs * per_epoch))
        run.step += 1
        if run.step % per_epoch == 0:
            pace.settle()
            _end_epoch(run, data.valid, per_epoch)
        _keep_up(run, pace, report)
    pace.settle()
    checkpoint.save(run)
    report(pace.line())


def _keep_up(run: Run, pace: _Pace, report: Callable[[str], None]) -> None:
    """Report and write a checkpoint where they are due."""
    if pace.due("report", REPORT_SECONDS):
        pace.settle()
        report(pace.line())
    if pace.due("checkpoint", CHECKPOINT_SECONDS):
        pace.settle()
        checkpoint.save(run)


class _Pace:
    """Times and losses since the last report; losses are read together, since reading one makes a GPU wait."""

    def __init__(self, run: Run, per_epoch: int) -> None:
        self.run, self.per_epoch, self.first = run, per_epoch, run.step
        self.plan: Tensor | None = None
        self.losses: list[Tensor] = []
        self.begun = time.monotonic()
        self.read, self.read_core = self.begun, time.process_time()
        self.last = dict.fromkeys(("report", "checkpoint"), self.begun)

    def batch(self, images: int) -> Tensor:
        """The columns of the epoch's plan for this step, [3, batch]; a plan is made at the start of an epoch."""
        epoch, within = divmod(self.run.step, self.per_epoch)
        if self.plan is None or within == 0:
            self.plan = _plan(self.run, epoch, images)
        return self.plan[:, within * self.run.recipe.batch : (within + 1) * self.run.recipe.batch]

    def due(self, what: str, seconds: float) -> bool:
        """Whether `what` was last done more than `seconds` ago; if so, it counts as done now."""
        late = time.monotonic() - self.last[what] > seconds
        if late:
            self.last[what] = time.monotonic()
        return late

    def settle(self) -> None:
        """Add losses and times up, one after the other: the same sums wherever a run was stopped."""
        import torch

        for loss in torch.stack(self.losses).tolist() if self.losses else ():
            self.run.loss_sum += loss
        self.losses.clear()
        now, core = time.monotonic(), time.process_time()
        self.run.seconds += now - self.read
        self.run.core_seconds += core - self.read_core
        self.read, self.read_core = now, core

    def line(self) -> str:
        """The progress line: step, loss, accuracy, speed and the time left."""
        run = self.run
        epoch, within = divmod(run.step, self.per_epoch)
        per_step = (self.read - self.begun) / max(1, run.step - self.first)
        left = per_step * (run.epochs * self.per_epoch - run.step)
        last = run.history[-1] if run.history else None
        loss = run.loss_sum / within if within else last["loss"] if last else float("nan")
        valid = f", validation {last['top1']:.1%} / {last['top5']:.1%}" if last else ""
        return (
            f"{run.recipe.spec.name}: epoch {epoch}/{run.epochs}, step {within}/{self.per_epoch}, "
            f"loss {loss:.3f}{valid}, {run.recipe.batch / max(per_step, 1e-9):.0f} images/s, {left / 60:.1f} min left"
        )


def _plan(run: Run, epoch: int, images: int) -> Tensor:
    """[3, images] on the run's device: the image of each place in the epoch, its window, and whether it is mirrored."""
    import torch

    draw = np.random.default_rng([run.seed, epoch])
    plan = np.stack([draw.permutation(images), draw.integers(VIEWS, size=images), draw.integers(2, size=images)])
    return torch.from_numpy(plan).to(run.device)


def _train_step(run: Run, training: TrainingSet, batch: Tensor, *, total: int) -> Tensor:
    import torch

    recipe = run.recipe
    draw = np.random.default_rng([run.seed, 1, run.step])
    torch.manual_seed(int(draw.integers(2**63)))  # dropout draws from the global generator
    image, window, flipped = batch
    views = show(training.images[image], training.windows[window, image], flipped.bool())
    wanted = training.targets[window, image]
    if draw.random() < recipe.mix:
        views, share = cut_mix(views, *draw.random(3))
        wanted = share * wanted + (1 - share) * wanted.roll(1, 0)
    if recipe.deletion:
        places = torch.from_numpy(draw.random((2, len(views)))).to(run.device)
        views = delete_patches(views, places, share=recipe.deletion, grid=GRID)
    for group in run.optimizer.param_groups:
        group["lr"] = rate_at(recipe, run.step, total)
    run.module.train()
    with native_autocast(run.device):
        output = run.module(views)
    loss = _loss(output, wanted, recipe)
    run.optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    run.optimizer.step()
    return loss.detach()


def target_shares(labels: Array, recipe: Recipe, soft_labels: Array | None = None) -> Tensor:
    """Targets [V, N, classes] float32, rows summing to 1: smoothed `labels` [N], mixed with soft labels of that shape.

    ConfigError unless `soft_labels` are given exactly where the recipe uses them.
    """
    import torch
    from torch.nn import functional as F

    if bool(recipe.teacher_share) != (soft_labels is not None):
        misfit = "needs a teacher's soft labels" if soft_labels is None else "uses no soft labels"
        raise ConfigError(f"{recipe.spec.name} {misfit}: give them exactly where `teacher_share` is above zero.")
    hot = F.one_hot(torch.from_numpy(np.array(labels)), CLASSES).float()
    smoothed = ((1 - recipe.smoothing) * hot + recipe.smoothing / CLASSES).expand(VIEWS, -1, -1)
    if soft_labels is None:
        return smoothed
    return torch.lerp(smoothed, torch.from_numpy(np.array(soft_labels)).float(), recipe.teacher_share)


def _loss(output: Tensor | tuple[Tensor, Tensor], wanted: Tensor, recipe: Recipe) -> Tensor:
    from torch.nn import functional as F

    if isinstance(output, tuple):
        main, auxiliary = (F.cross_entropy(o.float(), wanted) for o in output)
        return main + recipe.auxiliary * auxiliary
    return F.cross_entropy(output.float(), wanted)


def _end_epoch(run: Run, valid: Split, per_epoch: int) -> None:
    with native_autocast(run.device):
        scores = logits_of(run.module, valid)
    row = {"epoch": run.step // per_epoch, "loss": run.loss_sum / per_epoch, **accuracy(scores, valid.labels)}
    run.history.append(row)
    run.loss_sum = 0.0


def logits_of(module: nn.Module, split: Split, *, batch: int = 250) -> Array:
    """[N, classes] float32 logits of a single view in evaluation mode, computed on the device of `module`."""
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
    """Top-1 and top-5 accuracy of `scores` [N, classes] for `labels` [N], in [0, 1]."""
    ranked = np.argsort(-scores, axis=1, kind="stable")[:, :5] == labels[:, None]
    return {"top1": float(ranked[:, 0].mean()), "top5": float(ranked.any(1).mean())}
