"""How strongly a finished picture excites its unit: fixed transforms that it was not optimized under."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from atlas.types import Array
from atlas.visualize.engine import Prepared
from atlas.visualize.image import from_bytes
from atlas.visualize.robust import Robustness, apply

HELD_OUT_SEED = 20_220_801  # apart from all unit seeds, which are hashes


def score(prepared: Prepared, pictures: Array, read: Callable[[Tensor], Tensor], *, transforms: int) -> Array:
    """The means over the held-out transforms of `read(response)` `[image, k]` for `pictures` [image, S, S, 3] uint8.

    The 8 bit picture is judged as the site shows it, at the size that it was optimized at; `prepared` should be float32.
    """
    rgb = from_bytes(pictures).to(prepared.mean.device)
    matrices = Robustness().draw(torch.Generator().manual_seed(HELD_OUT_SEED), transforms).to(rgb.device)
    with torch.no_grad():
        seen = [read(prepared(apply(rgb, matrix.expand(len(rgb), 2, 3)))) for matrix in matrices]
    means: Array = torch.stack(seen).mean(dim=0).cpu().numpy()
    return means
