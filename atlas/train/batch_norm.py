"""Batch-norm recalibration (PreciseBN; Wu and Johnson 2021, "Rethinking 'Batch' in BatchNorm").

Training keeps running averages over windows and CutMix, which do not occur at test time. Recalibration replaces them by
the mean and variance over whole, unmixed photographs, computed with the final weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array
from atlas.train.augment import normalize

if TYPE_CHECKING:
    from torch import nn

BATCH = 500  # large, since each batch is normalized by its own statistics meanwhile


def recalibrate(module: nn.Module, images: Array) -> int:
    """Set each batch norm of `module` to the mean statistics of batches of `images` [N, H, W, 3] uint8.

    The images are shuffled (seed 0), so that a batch holds all classes; a last batch that is not full is left out.
    Returns the number of images used, 0 for a network without batch norms, which is not changed. The module is left in
    evaluation mode.
    """
    import torch

    norms = [part for part in module.modules() if isinstance(part, torch.nn.BatchNorm2d)]
    if not norms:
        return 0
    batch = min(BATCH, len(images))
    order = np.random.default_rng(0).permutation(len(images))[: len(images) // batch * batch]
    module.eval()
    with _cumulative(norms), torch.inference_mode():
        for first in range(0, len(order), batch):
            module(normalize(torch.from_numpy(images[order[first : first + batch]])))
    module.eval()
    return len(order)


@contextmanager
def _cumulative(norms: Sequence[nn.BatchNorm2d]) -> Iterator[None]:
    """Let batch norms average the statistics of all batches from now on, with equal weights."""
    momenta = [part.momentum for part in norms]
    for part in norms:
        part.reset_running_stats()
        part.momentum = None
        part.train()
    yield
    for part, momentum in zip(norms, momenta, strict=True):
        part.momentum = momentum
