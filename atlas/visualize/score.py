"""How strongly a finished picture excites its unit: fixed transforms that it was not optimized under."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from atlas.types import Array
from atlas.visualize.engine import Prepared
from atlas.visualize.robust import Robustness, Views

HELD_OUT_SEED = 20_220_801  # apart from all unit seeds, which are hashes


def score(prepared: Prepared, rgb: Tensor, read: Callable[[Tensor], Tensor], *, transforms: int) -> Array:
    """The means over the held-out transforms of `read(response)` `[image, k]` for pictures `[image, 3, S, S]`.

    A picture is judged at the size that it was optimized at, without rescaling: where the receptive field is smaller
    than the picture, size makes no difference to a unit's largest response. `prepared` should be float32.
    """
    views = Robustness().draw(torch.Generator().manual_seed(HELD_OUT_SEED), transforms).to(rgb.device)
    with torch.no_grad():
        seen = [read(prepared(_seen(rgb, views[step]))) for step in range(transforms)]
    means: Array = torch.stack(seen).mean(dim=0).cpu().numpy()
    return means


def _seen(rgb: Tensor, view: Views) -> Tensor:
    """All pictures under the one `view`, shifted by whole pixels."""
    down, right = (view.shifts * rgb.shape[-1]).round().int().tolist()
    return Views(view.shifts, view.matrices.expand(len(rgb), 2, 3)).turn(rgb.roll((down, right), dims=(2, 3)))
