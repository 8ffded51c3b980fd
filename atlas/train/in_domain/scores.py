"""Single deletion of each method on one network, over validation photographs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.heatmaps.evaluation import attributions
from atlas.core.seeds import name_seed
from atlas.core.specs import Array, Network
from atlas.methods.attribution.method import Method, NotValid, methods
from atlas.methods.evaluation.single_deletion import GRID, patch_drops, single_deletion
from atlas.train.augment import delete_patches, normalize
from atlas.train.data import Split
from atlas.train.loop import accuracy, logits_of

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target

IMAGES = 200
FEW = 64  # images of a method that takes more than COSTLY passes
COSTLY = 12
BATCH = 250


@dataclass(frozen=True)
class Scored:
    """One network with some weights: shares in [0, 1] over the validation photographs, [n] scores by method.

    A method that does not exist for the network is left out. `top1_deleted` is with one patch of each image deleted.
    """

    top1: float
    top1_deleted: float
    correlations: Mapping[str, Array]

    def save(self, path: Path) -> None:
        """Write `path`, moved into place atomically."""
        partial = path.with_name(f"{path.stem}.part.npz")
        values = {"top1": self.top1, "top1_deleted": self.top1_deleted, **self.correlations}
        np.savez(partial, **values)  # type: ignore[arg-type]
        partial.replace(path)

    @classmethod
    def read(cls, path: Path) -> Scored:
        """Read what `save` wrote."""
        with np.load(path) as file:  # no pickle
            names = [name for name in file.files if not name.startswith("top1")]
            return cls(file["top1"].item(), file["top1_deleted"].item(), {name: file[name] for name in names})


def chosen(valid: Split) -> Array:
    """The photographs that are explained, in a fixed random order, so that the first ones are of all classes."""
    return np.random.default_rng(0).permutation(len(valid))[:IMAGES]


def score(network: Network, valid: Split, progress: Callable[[str], None] = print) -> Scored:
    """Score every method on the decision for the predicted class against the runner-up."""
    from atlas.methods.attribution.explained import Explained

    places = chosen(valid)
    explained = Explained(network, layers=[layer for layer in network.spec.layers if layer.spatial])
    images = normalize_all(valid.images[places])
    target = decisions(explained, images)
    falls = np.stack([patch_drops(explained.score(target, row, exact=True), image) for row, image in enumerate(images)])
    seeds = [name_seed("in-domain", int(place)) for place in places]
    found: dict[str, Array] = {}
    for method in methods().values():
        count = min(image_count(method), len(images))
        try:
            maps = attributions(explained, images[:count], target, method, seeds[:count]).maps
        except NotValid as reason:
            progress(f"{network.spec.name}: {method.name} is not valid: {reason}")
            continue
        found[method.name] = single_deletion(maps, falls[:count])
        progress(f"{network.spec.name}: {method.name} {np.nanmean(found[method.name]):.2f}, {count} images")
    top1 = accuracy(logits_of(network.module, valid), valid.labels)["top1"]
    return Scored(top1, deleted_accuracy(network, valid), found)


def image_count(method: Method) -> int:
    """How many images a method is scored over; a backward pass counts as two."""
    return FEW if method.forward + 2 * method.backward > COSTLY else IMAGES


def normalize_all(pixels: Array) -> Tensor:
    """[N, 3, H, W] images of [N, H, W, 3] uint8."""
    import torch

    return normalize(torch.from_numpy(np.array(pixels)))


def decisions(explained: Explained, images: Tensor) -> Target:
    """The predicted class against the runner-up."""
    import torch

    from atlas.methods.attribution.target import against_runner_up

    with torch.no_grad():
        logits = explained(images)
    return against_runner_up(logits, logits.argmax(1))


def deleted_accuracy(network: Network, valid: Split) -> float:
    """Top-1 accuracy, in [0, 1], where each photograph of `valid` lacks one patch."""
    import torch

    places = torch.from_numpy(np.random.default_rng(0).random((2, len(valid))))
    right = 0
    with torch.inference_mode():
        for first in range(0, len(valid), BATCH):
            part = slice(first, first + BATCH)
            views = delete_patches(normalize_all(valid.images[part]), places[:, part], share=1.0, grid=GRID)
            right += int((network.module(views).argmax(1).numpy() == valid.labels[part]).sum())
    return right / len(valid)
