"""The feature space in which made pictures are compared with real ones: a network of the atlas, by name."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

import numpy as np

from atlas.core.hooks import tap
from atlas.core.specs import Array, LayerSpec, Network
from atlas.networks import NETWORKS
from atlas.runtime.precision import native_autocast
from atlas.weights import load as weights

JUDGE = "resnet-64"
LAYER = "conv4_2"
BATCH = 100


@lru_cache(maxsize=1)
def _judge() -> Network:
    return weights.load(NETWORKS[JUDGE])


class _Enough(Exception):
    """The layer has been read; what comes after it is not needed."""


def judge_features(rgb: Array) -> Array:
    """[N, C] mean activation of the judge's layer on [N, S, S, 3] uint8, scaled up to what the judge reads."""
    import torch
    from torch.nn import functional as F

    from atlas.networks.modules.normalize import Normalize

    network, found = _judge(), list[Array]()
    side = network.spec.input_size
    normalize = Normalize(network.spec)

    def receive(_layer: LayerSpec, value: torch.Tensor) -> None:
        found.append(value.float().mean((2, 3)).numpy())
        raise _Enough

    with torch.inference_mode(), native_autocast(), tap(network.module, [network.spec.layer(LAYER)], receive):
        for first in range(0, len(rgb), BATCH):
            pixels = torch.from_numpy(rgb[first : first + BATCH]).permute(0, 3, 1, 2).float() / 255
            with suppress(_Enough):
                network.module(normalize(F.interpolate(pixels, size=(side, side), mode="bilinear")))
    return np.concatenate(found).astype(np.float64)
