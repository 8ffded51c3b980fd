"""What the maps of one method are worth for one network, image by image: each score of `atlas.methods.evaluation`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.heatmaps.truth import GRID, Scenes, Truth, quick_score, singles
from atlas.core.specs import Array
from atlas.methods.attribution.method import Attribution, Method, NotValid
from atlas.methods.evaluation.replacement import REPLACEMENTS

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target

BATCH = 8
CURVES = 8  # images whose patches are deleted one by one, at most
FEW = 4  # images of a randomized network and of changed images, at most
LEAST = 8  # images of the costliest method
GRIDS = 12  # grids of four images, at most
LARGE = 128  # pixels; a larger network gets as many images less as its area is larger


@dataclass(frozen=True)
class Sizes:
    """How many images each part of an evaluation is over."""

    images: int
    curves: int
    few: int


def sizes(method: Method, size: int, evaluated: int, passes: int) -> Sizes:
    """The sizes for a network with inputs of `size` pixels: `passes` is the budget of a method, 0 without a bound."""
    share = min(1.0, (LARGE / size) ** 2)
    cost = max(1, method.forward + 2 * method.backward)
    most = max(min(LEAST, evaluated), round(evaluated * share))
    if not passes:
        return Sizes(most, min(CURVES, most), min(FEW, most))
    room = passes * share / cost
    images = min(most, max(LEAST, int(room)))
    few = min(FEW, images, max(2, int(room / 8)))
    return Sizes(images, min(images, CURVES, max(6, round(CURVES * share))), few)


@dataclass(frozen=True)
class Evaluation:
    """The scores of one method for one network over N images, K of them with curves, J with randomization.

    Where the method does not exist for the network, `reason` is a sentence and there are no scores.
    """

    reason: str
    error: Array | None = None  # [N] what promised completeness misses, a share
    patches: Array | None = None  # [N] rank correlation of relevance with the true drops of patches
    regions: Array | None = None  # [N] the same over object, halves and cells of ground
    pointing: Array | None = None  # [N] 1: the largest value lies on the object
    mass: Array | None = None  # [N] share of the positive relevance on the object
    area: Array | None = None  # [N] of the object: mass by chance
    grid: Array | None = None  # [G] share of the positive relevance in the right one of four images; by chance 1/4
    curves: Array | None = None  # [K, replacement, most or least relevant first, POINTS]
    randomized: Array | None = None  # [J, STAGES] rank correlation with the maps of the randomized network
    sensitivity: Array | None = None  # [J] largest relative change under small noise
    agreement: Array | None = None  # [J] rank correlation with the maps of other seeds
    gini: Array | None = None  # [N] how concentrated


def evaluate(explained: Explained, scenes: Scenes, truth: Truth, method: Method, size: Sizes) -> Evaluation:
    """All scores of `method` over the first images of `scenes`."""
    scenes, target = scenes.first(size.images), truth.target(size.images, explained.output.units)
    try:
        found = attributions(explained, scenes.images, target, method, scenes.seeds)
    except NotValid as reason:
        return Evaluation(str(reason))
    maps, error = found.maps, found.error()
    few = scenes.first(size.few)
    return Evaluation(
        reason="",
        error=None if error is None else singles(error.numpy()),
        **_truths(maps, scenes, truth),
        **_places(maps, scenes),
        grid=_grids(explained, scenes, truth, method),
        curves=_curves(explained, scenes.first(size.curves), target, maps),
        randomized=_randomized(explained, few, target, method, maps),
        **_stability(explained, few, target, method, maps),
    )


def attributions(
    explained: Explained, images: Tensor, target: Target, method: Method, seeds: Sequence[int]
) -> Attribution:
    """The maps of all `images`, a batch at a time."""
    import torch

    from atlas.methods.attribution.target import Target

    parts = []
    for first in range(0, len(images), BATCH):
        chosen = slice(first, first + BATCH)
        rows = Target(target.weights[: len(images)][chosen])
        parts.append(method.attribute(explained, images[chosen], rows, list(seeds[chosen])))
    expected = [part.expected for part in parts if part.expected is not None]
    return Attribution(
        torch.cat([part.maps.detach().float() for part in parts]),
        torch.cat(expected).detach() if expected else None,
        {name: torch.cat([part.ledger[name].detach() for part in parts]) for name in parts[0].ledger},
    )


def _truths(maps: Tensor, scenes: Scenes, truth: Truth) -> dict[str, Array]:
    """Rank correlations of relevance with the true drops, of patches and of what the mask shows."""
    from atlas.methods.evaluation.intervention import rank_correlation
    from atlas.methods.evaluation.regions import REGIONS, object_regions, patch_masks, relevance

    by_patch = relevance(maps, patch_masks(maps.shape[-1], GRID)).numpy()
    by_region: list[Array] = [
        relevance(one[None], object_regions(mask)).numpy()[0] if mask.any() else np.full(REGIONS, np.nan)
        for one, mask in zip(maps, scenes.masks, strict=True)
    ]
    pairs = {"patches": (list(by_patch), truth.patches), "regions": (by_region, truth.regions)}
    return {
        name: singles([rank_correlation(row[None], true)[0] for row, true in zip(rows, truths, strict=False)])
        for name, (rows, truths) in pairs.items()
    }


def _places(maps: Tensor, scenes: Scenes) -> dict[str, Array]:
    """Pointing, mass and area over images with a mask, and the concentration of all maps."""
    from atlas.methods.evaluation.localization import mass, pointing
    from atlas.methods.evaluation.stability import gini

    masked = scenes.masks.flatten(1).any(1)
    hidden = ~masked
    return {
        "pointing": singles(pointing(maps, scenes.masks).masked_fill(hidden, np.nan).numpy()),
        "mass": singles(mass(maps, scenes.masks).masked_fill(hidden, np.nan).numpy()),
        "area": singles(scenes.masks.double().mean((1, 2)).masked_fill(hidden, np.nan).numpy()),
        "gini": singles(gini(maps).numpy()),
    }


def _grids(explained: Explained, scenes: Scenes, truth: Truth, method: Method) -> Array:
    """[G] shares of positive relevance in the right quarter, of images in fours with four predicted classes."""
    import torch

    from atlas.methods.attribution.target import Target
    from atlas.methods.evaluation.localization import grid_of, mass, quarter

    classes = truth.classes[: len(scenes.images)].tolist()
    fours = [four for four in _fours(classes) if len({classes[place] for place in four}) == 4][:GRIDS]
    if not fours:
        return np.zeros(0, np.float32)
    images = torch.stack([grid_of(scenes.images[four]) for four in fours])
    weights = torch.zeros(len(fours), explained.output.units)
    for row, four in enumerate(fours):
        weights[row, [classes[place] for place in four]] = -1 / 3
        weights[row, classes[four[row % 4]]] = 1
    seeds = [scenes.seeds[four[0]] for four in fours]
    maps = attributions(explained, images, Target(weights), method, seeds).maps
    right = torch.stack([quarter(images.shape[-1], row % 4) for row in range(len(fours))])
    return singles(mass(maps, right).numpy())


def _fours(classes: Sequence[int]) -> list[list[int]]:
    """Images in fours, in order."""
    return [list(range(first, first + 4)) for first in range(0, len(classes) - 3, 4)]


def _curves(explained: Explained, scenes: Scenes, target: Target, maps: Tensor) -> Array:
    """[K, R, 2, POINTS] shares of the score while patches are replaced; NaN for a ground that is not known."""
    import torch

    from atlas.methods.evaluation.deletion import POINTS, curves, orders
    from atlas.methods.evaluation.regions import patch_masks, relevance

    patches = patch_masks(maps.shape[-1], GRID)
    replaced = [make(scenes.images, scenes.grounds, scenes.seeds) for make in REPLACEMENTS.values()]
    found = torch.full((len(scenes.images), len(replaced), 2, POINTS), float("nan"))
    for row, image in enumerate(scenes.images):
        ranks = orders(relevance(maps[row : row + 1], patches), patches)
        for kind, (name, other) in enumerate(zip(REPLACEMENTS, replaced, strict=True)):
            if name != "real ground" or scenes.has_ground[row]:
                found[row, kind] = curves(quick_score(explained, target, row), image, other[row], ranks)
    return singles(found.numpy())


def _randomized(explained: Explained, scenes: Scenes, target: Target, method: Method, maps: Tensor) -> Array:
    """[J, STAGES] similarity with the maps of the network as its layers become random."""
    from atlas.methods.evaluation.randomization import STAGES, cascade, similarity

    own, found = maps[: len(scenes.images)].numpy(), list[Array]()
    for other in cascade(explained, 0):
        try:
            random = attributions(other, scenes.images, target, method, scenes.seeds).maps.numpy()
        except NotValid:
            random = np.zeros_like(own)
        found.append(similarity(own, random))
    assert len(found) == STAGES
    return singles(np.stack(found, axis=1))


def _stability(
    explained: Explained, scenes: Scenes, target: Target, method: Method, maps: Tensor
) -> dict[str, Array | None]:
    """The largest change under small noise, and the agreement of two seeds where the method draws noise."""
    from atlas.methods.evaluation.randomization import similarity
    from atlas.methods.evaluation.stability import max_sensitivity

    def again(seeds: Sequence[int]) -> Callable[[Tensor], Tensor]:
        return lambda images: attributions(explained, images, target, method, seeds).maps

    own = maps[: len(scenes.images)]
    changed = max_sensitivity(again(scenes.seeds), scenes.images, own, scenes.seeds)
    other = again([seed ^ 1 for seed in scenes.seeds])(scenes.images) if method.seeded else None
    return {
        "sensitivity": singles(changed.numpy()),
        "agreement": None if other is None else singles(similarity(own.numpy(), other.numpy())),
    }
