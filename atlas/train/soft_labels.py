"""The teacher's soft labels of every window of the training images: the best classes and their shares, a byte each.

Those of tiny-imagenet-60 ship with the package: a training then needs no teacher, and has the same targets on every
machine.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from atlas.core.specs import Array

BEST = 5  # classes of each window whose shares are stored; the remainder is spread over the other classes
STEPS = 255  # quantization steps of a share
SHIPPED = Path(__file__).with_name("soft_labels.npz")


@dataclass(frozen=True)
class SoftLabels:
    """The classes `best` [V, N, BEST] uint8 and their `shares` [V, N, BEST] uint8 in 255ths, of `classes` in all.

    V windows of each of N images. `top1` is the teacher's accuracy on the validation images after `epochs` of
    fine-tuning, in [0, 1]; `asked` is the digest of images, windows and teacher (`atlas.train.teacher.question`).
    """

    best: Array
    shares: Array
    classes: int
    top1: float
    epochs: int
    asked: str

    @classmethod
    def of(cls, shares: Array, *, top1: float, epochs: int, asked: str) -> SoftLabels:
        """Quantize the shares [V, N, classes] of all classes, at most 256, whose rows sum to 1."""
        best = np.argsort(-shares, axis=-1, kind="stable")[..., :BEST]
        quantized = np.rint(np.take_along_axis(shares, best, -1) * STEPS)
        return cls(best.astype(np.uint8), quantized.astype(np.uint8), shares.shape[-1], top1, epochs, asked)

    def targets(self) -> Array:
        """[V, N, classes] float32 shares of all classes; rows sum to 1."""
        shares = self.shares.astype(np.float32) / STEPS
        rest = (1 - shares.sum(-1, keepdims=True)).clip(0) / max(1, self.classes - BEST)
        targets = np.repeat(rest, self.classes, axis=-1)
        np.put_along_axis(targets, self.best.astype(np.int64), shares, -1)
        normalized: Array = targets / targets.sum(-1, keepdims=True)
        return normalized

    def save(self, path: Path) -> None:
        """Write `path`, moved into place atomically."""
        partial = path.with_name(f"{path.stem}.{os.getpid()}.part.npz")
        np.savez_compressed(partial, **vars(self))
        partial.replace(path)

    @classmethod
    def read(cls, path: Path) -> SoftLabels:
        """Read what `save` wrote."""
        with np.load(path) as file:  # no pickle
            rest = {name: file[name].item() for name in ("classes", "top1", "epochs", "asked")}
            return cls(file["best"], file["shares"], **rest)


def shipped(asked: str) -> SoftLabels | None:
    """The soft labels of the package, None where they are not those of the digest `asked`."""
    labels = SoftLabels.read(SHIPPED) if SHIPPED.is_file() else None
    return labels if labels and labels.asked == asked else None
