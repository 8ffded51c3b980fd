"""The one optimization loop: gradient ascent on an objective for a batch of pictures."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from atlas.core.specs import Array
from atlas.methods.visualize import Settings
from atlas.methods.visualize.engine import Engine, Prepared
from atlas.methods.visualize.image import FourierImage
from atlas.methods.visualize.objective import Objective

REDIRECTED_STEPS = 16  # first steps in which gradients of dead ReLUs are redirected (lucid)


@dataclass(frozen=True)
class Ascent:
    """Spectra of the pictures in `image`'s space, and the objective of each at each step, `[image, step]`."""

    image: FourierImage
    spectra: Tensor
    curves: Array


def ascend(engine: Engine, objective: Objective, *, seeds: list[int], settings: Settings) -> Ascent:
    """Optimize one picture for each seed. Pictures are independent unless `objective` couples them.

    The random numbers of a picture come from its own generator: first its start, then its transforms.
    """
    canvas, fast = engine.canvas, engine.fast
    steps, robust = canvas.steps(settings), canvas.robustness(settings)
    generators = [torch.Generator().manual_seed(seed) for seed in seeds]
    image = FourierImage(canvas.side, settings.decay)
    spectra = image.start(generators, settings.deviation).to(engine.device).requires_grad_()
    matrices = torch.stack([robust.draw(generator, steps) for generator in generators], dim=1).to(engine.device)
    adam = torch.optim.Adam([spectra], lr=canvas.rate(settings), betas=(0.5, 0.99), fused=True)

    curves = []
    for step in range(steps):
        pictures = robust.apply(image.render(spectra), matrices[step])
        values, spectra.grad = _climb(fast, objective, pictures, spectra, early=step < REDIRECTED_STEPS)
        adam.step()
        curves.append(values)
    return Ascent(image, spectra.detach(), torch.stack(curves, dim=1).cpu().numpy())


def _climb(
    fast: Prepared, objective: Objective, pictures: Tensor, spectra: Tensor, *, early: bool
) -> tuple[Tensor, Tensor]:
    """The objective `[image]` of `pictures` and the gradient of its negative with respect to `spectra`.

    In `early` steps the gradient of an image that has none is redirected through dead ReLUs.
    """
    with fast.watched(early):
        values = objective(fast(pictures))
    loss = -values.sum()
    (gradient,) = torch.autograd.grad(loss, spectra, retain_graph=early)
    if early and not (alive := gradient.flatten(1).any(dim=1)).all():
        with fast.redirected():
            (redirected,) = torch.autograd.grad(loss, spectra)
        gradient = torch.where(alive.view(-1, 1, 1, 1, 1), gradient, redirected)
    return values.detach(), gradient
