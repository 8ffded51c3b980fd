"""Top-1 and top-5 accuracy on a probe set that carries the network's own labels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.core.errors import ProbeError
from atlas.core.specs import Array, ProbePart
from atlas.methods.prepare import prepare
from atlas.networks import NETWORKS
from atlas.probes import decode, probe_source
from atlas.weights import load

BATCH = 32


@dataclass(frozen=True)
class Accuracy:
    """Shares in [0, 1] over `images` images."""

    top1: float
    top5: float
    images: int
    skipped: int


def measure(network: str, probes: str, *, device: str = "cpu") -> Accuracy:
    """Accuracy of a registered network on a probe set; ProbeError when the set has other labels or none."""
    import torch

    spec, source = NETWORKS[network], probe_source(probes)
    if source.labels != spec.labels:
        raise ProbeError(
            f"{probes} carries the labels {source.labels or 'of no class list'}, but {network} knows {spec.labels}. "
            "Choose a probe set with the network's own labels."
        )
    loaded = load(spec)
    loaded.module.to(device)
    places: list[Array] = []
    skipped = 0
    for name in source.parts():
        part = source.make(name)
        skipped += len(part.skipped)
        with torch.inference_mode():
            for first in range(0, len(part.images), BATCH):
                logits = loaded.module(prepare(loaded, decode(part.webp[first : first + BATCH]), device)).cpu().numpy()
                places.append(_places(logits, part, first))
    place = np.concatenate(places)
    return Accuracy(float((place < 1).mean()), float((place < 5).mean()), len(place), skipped)


def _places(logits: Array, part: ProbePart, first: int) -> Array:
    """The rank of each image's true class, 0 = predicted."""
    labels = np.array([image.class_index for image in part.images[first : first + len(logits)]])
    true = logits[np.arange(len(logits)), labels]
    return np.asarray((logits > true[:, None]).sum(axis=1))
