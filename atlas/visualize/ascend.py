"""The one loop: raise an objective of a batch of pictures by gradient ascent."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from atlas.types import Array
from atlas.visualize import Settings
from atlas.visualize.engine import Prepared
from atlas.visualize.image import FourierImage
from atlas.visualize.objective import Objective
from atlas.visualize.robust import Robustness, apply

REDIRECTED_STEPS = 16  # lucid: a dead start is helped on for so many steps


@dataclass(frozen=True)
class Ascent:
    """The pictures `[image, 3, size, size]` in (0, 1) and the objective of each at each step, `[image, step]`."""

    rgb: Tensor
    curves: Array


def ascend(
    prepared: Prepared, objective: Objective, *, seeds: list[int], settings: Settings, size: int, device: str
) -> Ascent:
    """Optimize one picture per seed. Nothing crosses between pictures but what `objective` makes cross."""
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    image = FourierImage(size, settings.decay)
    robust = Robustness(settings.jitter, settings.scale, settings.rotate)
    spectra = image.start(generators, settings.deviation).to(device).requires_grad_()
    matrices = torch.stack([robust.draw(generator, settings.steps) for generator in generators], dim=1).to(device)
    adam = torch.optim.Adam([spectra], lr=settings.rate, betas=(0.5, 0.99), fused=True)
    curves = []
    for step in range(settings.steps):
        values = objective(prepared(apply(image.render(spectra), matrices[step])))
        (spectra.grad,) = torch.autograd.grad(-values.sum(), spectra)
        if step < REDIRECTED_STEPS and not (alive := spectra.grad.flatten(1).any(dim=1)).all():
            with prepared.redirected():
                helped = objective(prepared(apply(image.render(spectra), matrices[step])))
                (rescue,) = torch.autograd.grad(-helped.sum(), spectra)
            spectra.grad = torch.where(alive.view(-1, 1, 1, 1, 1), spectra.grad, rescue)
        adam.step()
        curves.append(values.detach())
    with torch.no_grad():
        return Ascent(image.render(spectra), torch.stack(curves, dim=1).cpu().numpy())
