"""RISE (Petsiuk, Das and Saenko 2018): which random masks go with a high score."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.core.seeds import name_seed
from atlas.methods.attribution.method import METHODS, Attribution, Method

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target

MASKS, BATCH = 256, 64  # an even number: each mask is used with its complement
CELLS = 7  # of a mask, a side


def masks(seed: int, count: int, size: int) -> Tensor:
    """[count, size, size] in [0, 1]: random cells, half of them on, enlarged and shifted; then their complements.

    Mask n depends on the seed and n alone.
    """
    import torch
    from torch.nn.functional import interpolate

    cell = -(-size // CELLS)
    drawn = []
    for index in range(count // 2):
        generator = torch.Generator().manual_seed(name_seed(f"mask {index}", seed))
        on = (torch.rand(1, 1, CELLS + 1, CELLS + 1, generator=generator) < 0.5).float()
        top, left = torch.randint(cell, (2,), generator=generator).tolist()
        large = interpolate(on, ((CELLS + 1) * cell,) * 2, mode="bilinear")[0, 0]
        drawn.append(large[top : top + size, left : left + size])
    half = torch.stack(drawn)
    return torch.cat([half, 1 - half])


def covariance(scores: Tensor, drawn: Tensor) -> Tensor:
    """[S, S] covariance of scores [N] with each pixel of masks [N, S, S], over the mask's variance."""
    centred = drawn - drawn.mean(0)
    rest = scores - scores.mean()
    return (rest @ centred.flatten(1)).reshape(drawn.shape[1:]) / (centred**2).sum(0)


def attribute(explained: Explained, images: Tensor, target: Target, seeds: Sequence[int]) -> Attribution:
    """Maps in units of the score for a mask's whole cell; what a mask hides becomes the mean colour."""
    import torch

    found = []
    for row, (image, seed) in enumerate(zip(images, seeds, strict=True)):
        drawn, score = masks(seed, MASKS, images.shape[-1]), explained.score(target, row)
        with torch.no_grad():
            scores = torch.cat([score(image * part[:, None]) for part in torch.split(drawn, BATCH)])
        found.append(covariance(scores, drawn))
    return Attribution(torch.stack(found))


METHODS.add(
    "rise",
    Method(
        name="rise",
        title="RISE",
        family="perturbation",
        year=2018,
        paper="petsiuk2018rise",
        formula="cov(s(x · m), mᵢ) / var(mᵢ)",
        summary=f"The image is shown through {MASKS} random masks of {CELLS} × {CELLS} cells. A pixel is relevant "
        "where the score is higher with it than without it. The paper takes the mean of the masks weighted by their "
        "scores; subtracting the mean score and using each mask with its complement estimate the same with less noise.",
        attribute=attribute,
        needs="scores",
        forward=MASKS,
        backward=0,
        seeded=True,
        coarse=True,
        parameters={"masks": MASKS, "cells": CELLS, "replacement": "mean colour"},
    ),
)
