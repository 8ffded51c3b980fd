"""The one loop: raise an objective of a batch of pictures by gradient ascent."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from atlas.core.specs import Array
from atlas.methods.visualize import Settings
from atlas.methods.visualize.engine import Engine
from atlas.methods.visualize.image import FourierImage
from atlas.methods.visualize.objective import Objective

REDIRECTED_STEPS = 16  # lucid: a dead start is helped on for so many steps


@dataclass(frozen=True)
class Ascent:
    """Spectra of the pictures in `image`'s space, and the objective of each at each step, `[image, step]`."""

    image: FourierImage
    spectra: Tensor
    curves: Array


def ascend(engine: Engine, objective: Objective, *, seeds: list[int], settings: Settings) -> Ascent:
    """Optimize one picture per seed. Nothing crosses between pictures but what `objective` makes cross.

    The numbers of a picture come from its own generator: first its start, then its transforms.
    """
    canvas, fast = engine.canvas, engine.fast
    steps, robust = canvas.steps(settings), canvas.robustness(settings)
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    image = FourierImage(canvas.side, settings.decay)
    spectra = image.start(generators, settings.deviation).to(engine.device).requires_grad_()
    matrices = torch.stack([robust.draw(generator, steps) for generator in generators], dim=1).to(engine.device)
    adam = torch.optim.Adam([spectra], lr=canvas.rate(settings), betas=(0.5, 0.99), fused=True)

    def climb(step: int) -> tuple[Tensor, Tensor]:
        """The objective `[image]` and the gradient of its negative, redirected for young pictures that have none."""
        young = step < REDIRECTED_STEPS
        with fast.watched(young):
            values = objective(fast(robust.apply(image.render(spectra), matrices[step])))
        loss = -values.sum()
        (gradient,) = torch.autograd.grad(loss, spectra, retain_graph=young)
        if young and not (alive := gradient.flatten(1).any(dim=1)).all():
            with fast.redirected():
                (rescue,) = torch.autograd.grad(loss, spectra)
            gradient = torch.where(alive.view(-1, 1, 1, 1, 1), gradient, rescue)
        return values.detach(), gradient

    curves = []
    for step in range(steps):
        values, spectra.grad = climb(step)
        adam.step()
        curves.append(values)
    return Ascent(image, spectra.detach(), torch.stack(curves, dim=1).cpu().numpy())
