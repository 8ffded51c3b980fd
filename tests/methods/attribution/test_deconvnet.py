"""The deconvnet against the gradient where nothing is rectified, and against its steps done by hand."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from atlas.core.specs import LayerSpec
from atlas.methods.attribution.deconvnet import project
from atlas.networks.modules.lrn import LocalResponseNorm
from tests.fixtures.networks import wrapped

LAST = LayerSpec("last", "last", 6, "Last")


class Small(nn.Module):
    def __init__(self, *, linear=False):
        super().__init__()
        torch.manual_seed(1)
        self.first = nn.Conv2d(3, 8, 5, 2, padding=2)
        self.middle = nn.Identity() if linear else nn.Sequential(nn.ReLU(), LocalResponseNorm(8), nn.MaxPool2d(3, 2))
        self.last = nn.Conv2d(8, 6, 3)

    def forward(self, x):
        return self.last(self.middle(self.first(x)))


@pytest.fixture
def case():
    torch.manual_seed(2)
    return torch.randn(2, 3, 24, 24), torch.tensor([1, 4]), torch.tensor([[0, 2], [1, 1]])


def test_without_rectification_it_is_the_gradient_times_the_activation(case):
    images, units, positions = case
    net = Small(linear=True)
    pixels = images.clone().requires_grad_()
    chosen = net(pixels)[torch.arange(2), units, positions[:, 0], positions[:, 1]]
    [gradient] = torch.autograd.grad(chosen.sum(), pixels)
    expected = gradient * chosen.detach()[:, None, None, None]
    assert torch.allclose(project(wrapped(net, LAST), LAST, images, units, positions), expected, atol=1e-5)


def test_step_by_step_by_hand(case):
    images, units, positions = case
    net = Small()
    with torch.no_grad():
        up = net.middle[1](net.middle[0](net.first(images)))
        pooled, switches = F.max_pool2d(up, 3, 2, return_indices=True)
        last = net.last(pooled)
        signal = torch.zeros_like(last)
        for number, (unit, (row, column)) in enumerate(zip(units, positions, strict=True)):
            signal[number, unit, row, column] = last[number, unit, row, column]
        signal = F.conv_transpose2d(signal, net.last.weight)
        down = torch.zeros_like(up).flatten(2)  # overlapping windows that chose one place add up there
        down.scatter_add_(2, switches.flatten(2), signal.flatten(2))
        signal = down.view_as(up).clamp(min=0)  # the normalization is passed over
        expected = F.conv_transpose2d(signal, net.first.weight, stride=2, padding=2, output_padding=1)
    found = project(wrapped(net, LAST), LAST, images, units, positions)
    assert torch.allclose(found, expected, atol=1e-5)
    assert found.abs().max() > 0


def test_the_network_itself_stays_as_it_is(case):
    images, units, positions = case
    net = Small()
    before = net(images)
    project(wrapped(net, LAST), LAST, images, units, positions)
    assert torch.equal(net(images), before)
    assert isinstance(net.middle[0], nn.ReLU)
