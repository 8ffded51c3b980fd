"""Networks for tests: with real weights where the package has them, with random ones where they are downloaded."""

import numpy as np
import pytest

from atlas.core.sources import HubFile, UrlFile
from atlas.methods.prepare import prepare
from atlas.networks import NETWORKS
from atlas.weights import load, randomized

PUBLISHED = tuple(spec.name for spec in NETWORKS.values() if isinstance(spec.weights, HubFile | UrlFile))


def usable(name):
    """The network `name`, without a download."""
    spec = NETWORKS[name]
    return randomized(spec) if name in PUBLISHED else load(spec)


@pytest.fixture(scope="module", params=list(NETWORKS))
def network(request):
    return usable(request.param)


@pytest.fixture(scope="module")
def image(network):
    side, count = network.spec.input_size, 1 if network.spec.name in PUBLISHED else 2
    pixels = np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    return prepare(network, pixels)


@pytest.fixture(scope="module")
def seen(network, image):
    """The output without and with taps, and what the taps saw: shapes, and the last layer's values."""
    import torch

    from atlas.core.hooks import tap

    shapes, last = {}, {}

    def receive(layer, value):
        shapes[layer.name] = tuple(value.shape)
        if layer == network.spec.logits:
            last["value"] = value.clone()

    with torch.inference_mode():
        before = network.module(image)
        with tap(network.module, network.spec.layers, receive):
            during = network.module(image)
    return before, during, shapes, last["value"]
