"""AlexNet and ZFNet seen from the back: the power of their gradient maps by frequency, beside what their strides alias.

The stride of the first layer samples its maps. On the way back the same stride spreads the gradient over a grid of
pixels, which shows as power at the frequencies that it cannot carry.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.chapters.heatmaps.records import HeatmapResults
from atlas.core.report import DIAGNOSED
from atlas.core.results import AtlasResults, NetworkResults
from atlas.core.specs import Array
from atlas.methods.spectrum import aliased, by_frequency, power

METHOD = "saliency"


@dataclass(frozen=True)
class BackwardSpectrum:
    """The gradient maps of one network over the wall's images, and the diagnosis of its forward maps."""

    network: NetworkResults
    images: int
    stride: int  # of the first layer, input pixels
    shares: Array  # [BINS] of the power, mean over images
    above: float  # share of the power above the Nyquist frequency of the first layer
    forward: float  # aliased share of the power of the first layer's maps


def spectra(results: AtlasResults, chapter: HeatmapResults) -> tuple[BackwardSpectrum, ...]:
    """Both networks, AlexNet first; empty where the recipe lacks one of them, its diagnosis or its maps."""
    by_name = {network.spec.name: network for network in results.networks}
    found = [_spectrum(by_name.get(name), chapter) for name in DIAGNOSED]
    pair = tuple(one for one in found if one is not None)
    return pair if len(pair) == len(DIAGNOSED) else ()


def _spectrum(network: NetworkResults | None, chapter: HeatmapResults) -> BackwardSpectrum | None:
    if network is None or network.diagnosis is None or METHOD not in chapter.methods:
        return None
    own = next((one for one in chapter.networks if one.spec.name == network.spec.name), None)
    maps = own.load(METHOD) if own else None
    if maps is None or not maps.targets or maps.targets[0].maps.shape[-1] != network.spec.input_size:
        return None
    values = maps.targets[0].maps.astype(np.float64)
    spectrum, frequency = power(values)
    stride = network.diagnosis.strides[0]
    return BackwardSpectrum(
        network=network,
        images=len(values),
        stride=stride,
        shares=by_frequency(spectrum, frequency).mean(0),
        above=float(aliased(spectrum, frequency, stride).mean()),
        forward=float(network.diagnosis.aliased[0].mean()),
    )
