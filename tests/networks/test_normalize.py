"""The input normalization: the formula of the networks' papers, channel by channel, and back."""

import pytest
import torch

from atlas.networks import NETWORKS
from atlas.networks.modules.normalize import Normalize


@pytest.mark.parametrize("memory", [torch.contiguous_format, torch.channels_last])
def test_each_channel_is_centred_and_scaled(memory):
    spec = NETWORKS["vgg16"]
    rgb = torch.rand(2, 3, 4, 5, generator=torch.Generator().manual_seed(0)).contiguous(memory_format=memory)
    found = Normalize(spec)(rgb)
    for channel, (mean, std) in enumerate(zip(spec.mean, spec.std, strict=True)):
        for image in range(2):
            slow = [[(value - mean) / std for value in row] for row in rgb[image, channel].tolist()]
            torch.testing.assert_close(found[image, channel], torch.tensor(slow))
    assert found.stride() == rgb.stride()
    torch.testing.assert_close(Normalize(spec).inverse(found), rgb)
