"""Every registered network keeps its promises, because it is registered."""

import re

import numpy as np
import pytest
import torch

from atlas.collect import prepare
from atlas.labels import class_names
from atlas.networks import NETWORKS
from atlas.tap import tap
from atlas.weights import load, locate


@pytest.fixture(scope="module", params=list(NETWORKS))
def network(request):
    return load(NETWORKS[request.param])


@pytest.fixture(scope="module")
def image(network):
    side = network.spec.input_size
    pixels = np.random.default_rng(0).integers(0, 256, (2, side, side, 3), dtype=np.uint8)
    return prepare(network, pixels)


def test_layers_exist_with_their_units_and_axes(network, image):
    shapes = {}
    with (
        torch.inference_mode(),
        tap(network.module, network.spec.layers, lambda layer, value: shapes.update({layer.name: value.shape})),
    ):
        network.module(image)
    for layer in network.spec.layers:
        shape = shapes[layer.name]
        assert shape[1] == layer.units, layer.name
        assert len(shape) == (4 if layer.spatial else 2), layer.name


def test_taps_leave_the_output_bit_equal(network, image):
    with torch.inference_mode():
        before = network.module(image)
        with tap(network.module, network.spec.layers, lambda _layer, _value: None):
            during = network.module(image)
    assert torch.equal(before, during)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in network.module.modules())


def test_the_last_layer_is_the_output_and_names_the_classes(network, image):
    kept = {}
    with (
        torch.inference_mode(),
        tap(network.module, [network.spec.logits], lambda layer, value: kept.update({layer.name: value.clone()})),
    ):
        output = network.module(image)
    assert torch.equal(kept[network.spec.logits.name], output)
    assert len(class_names(network.spec.labels)) == network.spec.logits.units


def test_names_are_path_segments_and_unique(network):
    names = [layer.name for layer in network.spec.layers]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name) for name in [network.spec.name, *names])


def test_the_network_is_frozen_and_in_evaluation_mode(network):
    assert not network.module.training
    assert not any(parameter.requires_grad for parameter in network.module.parameters())
    assert not any(getattr(module, "inplace", False) for module in network.module.modules())


def test_the_weights_are_there_and_have_a_licence(network):
    assert locate(network.spec.weights).is_file()
    assert network.spec.weights.licence and len(network.spec.weights.sha256) == 64


def test_the_paper_is_in_the_bibliography(network):
    from atlas.figures.bibliography import bibliography

    assert network.spec.paper in bibliography()
