"""What the teacher says of every window of the training images: the best classes and their shares, a byte each.

Its word on tiny-imagenet-60 ships with the package: a training needs no teacher, and learns the same on every machine.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from atlas.core.specs import Array

BEST = 5  # classes of each window that are told apart; what remains is spread over the others
STEPS = 255  # of a share
SHIPPED = Path(__file__).with_name("soft_labels.npz")


@dataclass(frozen=True)
class Taught:
    """The classes `best` [V, N, BEST] uint8 and their `shares` [V, N, BEST] uint8 in 255ths, of `classes` in all.

    `top1` is the teacher's accuracy on the validation images after `epochs` of tuning, in [0, 1]; `asked` is the digest of
    what it was asked.
    """

    best: Array
    shares: Array
    classes: int
    top1: float
    epochs: int
    asked: str

    @classmethod
    def of(cls, shares: Array, *, top1: float, epochs: int, asked: str) -> Taught:
        """From all shares [V, N, classes], at most 256 classes, rows summing to 1."""
        best = np.argsort(-shares, axis=-1, kind="stable")[..., :BEST]
        kept = np.rint(np.take_along_axis(shares, best, -1) * STEPS)
        return cls(best.astype(np.uint8), kept.astype(np.uint8), shares.shape[-1], top1, epochs, asked)

    def targets(self) -> Array:
        """[V, N, classes] float32, rows summing to 1."""
        kept = self.shares.astype(np.float32) / STEPS
        rest = (1 - kept.sum(-1, keepdims=True)).clip(0) / max(1, self.classes - BEST)
        targets = np.repeat(rest, self.classes, axis=-1)
        np.put_along_axis(targets, self.best.astype(np.int64), kept, -1)
        told: Array = targets / targets.sum(-1, keepdims=True)
        return told

    def save(self, path: Path) -> None:
        """Write `path`, moved into place atomically."""
        partial = path.with_name(f"{path.stem}.{os.getpid()}.part.npz")
        np.savez_compressed(partial, **vars(self))
        partial.replace(path)

    @classmethod
    def read(cls, path: Path) -> Taught:
        """What `save` wrote."""
        with np.load(path) as file:  # no pickle
            rest = {name: file[name].item() for name in ("classes", "top1", "epochs", "asked")}
            return cls(file["best"], file["shares"], **rest)


def shipped(asked: str) -> Taught | None:
    """The word that the package brings, if it is that on what is asked."""
    taught = Taught.read(SHIPPED) if SHIPPED.is_file() else None
    return taught if taught and taught.asked == asked else None
