"""What a heat map explains: a linear function of a layer's response, one for each image.

A class logit alone answers "what is here", its difference to the runner-up "why this and not that".
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Target:
    """Weights [B, …] of the response […] that belongs to each of B images: score b is the sum of weights x response."""

    weights: Tensor

    def __len__(self) -> int:
        return len(self.weights)

    def scores(self, response: Tensor, rows: Tensor | None = None) -> Tensor:
        """[M] scores of the response [M, …]; entry m is a version of image `rows[m]` (by default m)."""
        weights = self.weights if rows is None else self.weights[rows]
        return (response * weights.to(response.dtype)).flatten(1).sum(1)


def logit(classes: Tensor, count: int) -> Target:
    """The logit of a class for each image: classes [B] of `count`."""
    return Target(torch.nn.functional.one_hot(classes, count).float())


def contrast(classes: Tensor, others: Tensor, count: int) -> Target:
    """The logit of a class minus that of another: `classes`, `others` [B] of `count`."""
    return Target(logit(classes, count).weights - logit(others, count).weights)


def against_runner_up(logits: Tensor, classes: Tensor) -> Target:
    """The logit of a class minus the highest other one; `logits` [B, C], `classes` [B]."""
    rest = logits.scatter(1, classes[:, None], float("-inf"))
    return contrast(classes, rest.argmax(1), logits.shape[1])


def against_distribution(logits: Tensor, classes: Tensor) -> Target:
    """The logit of a class minus the mean of the others, weighted by their probabilities; `logits` [B, C]."""
    rest = logits.scatter(1, classes[:, None], float("-inf")).softmax(1)
    return Target(logit(classes, logits.shape[1]).weights - rest)


def unit(response: Tensor, units: Tensor) -> Target:
    """The response of a unit for each image, where it is largest: `response` [B, C] or [B, C, H, W], `units` [B]."""
    images = torch.arange(len(units))
    weights = torch.zeros_like(response)
    if response.ndim == 2:
        weights[images, units] = 1
    else:
        best = response[images, units].flatten(1).argmax(1)
        weights.flatten(2)[images, units, best] = 1
    return Target(weights)
