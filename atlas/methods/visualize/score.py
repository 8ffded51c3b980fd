"""How strongly a finished picture excites its unit: fixed transforms that it was not optimized under."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from atlas.core.specs import Array
from atlas.methods.visualize.engine import Prepared
from atlas.methods.visualize.robust import Robustness

HELD_OUT_SEED = 20_220_801  # apart from all unit seeds, which are hashes


def score(prepared: Prepared, rgb: Tensor, read: Callable[[Tensor], Tensor], *, transforms: int) -> Array:
    """The means over the held-out transforms of `read(response)` `[image, k]` for pictures `[image, 3, S, S]`.

    A picture is judged at the size that it was optimized at; `prepared` should be float32.
    """
    robust = Robustness()
    matrices = robust.draw(torch.Generator().manual_seed(HELD_OUT_SEED), transforms).to(rgb.device)
    with torch.no_grad():
        seen = [read(prepared(robust.apply(rgb, matrix.expand(len(rgb), 2, 3)))) for matrix in matrices]
    means: Array = torch.stack(seen).mean(dim=0).cpu().numpy()
    return means
