"""Receptive fields against a known stack and against the mask of the gradient."""

import pytest
import torch
from torch import nn

from atlas.chapters.vision.receptive_field import receptive_field
from atlas.core.hooks import tap
from atlas.core.specs import LayerSpec, Network
from atlas.networks import NETWORKS
from atlas.weights import load


def gradient_extent(network, layer, position):
    """First and last input row that the middle unit at `position` depends on, by the gradient of a linearized copy."""
    module = network.module
    for part in module.modules():
        if isinstance(part, nn.Conv2d):
            part.weight.data.fill_(1.0 / part.weight[0].numel())
            if part.bias is not None:
                part.bias.data.zero_()
    side = network.spec.input_size
    image = torch.full((1, 3, side, side), 0.5, requires_grad=True)
    kept = []
    with tap(module, [layer], lambda _layer, value: kept.append(value)):
        module(image)
    kept[0][0, 0, position, position].backward()
    rows = image.grad[0].abs().sum(dim=(0, 2)).nonzero().flatten()
    return int(rows[0]), int(rows[-1])


def lite0():
    """Lite0 without its clamps and normalizations, so that no gradient is zero by chance."""
    network = load(NETWORKS["efficientnet-lite0"])
    for module in network.module.modules():
        for name, child in module.named_children():
            if type(child).__name__ == "ReLU6":
                setattr(module, name, nn.Identity())
        if isinstance(module, nn.BatchNorm2d):
            module.reset_parameters()
    return network


@pytest.mark.parametrize(
    "name", ["stem", "block1a", "block2b", "block3a", "block3b", "block4a", "block5a_expand", "block6a"]
)
def test_field_equals_the_gradient_mask(name):
    network = lite0()
    layer = network.spec.layer(name)
    window = receptive_field(network, layer)
    side = network.spec.input_size
    position = side // window.stride // 2
    first = window.start + position * window.stride
    assert gradient_extent(network, layer, position) == (max(first, 0), min(first + window.size, side) - 1)


def test_a_known_stack_in_closed_form():
    module = nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(4, 4, 5, stride=2, padding=2)
    ).eval()
    layer = LayerSpec("last", "3", 4, "")
    spec = NETWORKS["efficientnet-lite0"]
    found = receptive_field(Network(spec, module), layer)
    # 1 + 2 (conv 3) + 1 (pool 2) + 4 * 2 (conv 5 at stride 2) = 12; stride 2 * 2; starts at -1 - 2 * 2
    assert (found.size, found.stride, found.start) == (12, 4, -5)


def test_class_logits_see_the_whole_image():
    network = load(NETWORKS["efficientnet-lite0"])
    assert receptive_field(network, network.spec.logits).size == 0


def field(module, layer="last"):
    found = receptive_field(Network(NETWORKS["efficientnet-lite0"], module.eval()), LayerSpec(layer, layer, 4, ""))
    return (found.size, found.stride, found.start) if found.known else "unknown"


class Made(nn.Module):
    """A convolution of 3 x 3 at stride 2, `between`, and a last one of 3 x 3."""

    def __init__(self, between, channels=4):
        super().__init__()
        self.first, self.last, self.between = nn.Conv2d(3, 4, 3, stride=2), nn.Conv2d(channels, 4, 3), between

    def forward(self, x):
        return self.last(self.between(self.first(x)))


def shuffled(x):
    groups = x.view(x.shape[0], 2, 2, x.shape[2], x.shape[3])
    return torch.transpose(groups, 1, 2).contiguous().view(x.shape[0], -1, x.shape[2], x.shape[3])


def halved(x):
    one, other = x.chunk(2, dim=1)
    return torch.cat([other, one], 1)


@pytest.mark.parametrize(
    ("between", "channels", "expected"),
    [
        (shuffled, 4, (7, 2, 0)),
        (halved, 4, (7, 2, 0)),
        (lambda x: x.mean(1, keepdim=True), 1, (7, 2, 0)),
        (lambda x: x.mean(dim=(1,), keepdim=True), 1, (7, 2, 0)),
        (lambda x: x * x.mean((2, 3), keepdim=True), 4, (7, 2, 0)),  # a gate
        (lambda x: x + x.mean((-2, -1), keepdim=True), 4, (0, 1, 0)),
        (lambda x: x.flatten(0, 1).view(-1, 4, x.shape[2], x.shape[3]), 4, (7, 2, 0)),
        (lambda x: x.permute(0, 1, 3, 2), 4, "unknown"),
        (lambda x: x.permute(0, 2, 3, 1).permute(0, 3, 1, 2), 4, "unknown"),
        (lambda x: x.flatten(2).transpose(1, 2).transpose(1, 2).reshape(x.shape), 4, "unknown"),
        (nn.PixelShuffle(2), 1, "unknown"),
    ],
)
def test_a_change_of_layout_keeps_the_field_or_makes_it_unknown(between, channels, expected):
    assert field(Made(between, channels)) == expected


def test_one_grey_channel_in_front_changes_no_field():
    class Grey(nn.Module):
        def __init__(self):
            super().__init__()
            self.last = nn.Conv2d(1, 4, 5)

        def forward(self, x):
            return self.last(x.mean(1, keepdim=True))

    assert field(Grey()) == (5, 1, 0)


def test_stochastic_depth_and_several_outputs_keep_the_field():
    from torchvision.ops import StochasticDepth

    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.drop, self.last = nn.Conv2d(3, 4, 3), StochasticDepth(0.5, "row"), nn.Conv2d(4, 4, 3)

        def forward(self, x):
            maps = [self.drop(self.first(x)), x]
            return [self.last(maps[0]), maps[1]]

    assert field(Two()) == (5, 1, 0)
