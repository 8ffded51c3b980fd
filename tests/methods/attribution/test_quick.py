"""The prepared graph against autograd on the network itself, on every architecture, in both formats."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from atlas.core.specs import LayerSpec
from atlas.methods.attribution.explained import Explained
from atlas.methods.attribution.quick import Quick
from atlas.methods.attribution.strided import strided_gradient
from atlas.methods.attribution.target import Target
from atlas.networks import NETWORKS
from atlas.runtime.precision import native_precision
from atlas.weights import load
from tests.fixtures.networks import wrapped

ARCHITECTURES = [
    "alexnet-64",
    "zfnet-64",
    "vgg-64",
    "googlenet-64",
    "resnet-64",
    "densenet-64",
    "senet-64",
    "efficientnet-lite0",
]
LOGITS = LayerSpec("logits", "head", 4, "Class logits", axes="unit")


def gradient(function, images):
    leaf = images.clone().requires_grad_()
    response = function(leaf)
    weights = torch.randn(response.shape, generator=torch.Generator().manual_seed(1))
    [found] = torch.autograd.grad((response * weights).sum(), leaf)
    return response.detach(), found


def correlation(one, two):
    return float(torch.corrcoef(torch.stack([one.flatten().double(), two.flatten().double()]))[0, 1])


@pytest.fixture(scope="module", params=ARCHITECTURES)
def case(request):
    network = load(NETWORKS[request.param])
    size = min(network.spec.input_size, 96)
    explained = Explained(network, size=size, layers=network.spec.layers[:1])
    images = torch.rand(3, 3, size, size, generator=torch.Generator().manual_seed(2)) * 2 - 1
    return explained, images, gradient(network.module, images)


def test_in_float32_it_is_the_network(case):
    explained, images, (response, expected) = case
    found, slope = gradient(explained.quick(), images)
    assert torch.allclose(found, response, atol=1e-4 * float(response.abs().max()))
    assert torch.allclose(slope, expected, atol=1e-3 * float(expected.abs().max()))
    assert torch.equal(explained.quick()(images), found)  # without a backward pass


@pytest.mark.skipif(native_precision("cpu") != "bfloat16", reason="bfloat16 is emulated here, and not used")
def test_a_backward_pass_in_bfloat16_changes_little(case):
    explained, images, (_, expected) = case
    _, slope = gradient(explained.quick(backward="bfloat16"), images)
    assert slope.dtype == torch.float32
    assert correlation(slope, expected) > 0.998


def test_it_can_be_used_again_and_leaves_the_graph_alone(case):
    explained, images, _ = case
    before = {name: value.clone() for name, value in explained.graph.state_dict().items()}
    first, second = (gradient(explained.quick(), images[:2]) for _ in range(2))
    assert torch.equal(first[1], second[1])
    assert all(torch.equal(value, before[name]) for name, value in explained.graph.state_dict().items())


def test_weights_are_rounded_with_the_sum_of_each_filter():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Conv2d(3, 8, 3, 1, 1), nn.Conv2d(8, 8, 3, 2, 1, groups=8), nn.Conv2d(8, 4, 3, 2))
    expected = [part.weight.detach().flatten(1).clone() for part in module]
    quick = Quick(torch.fx.symbolic_trace(module).requires_grad_(False), torch.bfloat16, torch.float32, 100)
    for name, exact in zip("12", expected[1:], strict=True):
        found = quick.graph.get_submodule(name).weight.float().flatten(1)
        largest = float(exact.abs().max())
        assert (found - exact).abs().max() < 2**-7 * largest
        assert (found.sum(1) - exact.sum(1)).abs().max() < 2**-8 * largest  # the error of one weight, not of all
    assert torch.equal(quick.graph.get_submodule("0").weight.flatten(1), expected[0])  # before the last large maps
    assert torch.equal(module[1].weight.flatten(1), expected[1])
    with pytest.raises(ValueError, match="without gradients"):
        quick(torch.zeros(1, 3, 100, 100, requires_grad=True))


@pytest.mark.skipif(native_precision("cpu") != "bfloat16", reason="bfloat16 is emulated here, and not used")
def test_scores_without_a_gradient_are_those_of_the_network(case):
    explained, images, (response, _) = case
    target = Target(torch.nn.functional.one_hot(response.argmax(1), response.shape[1]).float())
    exact = explained.score(target)(images)
    with torch.no_grad():
        versions = explained.score(target, 0)(images[:1]), explained.score(target, 0, exact=True)(images[:1])
    assert float(versions[1]) == pytest.approx(float(exact[0]), rel=1e-5)
    assert float(versions[0]) == pytest.approx(float(exact[0]), abs=0.03 * float(response.abs().max()))


@pytest.mark.parametrize("stride", [(2, 2), (3, 2)])
@pytest.mark.parametrize(("kernel", "padding"), [(3, 1), (4, 2), (5, 2), (2, 0), (1, 0)])
@pytest.mark.parametrize("size", [(12, 12), (13, 11)])
def test_a_strided_depthwise_convolution_has_autograds_gradient(stride, kernel, padding, size):
    torch.manual_seed(1)
    image, weight = torch.randn(2, 4, *size, requires_grad=True), torch.randn(4, 1, kernel, kernel)
    output = F.conv2d(image, weight, None, stride, padding, 1, 4)
    signal = torch.randn_like(output)
    [expected] = torch.autograd.grad(output, image, signal)
    assert torch.allclose(strided_gradient(signal, weight, stride, (padding, padding), size), expected, atol=1e-5)


class Odd(nn.Module):
    """What the seven do not have: a value added to itself, sums of two shapes, products, dilation, several outputs."""

    def __init__(self, *, several):
        super().__init__()
        torch.manual_seed(9)
        self.one, self.two = (
            nn.Conv2d(3, 8, 3, padding=2, dilation=2),
            nn.Conv2d(8, 8, 3, padding="same", padding_mode="circular"),
        )
        self.shift, self.several = nn.Parameter(torch.randn(8, 1, 1)), several
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        x = F.relu6(self.one(x))
        x = F.relu(self.two(x) + x.mean((2, 3), keepdim=True)) + self.shift
        x = x + x
        if self.several:
            left, right = x.chunk(2, 1)
            x = torch.cat([right * left, left], 1)
        gated = torch.sigmoid(x) * 2
        gated += x
        return self.head(F.adaptive_avg_pool2d(gated, 1).flatten(1))


@pytest.mark.parametrize("several", [False, True])
def test_other_operations_have_autograds_gradient(several):
    network = wrapped(Odd(several=several), LOGITS, size=12)
    images = torch.randn(2, 3, 12, 12, generator=torch.Generator().manual_seed(3))
    expected = gradient(network.module, images)
    quick = Quick(Explained(network).graph, torch.float32, torch.float32, 12)
    for one, two in zip(gradient(quick, images), expected, strict=True):
        assert torch.allclose(one, two, atol=1e-5)
