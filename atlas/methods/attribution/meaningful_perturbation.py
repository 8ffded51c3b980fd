"""Meaningful perturbation (Fong and Vedaldi 2017): the smallest blurred region that takes the score down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.class_activation import enlarged
from atlas.methods.attribution.method import METHODS, Attribution, Method

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target

CELLS, STEPS = 14, 40
RATE = 0.1  # of Adam
AREA, VARIATION, POWER = 0.5, 0.1, 3.0  # weights of the blurred area and of the mask's variation, and its exponent
BLUR = 10 / 224  # standard deviation, as a share of the side


def blurred(images: Tensor) -> Tensor:
    """The images without their details: a normal blur of BLUR of the side, with repeated edges."""
    import torch
    from torch.nn.functional import conv2d, pad

    sigma = BLUR * images.shape[-1]
    reach = round(3 * sigma)
    line = torch.exp(-((torch.arange(-reach, reach + 1) / sigma) ** 2) / 2)
    line = (line / line.sum()).to(images.dtype).repeat(images.shape[1], 1)
    across = conv2d(pad(images, (reach,) * 4, mode="replicate"), line[:, None, None, :], groups=images.shape[1])
    return conv2d(across, line[:, None, :, None], groups=images.shape[1])


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps in [0, 1]: how much of the detail of a place is taken away."""
    import torch
    from torch.nn.functional import interpolate

    score, without = explained.score(target), blurred(images)
    with torch.no_grad():
        low, high = score(without), score(images)
    fall = (high - low).abs().clamp(min=1.0)
    hidden = torch.full((len(images), 1, CELLS, CELLS), 0.5, requires_grad=True)
    adam = torch.optim.Adam([hidden], RATE)
    for _ in range(STEPS):
        with torch.enable_grad():
            veil = interpolate(hidden, images.shape[-2:], mode="bilinear")
            left = (score(images + veil * (without - images)) - low) / fall
            loss = (left + AREA * hidden.mean((1, 2, 3)) + VARIATION * variation(hidden)).sum()
            [hidden.grad] = torch.autograd.grad(loss, [hidden])
        adam.step()
        with torch.no_grad():
            hidden.clamp_(0, 1)
    return Attribution(enlarged(hidden.detach()[:, 0], images.shape[-1]))


def variation(mask: Tensor) -> Tensor:
    """[B] mean of the differences of neighbours of [B, 1, h, w] to the power of POWER."""
    down = (mask[:, :, 1:] - mask[:, :, :-1]).abs() ** POWER
    across = (mask[..., 1:] - mask[..., :-1]).abs() ** POWER
    return down.mean((1, 2, 3)) + across.mean((1, 2, 3))


METHODS.add(
    "meaningful-perturbation",
    Method(
        name="meaningful-perturbation",
        title="Meaningful perturbation",
        family="perturbation",
        year=2017,
        paper="fong2017meaningful",
        formula="argmin_m s(x blurred by m) + λ·mean(m) + μ·variation(m)",
        summary="A mask is optimized that blurs as little of the image as possible and takes the score down as far as "
        f"possible: {STEPS} steps of Adam on a mask of {CELLS} × {CELLS} cells, with a penalty for its area and for "
        "its unevenness. The map is the mask. What alone suffices for the score and what is needed for it are not told "
        "apart, and a mask can find structures that deceive the network rather than the object.",
        attribute=attribute,
        forward=STEPS + 2,
        backward=STEPS,
        coarse=True,
        parameters={"cells": CELLS, "steps": STEPS, "area": AREA, "variation": VARIATION, "blur": BLUR},
    ),
)
