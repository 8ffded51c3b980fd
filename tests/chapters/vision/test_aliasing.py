"""Aliasing: shares of constructed waves are known, and the dense maps hold the network's own maps."""

import numpy as np
import pytest
import torch

from atlas.chapters.vision.aliasing import dense_maps
from atlas.methods.spectrum import BINS, aliased, by_frequency, power
from atlas.networks.modules.alexnet import AlexNet


def wave(across, down, side=64):
    y, x = np.mgrid[0:side, 0:side]
    return np.sin(2 * np.pi * (across * x + down * y) + 0.3)


@pytest.mark.parametrize(
    ("across", "down", "stride", "share"),
    [(0.2, 0.0, 4, 1), (0.0, 0.2, 4, 1), (0.05, 0.05, 4, 0), (0.2, 0.0, 2, 0), (0.05, 0.4, 2, 1), (0.3, 0.3, 1, 0)],
)
def test_a_wave_is_aliased_if_one_of_its_frequencies_is_above_nyquist(across, down, stride, share):
    found = aliased(*power(wave(across, down)), stride)
    assert found == pytest.approx(share, abs=0.002)


def test_half_of_two_equal_waves():
    assert aliased(*power(wave(0.2, 0) + wave(0, 0.05)), 4) == pytest.approx(0.5, abs=0.002)
    assert aliased(*power(wave(0.2, 0) + 3 * wave(0, 0.05)), 4) == pytest.approx(0.1, abs=0.002)


def test_a_constant_map_has_no_share_and_brightness_does_not_count():
    assert aliased(*power(np.full((2, 32, 32), 7.0)), 4).tolist() == [0, 0]
    assert aliased(*power(wave(0.2, 0) + 100), 4) == pytest.approx(1, abs=0.002)


def test_bands_sum_to_one_and_hold_the_wave():
    bands = by_frequency(*power(np.stack([wave(12 / 64, 0.1), wave(0.01, 26 / 64)])))
    assert bands.sum(-1) == pytest.approx([1, 1])
    assert bands.argmax(-1).tolist() == [12 * BINS // 32, 26 * BINS // 32]


@pytest.mark.parametrize(
    "kind",
    [
        {"kernel": 11, "stride": 4, "second_stride": 1, "groups": 2, "pool_first": False},
        {"kernel": 7, "stride": 2, "second_stride": 2, "groups": 1, "pool_first": True},
    ],
)
def test_every_stride_th_sample_of_a_dense_map_is_the_networks_own(kind):
    torch.manual_seed(0)
    module = AlexNet(5, dropout=0.0, **kind).eval()
    images = torch.randn(2, 3, 64, 64)
    with torch.no_grad():
        first = module.conv1(images)
        second = module.conv2(module.reduce1(module.relu(first)))
        (one, step), (two, wide) = dense_maps(module, images)
    assert (step, wide) == (kind["stride"], 8)
    assert torch.allclose(one[:, :, ::step, ::step], first, atol=1e-5)
    inner = 4  # beyond it the network's last window of a pool hangs over the edge
    assert torch.allclose(two[:, :, ::wide, ::wide][:, :, :inner, :inner], second[:, :, :inner, :inner], atol=1e-4)
