"""Every registered network keeps its promises, because it is registered."""

import re

import pytest
import torch
from torch import nn

from atlas.chapters.vision.receptive_field import receptive_fields
from atlas.chapters.vision.structure import structure
from atlas.core.hooks import tap
from atlas.core.sources import EmbeddedFile, WheelFile
from atlas.core.specs import Network
from atlas.methods.visualize.graph import cut
from atlas.networks.labels import class_names
from atlas.weights import locate


def test_layers_exist_with_their_units_and_axes(network, seen):
    _, _, shapes, _ = seen
    for layer in network.spec.layers:
        assert shapes[layer.name][1] == layer.units, layer.name
        assert len(shapes[layer.name]) == (4 if layer.spatial else 2), layer.name


def test_taps_leave_the_output_bit_equal(network, seen):
    before, during, _, _ = seen
    assert torch.equal(before, during)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in network.module.modules())


def test_no_hook_stays_behind_after_an_exception(network, image):
    def fail(_layer, _value):
        raise RuntimeError("stop")

    with (
        torch.inference_mode(),
        pytest.raises(RuntimeError, match="stop"),
        tap(network.module, network.spec.layers, fail),
    ):
        network.module(image)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in network.module.modules())


def test_the_last_layer_is_the_output_and_names_the_classes(network, seen):
    before, _, _, last = seen
    assert torch.equal(last, before)
    assert len(class_names(network.spec.labels)) == network.spec.logits.units
    assert isinstance(network.module.get_submodule(network.spec.logits.path), nn.Linear)  # own checkpoints replace it


def test_the_cut_and_folded_network_gives_the_same_output(network, image, seen):
    graph = cut(network, network.spec.logits, image)
    assert not [part for part in graph.modules() if isinstance(part, nn.BatchNorm2d)]
    with torch.inference_mode():
        found = graph(image)
    torch.testing.assert_close(found, seen[0], rtol=1e-4, atol=1e-5 * float(seen[0].abs().max()))


def test_fields_equal_the_mask_of_the_gradient(network):
    """Of the trunk, every gate held fixed: up to four layers whose field is smaller than the image."""
    side = network.spec.input_size
    fields = receptive_fields(network, network.spec.layers)
    small = [layer for layer in network.spec.layers if layer.spatial and fields[layer.name].size < side]
    chosen = {number * (len(small) - 1) // 3 for number in range(4)}
    layers = [layer for number, layer in enumerate(small) if number in chosen]
    positions = {layer.name: side // fields[layer.name].stride // 2 for layer in layers}
    for name, extent in gradient_extents(network, layers, positions).items():
        window, position = fields[name], positions[name]
        first = window.start + position * window.stride
        assert extent == (max(first, 0), min(first + window.size, side) - 1), name


def gradient_extents(network, layers, positions):
    """First and last input row that the unit at `positions` (row and column) of each layer depends on.

    By the gradient of a copy whose weights are positive means, whose pools average and whose gates are open: no part of
    the gradient can vanish by chance.
    """
    module = averaging(network)
    image = torch.full((1, 3, *[network.spec.input_size] * 2), 0.5, requires_grad=True)
    kept = {}
    with tap(module, layers, lambda layer, value: kept.update({layer.name: value})):
        module(image)
    extents = {}
    for name, position in positions.items():
        (gradient,) = torch.autograd.grad(kept[name][0, :, position, position].sum() * 1e20, image, retain_graph=True)
        rows = gradient[0].abs().sum(dim=(0, 2)).nonzero().flatten()
        extents[name] = (int(rows[0]), int(rows[-1]))
    return extents


def averaging(network: Network) -> nn.Module:
    module = network.spec.build().eval().requires_grad_(False)
    for path, part in list(module.named_modules()):
        if isinstance(part, nn.Conv2d):
            part.weight.fill_(1.0 / part.weight[0].numel())
            if part.bias is not None:
                part.bias.zero_()
        elif isinstance(part, nn.BatchNorm2d):
            part.reset_parameters()
        elif isinstance(part, nn.MaxPool2d):
            pool = nn.AvgPool2d(part.kernel_size, part.stride, part.padding, part.ceil_mode)
            module.set_submodule(path, pool)
        elif type(part).__name__ in ("SEModule", "ReLU6", "LocalResponseNorm"):
            module.set_submodule(path, nn.Identity())
        if hasattr(part, "inplace"):
            part.inplace = False
    return module


def test_the_structure_can_be_drawn(network):
    found = structure(network)
    named = {layer for part in found.parts for layer in part.layers}
    assert named == {layer.name for layer in network.spec.layers}
    assert found.multiply_adds > 1e6


def test_names_are_path_segments_and_unique(network):
    names = [layer.name for layer in network.spec.layers]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name) for name in [network.spec.name, *names])


def test_the_network_is_frozen_and_in_evaluation_mode(network):
    assert not network.module.training
    assert not any(parameter.requires_grad for parameter in network.module.parameters())
    assert not any(getattr(module, "inplace", False) for module in network.module.modules())


def test_the_weights_have_a_licence_a_source_and_a_digest(network):
    weights = network.spec.weights
    assert weights.licence and weights.source
    if isinstance(weights, WheelFile | EmbeddedFile):
        assert locate(weights).is_file()
    assert re.fullmatch(r"[0-9a-f]{64}", weights.sha256) or weights.sha256 == ""


def test_the_paper_is_in_the_bibliography(network):
    from atlas.publish.bibliography import bibliography

    assert network.spec.paper in bibliography()
