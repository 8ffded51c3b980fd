"""From the pixels of images to the normalized input of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array, Network

if TYPE_CHECKING:
    from torch import Tensor


def prepare(network: Network, pixels: Array, device: str = "cpu") -> Tensor:
    """The normalized network input, [B, 3, size, size] float32 (channels last), for images [B, S, S, 3] uint8."""
    import torch
    from torch.nn import functional

    from atlas.networks.modules.normalize import Normalize

    spec = network.spec
    images = torch.from_numpy(np.ascontiguousarray(pixels)).to(device).permute(0, 3, 1, 2).float() / 255
    if images.shape[-1] != spec.input_size:
        size = (spec.input_size, spec.input_size)
        images = functional.interpolate(images, size, mode="bilinear", antialias=True, align_corners=False)
    normalized: Tensor = Normalize(spec).to(device)(images)
    return normalized.contiguous(memory_format=torch.channels_last)
