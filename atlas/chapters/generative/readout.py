"""The head of an InfoGAN's discriminator that reads the codes back from a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from atlas.core.specs import Array, GeneratorSpec
from atlas.weights import load as weights

if TYPE_CHECKING:
    from torch import nn

PREFIX = "discriminator."


def readout(spec: GeneratorSpec) -> nn.Module:
    """The discriminator that was trained with the generator; its weights lie in the same file."""
    from atlas.networks.modules.infogan import Discriminator

    path = weights.locate(spec.weights)
    weights.check(path, spec.weights.sha256)
    state = {key.removeprefix(PREFIX): value for key, value in weights.read(path).items() if key.startswith(PREFIX)}
    return weights.fill(Discriminator(len(spec.choices), spec.numbers), state, spec.name, str(path))


def read_codes(discriminator: nn.Module, images: Array) -> Array:
    """[N, 1 + K] codes read from [N, H, W, 3] uint8: the likeliest choice, the numbers' means."""
    import torch

    with torch.inference_mode():
        _, logits, means = discriminator(torch.from_numpy(images).permute(0, 3, 1, 2).float() / 127.5 - 1)
    found: Array = np.concatenate([logits.argmax(1, keepdim=True).numpy(), means.numpy()], 1)
    return found
