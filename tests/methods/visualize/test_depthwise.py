"""Strided depthwise convolutions computed otherwise: the same numbers as torch's and timm's own."""

import pytest
import torch
from timm.layers import Conv2dSame
from torch import nn
from torch.nn import functional

from atlas.methods.visualize.depthwise import Float32Gradient, Unpadded, replace
from atlas.methods.visualize.engine import prepare
from atlas.networks import NETWORKS
from atlas.weights import load

CONVOLUTIONS = {"same": Conv2dSame, "even": nn.Conv2d}  # padded as TensorFlow does, and as torch does


def make(kind, kernel, stride=2, dilation=1):
    torch.manual_seed(0)
    padding = dilation * (kernel // 2) if kind == "even" else 0
    conv = CONVOLUTIONS[kind](8, 8, kernel, stride=stride, dilation=dilation, padding=padding, groups=8)
    return conv.to(memory_format=torch.channels_last).requires_grad_(False)


def images(height, width):
    random = torch.Generator().manual_seed(1)
    return torch.randn(2, 8, height, width, generator=random).to(memory_format=torch.channels_last).requires_grad_()


def outcome(module, x):
    """The response, and the gradient of a fixed weighting of it."""
    output = module(x)
    incoming = torch.randn(output.shape, generator=torch.Generator().manual_seed(2)).to(output.dtype)
    return output.detach(), torch.autograd.grad(output, x, incoming)[0]


@pytest.mark.parametrize("size", [(16, 16), (9, 9), (16, 9), (8, 12), (5, 4)])
@pytest.mark.parametrize("how", [(3, 2, 1), (5, 2, 1), (4, 2, 1), (3, 3, 1), (3, 2, 2)])
@pytest.mark.parametrize("kind", CONVOLUTIONS)
def test_without_the_padding_the_numbers_are_the_same(kind, how, size):
    conv, x = make(kind, *how), images(*size)
    for found, wanted in zip(outcome(Unpadded(conv), x), outcome(conv, x), strict=True):
        assert found.shape == wanted.shape
        torch.testing.assert_close(found, wanted, rtol=0, atol=1e-6)


def test_an_even_side_is_never_copied_into_a_padded_one(monkeypatch):
    module, x = Unpadded(make("same", 3)), images(16, 16)
    monkeypatch.setattr(functional, "pad", pytest.fail)
    assert module(x).shape == (2, 8, 8, 8)


@pytest.mark.parametrize("kind", CONVOLUTIONS)
def test_the_gradient_of_a_narrow_convolution_is_that_of_its_weights_in_float32(kind):
    conv, x = make(kind, 3), images(16, 16)
    _, wanted = outcome(conv.to(torch.bfloat16).float(), x.detach().bfloat16().float().requires_grad_())
    output, found = outcome(Float32Gradient(conv.to(torch.bfloat16)), x.detach().bfloat16().requires_grad_())
    assert output.dtype == found.dtype == torch.bfloat16
    torch.testing.assert_close(found.float(), wanted, rtol=2e-2, atol=2e-2)


def test_only_strided_depthwise_convolutions_are_replaced():
    parts = {
        "dense": nn.Conv2d(8, 8, 3, 2),
        "grouped": nn.Conv2d(8, 8, 3, 2, groups=2),
        "unstrided": make("same", 3, 1),
        "found": make("same", 3),
    }
    graph = torch.fx.symbolic_trace(nn.Sequential(), {})
    for name, part in parts.items():
        graph.add_submodule(name, part)
    replace(graph, Unpadded)
    assert [name for name in parts if isinstance(graph.get_submodule(name), Unpadded)] == ["found"]


@pytest.mark.parametrize(("precision", "kind"), [("float32", Unpadded), ("bfloat16", Float32Gradient)])
def test_the_engine_replaces_them_by_what_its_precision_needs(precision, kind):
    network = load(NETWORKS["efficientnet-lite0"])
    engine = prepare(network, network.spec.layer("block2a_depthwise"), size=32, precision=precision)
    assert [type(part) for part in engine.fast.modules() if isinstance(part, Unpadded | Float32Gradient)] == [kind]
    assert [type(part) for part in engine.exact.modules() if isinstance(part, Unpadded | Float32Gradient)] == [Unpadded]
