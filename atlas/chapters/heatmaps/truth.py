"""What interventions in images show about a network: the true fall of the score when patches and objects are taken out.

All methods are measured against it, so it is computed once a network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.core.specs import Array

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.score import Score
    from atlas.methods.attribution.target import Target

GRID = 8  # patches a side


def singles(values: Any) -> Array:
    """The values as float32."""
    return np.asarray(values, np.float32)


@dataclass(frozen=True)
class Truth:
    """True falls of the score (class against runner-up) of N images."""

    patches: Array  # [N, GRID²] float32, each patch replaced by a blur of the image
    regions: Array  # [N, REGIONS] float32: the object, its halves, cells of ground taken out; NaN: no such
    score: Array  # [N] float32, of the whole image
    classes: Array  # [N] int32, predicted
    others: Array  # [N] int32, the runners-up

    def target(self, count: int, units: int) -> Target:
        """Class against runner-up of the first `count` images, of `units` classes."""
        import torch

        from atlas.methods.attribution.target import contrast

        classes, others = (torch.from_numpy(part[:count].astype(np.int64)) for part in (self.classes, self.others))
        return contrast(classes, others, units)


@dataclass(frozen=True)
class Scenes:
    """Evaluated images as one network sees them: normalized, with the same grounds without the object, and masks.

    Where the ground is not known (`has_ground`), `grounds` repeats the image, and truths about the object are NaN.
    """

    images: Tensor  # [N, 3, S, S]
    grounds: Tensor  # [N, 3, S, S]
    masks: Tensor  # [N, S, S] bool; empty where there is none
    has_ground: Array  # [N] bool
    seeds: tuple[int, ...]
    sources: tuple[str, ...]

    def first(self, count: int) -> Scenes:
        """The first `count` of them."""
        return Scenes(
            self.images[:count],
            self.grounds[:count],
            self.masks[:count],
            self.has_ground[:count],
            self.seeds[:count],
            self.sources[:count],
        )


def quick_score(explained: Explained, target: Target, row: int) -> Score:
    """The score of versions of image `row`, in the format of the processor: drops keep their ranks to 0.99."""
    import torch

    from atlas.runtime.precision import native_precision

    quick = explained.quick(native_precision("cpu"))
    return lambda images: target.scores(quick(images), torch.full((len(images),), row))


def find_truth(explained: Explained, scenes: Scenes) -> Truth:
    """The interventions in all scenes, for the predicted class against the runner-up."""
    import torch

    from atlas.methods.attribution.meaningful_perturbation import blurred
    from atlas.methods.attribution.target import contrast
    from atlas.methods.evaluation.intervention import drops, removal
    from atlas.methods.evaluation.regions import REGIONS, object_regions, patch_masks

    patches, blurs = patch_masks(scenes.images.shape[-1], GRID), blurred(scenes.images)
    with torch.no_grad():
        logits = torch.cat([explained(part) for part in torch.split(scenes.images, 16)])
    best = logits.topk(2)
    target = contrast(best.indices[:, 0], best.indices[:, 1], logits.shape[1])
    falls, taken = [], []
    for row, image in enumerate(scenes.images):
        score = quick_score(explained, target, row)
        falls.append(drops(score, image, blurs[row], patches).numpy())
        if scenes.has_ground[row] and scenes.masks[row].any():
            regions = object_regions(scenes.masks[row])
            taken.append(drops(score, image, removal(scenes.grounds[row], regions), regions).numpy())
        else:
            taken.append(np.full(REGIONS, np.nan))
    first, second = best.indices.numpy().astype(np.int32).T
    margin = singles(best.values[:, 0] - best.values[:, 1])
    return Truth(singles(np.stack(falls)), singles(np.stack(taken)), margin, first, second)
