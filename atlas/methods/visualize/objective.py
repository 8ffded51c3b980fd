"""Objectives of pictures: values per image that can be added and scaled, and that describe themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from atlas.core.specs import Array


@dataclass(frozen=True)
class Objective:
    """A number per image, to be maximized, from the layer's response `[image, unit, height, width]`."""

    value: Callable[[Tensor], Tensor]  # [image, unit, height, width] -> [image] float32
    text: str

    def __call__(self, response: Tensor) -> Tensor:
        return self.value(response)

    def __str__(self) -> str:
        return self.text

    def __add__(self, other: Objective) -> Objective:
        return Objective(lambda response: self(response) + other(response), f"{self} + {other}")

    def __mul__(self, factor: float) -> Objective:
        return Objective(lambda response: self(response) * factor, f"{factor:g} x ({self})")

    __rmul__ = __mul__

    def __neg__(self) -> Objective:
        return self * -1.0


def channel(units: Sequence[int]) -> Objective:
    """The spatial mean of one unit per image: image i excites `units[i]`. (Olah et al. 2017, channel objective.)"""
    own = maps(units)
    return Objective(lambda response: own(response).mean(dim=(1, 2)), "mean of the unit")


def texture(units: Sequence[int], sign: int = 1) -> Objective:
    """The mean over the half of the map where the unit responds more strongly: image i excites `units[i]`.

    The mean over the whole map of an edge filter is near zero: what excites it inhibits it half a wave further on.
    With `sign` -1: minus the mean over the weaker half.
    """
    own = maps(units)

    def stronger(response: Tensor) -> Tensor:
        flat = sign * own(response).flatten(1)
        return flat.topk(max(flat.shape[1] // 2, 1), dim=1).values.mean(dim=1)

    return Objective(
        stronger,
        f"{'' if sign > 0 else '-1 x '}mean over the {'stronger' if sign > 0 else 'weaker'} half of the unit's map",
    )


def neuron(units: Sequence[int]) -> Objective:
    """One unit per image at the centre of its map. (Olah et al. 2017, neuron objective.)"""
    own = maps(units)

    def centre(response: Tensor) -> Tensor:
        height, width = response.shape[2:]
        return own(response)[:, height // 2, width // 2]

    return Objective(centre, "unit at the centre")


def diversity(group: int) -> Objective:
    """The diversity of each group of `group` successive pictures: minus the mean cosine of their Gram matrices.

    Source: Olah et al. 2017 (lucid `objectives.diversity`).
    """

    def unlike(response: Tensor) -> Tensor:
        flat = response.float().flatten(2)
        gram = torch.nn.functional.normalize((flat @ flat.mT).flatten(1), dim=1)
        groups = gram.view(-1, group, gram.shape[1])
        return -(groups @ groups.mT - torch.eye(group, device=gram.device)).sum(dim=2).flatten() / max(group - 1, 1)

    return Objective(unlike, f"diversity of {group}")


def direction(directions: Array, power: float) -> Objective:
    """Image i excites row i of `directions` [image, unit]: dot x max(0.1, cosine)^power of the mean response.

    Source: Carter et al. 2019 (lucid, activation atlas).
    """
    towards = torch.from_numpy(directions).float()

    def aligned(response: Tensor) -> Tensor:
        mean = response.float().mean(dim=(2, 3))
        target = towards.to(mean.device)
        dot = (mean * target).sum(dim=1)
        cosine = dot / (mean.norm(dim=1) * target.norm(dim=1)).clamp_min(1e-6)
        value: Tensor = dot * cosine.clamp_min(0.1) ** power
        return value

    return Objective(aligned, f"dot x cosine^{power:g} with the direction")


def maps(units: Sequence[int]) -> Callable[[Tensor], Tensor]:
    """A function from the response to the map of each image's unit, `[image, height, width]` float32."""
    index = torch.tensor(list(units))

    def own(response: Tensor) -> Tensor:
        wanted = index.to(response.device).view(-1, 1, 1, 1).expand(-1, 1, *response.shape[2:])
        return response.gather(1, wanted)[:, 0].float()

    return own
