"""Expected gradients (Erion et al. 2021): integrated gradients from many random baselines, one step of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.core.seeds import name_seed
from atlas.methods.attribution.method import METHODS, Attribution, Method
from atlas.methods.attribution.noise import noise
from atlas.methods.attribution.score import Score, gradients

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target

SAMPLES = 16
CONTRAST = 0.5  # standard deviation of a baseline's colours, about that of photographs in normalized units


def pink(inputs: Tensor, seed: int, *, samples: int) -> Tensor:
    """[N, C, S, S] random images whose spectrum falls as 1 / frequency, as that of photographs does."""
    import torch

    waves = torch.fft.rfft2(noise(inputs, seed, samples=samples))
    rows, columns = (torch.fft.fftfreq(side, dtype=inputs.dtype) for side in inputs.shape[-2:])
    frequency = torch.sqrt(rows[:, None] ** 2 + columns[: waves.shape[-1]] ** 2)
    frequency[0, 0] = 1 / inputs.shape[-1]
    images = torch.fft.irfft2(waves / frequency, s=inputs.shape[-2:])
    scaled: Tensor = CONTRAST * images / images.std((1, 2, 3), keepdim=True)
    return scaled


def expected_gradients(score: Score, inputs: Tensor, baselines: Tensor, seed: int) -> Tensor:
    """[…] attributions of the entries of `inputs` […] against `baselines` [N, …], in units of the score.

    Sample n is the gradient at a point on the line from baseline n to the inputs, times their difference. The points
    are drawn from N equal parts of the line, so that the parts are all covered.
    """
    import torch

    count = len(baselines)
    generator = torch.Generator().manual_seed(name_seed("way", seed))
    place = torch.rand(count, generator=generator, dtype=inputs.dtype)
    way = ((torch.arange(count) + place) / count).reshape(-1, *[1] * inputs.ndim)
    difference = inputs - baselines
    return (gradients(score, baselines + way * difference) * difference).mean(0)


def attribute(explained: Explained, images: Tensor, target: Target, seeds: Sequence[int]) -> Attribution:
    """Maps against random images; they should sum to the score minus the mean score of these images."""
    import torch

    maps, expected = [], []
    for row, (image, seed) in enumerate(zip(images, seeds, strict=True)):
        score, baselines = explained.score(target, row), pink(image, seed, samples=SAMPLES)
        maps.append(expected_gradients(score, image, baselines, seed).sum(0))
        with torch.no_grad():
            scores = explained.score(target, row, exact=True)(torch.cat([image[None], baselines])).double()
        expected.append(scores[0] - scores[1:].mean())
    return Attribution(torch.stack(maps), expected=torch.stack(expected))


METHODS.add(
    "expected-gradients",
    Method(
        name="expected-gradients",
        title="Expected gradients",
        family="gradient",
        year=2021,
        paper="erion2021improving",
        formula="Σ_c E[(x_c − b_c) · ∂s/∂x_c (b + α(x − b))]",
        summary="Integrated gradients compare an image with one baseline, and a pixel of the baseline's colour gets "
        "nothing. Here every sample has a baseline of its own and one point on the line from it to the image. The "
        "paper draws baselines from the training images; here they are random images with the spectrum of photographs "
        "(amplitude falls as 1 over frequency), so that a map does not depend on a data set. The sum approaches the "
        "score minus the baselines' mean score as samples are added.",
        attribute=attribute,
        promise="completeness",
        forward=2 * SAMPLES + 1,
        backward=SAMPLES,
        seeded=True,
        parameters={"samples": SAMPLES, "baseline": "1/f noise", "contrast": CONTRAST},
    ),
)
