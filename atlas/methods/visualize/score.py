"""The score of a picture: its response under fixed transformations that were not used in the optimization."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from atlas.core.specs import Array
from atlas.methods.visualize.engine import Prepared
from atlas.methods.visualize.robust import Robustness

HELD_OUT_SEED = 20_220_801  # different from all seeds of units, which are hashes


def score(prepared: Prepared, rgb: Tensor, read: Callable[[Tensor], Tensor], *, transforms: int) -> Array:
    """The means over the held-out transforms of `read(response)` `[image, k]` for pictures `[image, 3, S, S]`.

    A picture is evaluated at the size of its canvas; `prepared` should be float32.
    """
    robust = Robustness()
    matrices = robust.draw(torch.Generator().manual_seed(HELD_OUT_SEED), transforms).to(rgb.device)
    with torch.no_grad():
        values = [read(prepared(robust.apply(rgb, matrix.expand(len(rgb), 2, 3)))) for matrix in matrices]
    means: Array = torch.stack(values).mean(dim=0).cpu().numpy()
    return means
