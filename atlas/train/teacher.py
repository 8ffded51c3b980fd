"""A teacher's word on the training images: its shares of the classes become part of the target (Hinton et al. 2015)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from atlas import weights
from atlas.errors import ConfigError
from atlas.networks import NETWORKS
from atlas.precision import native_autocast, native_precision
from atlas.train.data import Photographs
from atlas.types import Array

if TYPE_CHECKING:
    from torch import Tensor, nn

SIZE = 160  # pixels that a 64-pixel image is enlarged to: of 128, 160 and 224 the size at which EfficientNet-Lite0 errs least
BATCH = 50


def teacher_shares(
    teacher: str, photographs: Photographs, cache: Path, *, device: str = "cpu", progress: Callable[[str], None] = print
) -> Array:
    """[N, classes] float32, rows summing to 1: the shares that `teacher`, an ImageNet network, gives the data's classes.

    Each training image is seen once, whole. Kept in `cache` under the digests of data and teacher, the precision and the device.
    """
    spec = NETWORKS[teacher]
    known = f"{photographs.digest[:16]}-{teacher}-{spec.weights.sha256[:16]}-{native_precision(device)}-{device}"
    kept = cache / f"taught-{known}.npy"
    if not kept.is_file():
        network = weights.load(spec)
        network.module.to(device)
        columns = _columns(photographs.wordnet)
        parts = []
        for first in range(0, len(photographs.train), BATCH):
            parts.append(_shares(network.module, photographs.train.images[first : first + BATCH], columns, device))
            if first % (20 * BATCH) == 0:
                progress(f"{teacher}, the teacher: {first} of {len(photographs.train)} images")
        cache.mkdir(parents=True, exist_ok=True)
        partial = kept.with_name(f"{kept.stem}.{os.getpid()}.part.npy")
        np.save(partial, np.concatenate(parts))
        partial.replace(kept)
    shares: Array = np.load(kept)
    return shares


def _columns(wordnet: tuple[str, ...]) -> list[int]:
    """Where the data's classes stand among ImageNet's 1,000, by their WordNet ids."""
    from timm.data import ImageNetInfo

    places = {synset: index for index, synset in enumerate(ImageNetInfo().label_names())}
    missing = [name for name in wordnet if name not in places]
    if missing:
        raise ConfigError(f"The class {missing[0]} is none of ImageNet's 1,000; an ImageNet network cannot teach it.")
    return [places[name] for name in wordnet]


def _shares(module: nn.Module, images: Array, columns: list[int], device: str) -> Array:
    import torch
    from torch.nn import functional as F

    from atlas.train.augment import normalize

    pixels: Tensor = F.interpolate(
        normalize(torch.from_numpy(np.array(images)).to(device)), size=(SIZE, SIZE), mode="bicubic", antialias=True
    )
    with torch.inference_mode(), native_autocast(device):
        scores = module(pixels.contiguous(memory_format=torch.channels_last)).float()
    shares: Array = scores[:, columns].softmax(1).cpu().numpy()
    return shares
