"""The one loop: raise an objective of a batch of pictures by gradient ascent."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from atlas.types import Array
from atlas.visualize import Settings
from atlas.visualize.engine import Engine
from atlas.visualize.image import FourierImage
from atlas.visualize.objective import Objective
from atlas.visualize.robust import Robustness, Views

REDIRECTED_STEPS = 16  # lucid: a dead start is helped on for so many steps


@dataclass(frozen=True)
class Ascent:
    """Spectra of the pictures in `image`'s space, and the objective of each at each step, `[image, step]`."""

    image: FourierImage
    spectra: Tensor
    curves: Array

    def pictures(self, side: int | None = None) -> Tensor:
        """The pictures at the size that they were optimized at, or any other: `[image, 3, side, side]` in (0, 1)."""
        return self.image.render(self.spectra, side=side)


def ascend(engine: Engine, objective: Objective, *, seeds: list[int], settings: Settings) -> Ascent:
    """Optimize one picture per seed. Nothing crosses between pictures but what `objective` makes cross.

    The numbers of an image come from its own generator: first its start, then its views.
    """
    device = engine.fast.device
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    image = FourierImage(engine.canvas, settings.decay)
    spectra = image.start(generators, settings.deviation).to(device).requires_grad_()
    robust = Robustness(0.5 if engine.texture else settings.jitter, settings.scale, settings.rotate)
    views = robust.draw_all(generators, settings.steps).to(device)
    adam = torch.optim.Adam([spectra], lr=settings.rate, betas=(0.5, 0.99), fused=True)

    def climb(view: Views) -> tuple[Tensor, Tensor]:
        """The objective `[image]` and the gradient of its negative."""
        values = objective(engine.fast(view.turn(image.render(spectra, shifts=view.shifts))))
        (gradient,) = torch.autograd.grad(-values.sum(), spectra)
        return values.detach(), gradient

    curves = []
    for step in range(settings.steps):
        values, spectra.grad = climb(views[step])
        if step < REDIRECTED_STEPS and not (alive := spectra.grad.flatten(1).any(dim=1)).all():
            with engine.fast.redirected():
                _, rescue = climb(views[step])
            spectra.grad = torch.where(alive.view(-1, 1, 1, 1, 1), spectra.grad, rescue)
        adam.step()
        curves.append(values)
    return Ascent(image, spectra.detach(), torch.stack(curves, dim=1).cpu().numpy())
