"""Batch norms with the statistics of what the network will see: the mean and variance over whole, unmixed photographs.

In training they keep running averages over windows and CutMix, which nobody looks at later. The statistics over the
population are taken afterwards with the weights as they are (Wu & Johnson 2021, "Rethinking 'Batch' in BatchNorm").
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array
from atlas.train.augment import normalize

if TYPE_CHECKING:
    from torch import nn

BATCH = 500  # large: while the statistics are taken, a batch is normalized by its own


def take_statistics(module: nn.Module, images: Array) -> int:
    """Give each batch norm of `module` the mean, over batches, of the means and variances of `images` [N, H, W, 3] uint8.

    The images come in an order of their own (seed 0), so a batch holds all classes; a last one that is not full is left
    out. Returns how many were seen: 0 by a network without batch norms, which stays as it is. The module is left in
    evaluation mode.
    """
    import torch

    norms = [part for part in module.modules() if isinstance(part, torch.nn.BatchNorm2d)]
    if not norms:
        return 0
    batch = min(BATCH, len(images))
    order = np.random.default_rng(0).permutation(len(images))[: len(images) // batch * batch]
    module.eval()
    momenta = [part.momentum for part in norms]
    for part in norms:
        part.reset_running_stats()
        part.momentum = None  # the plain mean of all batches
        part.train()
    with torch.inference_mode():
        for first in range(0, len(order), batch):
            module(normalize(torch.from_numpy(images[order[first : first + batch]])))
    module.eval()
    for part, momentum in zip(norms, momenta, strict=True):
        part.momentum = momentum
    return len(order)
