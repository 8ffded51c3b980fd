"""The feature space in which generated pictures are compared with real ones: a layer of a network of the atlas."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache

import numpy as np

from atlas.core.hooks import tap
from atlas.core.specs import Array, LayerSpec, Network
from atlas.networks import NETWORKS
from atlas.runtime.precision import native_autocast
from atlas.weights import load as weights

EXTRACTOR = "resnet-64"
LAYER = "conv4_2"
BATCH = 100


@lru_cache(maxsize=1)
def _extractor() -> Network:
    return weights.load(NETWORKS[EXTRACTOR])


class _Enough(Exception):
    """The layer has been read; what comes after it is not needed."""


def extract_features(rgb: Array) -> Array:
    """[N, C] float64 mean activation of the extractor's layer on [N, S, S, 3] uint8, scaled to its input size."""
    import torch
    from torch.nn import functional as F

    from atlas.networks.modules.normalize import Normalize

    network, blocks = _extractor(), list[Array]()
    side = network.spec.input_size
    normalize = Normalize(network.spec)

    def receive(_layer: LayerSpec, value: torch.Tensor) -> None:
        blocks.append(value.float().mean((2, 3)).numpy())
        raise _Enough

    with torch.inference_mode(), native_autocast(), tap(network.module, [network.spec.layer(LAYER)], receive):
        for first in range(0, len(rgb), BATCH):
            pixels = torch.from_numpy(rgb[first : first + BATCH]).permute(0, 3, 1, 2).float() / 255
            with suppress(_Enough):
                network.module(normalize(F.interpolate(pixels, size=(side, side), mode="bilinear")))
    return np.concatenate(blocks).astype(np.float64)
