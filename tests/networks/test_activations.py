"""A unit's value is its pre-activation: what reads a registered network after a nonlinearity is found, whichever way it got there."""

import pytest
import torch
from torch import nn

from atlas.core.specs import LayerSpec
from tests.networks.activations import read_after


def in_parts(layer, layers):
    """Are the units of `layer` those of other layers side by side, the branches of an Inception module?"""
    parts = [other.units for other in layers if other.name.startswith(f"{layer.name}_")]
    return sum(parts) == layer.units


def test_layers_are_read_before_their_nonlinearity(network, image):
    """But for what joins branches that are rectified by then: the same units are read before, branch by branch."""
    layers = network.spec.layers
    late = read_after(network.module, layers, image[:1])
    assert late == {layer.name for layer in layers if layer.name in late and in_parts(layer, layers)}


class Joined(nn.Module):
    """Two rectified branches side by side."""

    def __init__(self):
        super().__init__()
        self.one, self.other, self.join = nn.Conv2d(3, 4, 3), nn.Conv2d(3, 4, 3), nn.Identity()

    def forward(self, image):
        return self.join(torch.cat([self.one(image).relu(), self.other(image).relu()], 1))


def sequence(*after):
    return nn.Sequential(nn.Conv2d(3, 8, 3), *after)


@pytest.mark.parametrize(
    ("module", "path", "late"),
    [
        (sequence(nn.ReLU()), "0", False),
        (sequence(nn.ReLU(inplace=True)), "0", False),
        (sequence(nn.BatchNorm2d(8), nn.ReLU()), "1", False),
        (sequence(nn.ReLU()), "1", True),
        (sequence(nn.ReLU(inplace=True)), "1", True),
        (sequence(nn.ReLU6()), "1", True),
        (sequence(nn.SiLU()), "1", True),
        (sequence(nn.GELU()), "1", True),
        (sequence(nn.Hardswish()), "1", True),
        (sequence(nn.SiLU(), nn.Dropout()), "2", True),
        (sequence(nn.SiLU(), nn.Flatten()), "2", True),
        (sequence(nn.ReLU(), nn.MaxPool2d(2)), "2", True),
        (sequence(nn.ReLU(), nn.AdaptiveAvgPool2d(1)), "2", True),
        (sequence(nn.ReLU(), nn.Conv2d(8, 8, 3)), "2", False),
        (Joined(), "join", True),
        (Joined(), "one", False),
    ],
)
def test_a_layer_that_is_read_after_a_nonlinearity_is_found(module, path, late):
    torch.manual_seed(0)
    for part in module.modules():
        if hasattr(part, "reset_parameters"):
            part.reset_parameters()
    layers = (LayerSpec("layer", path, 8, "Layer"),)
    found = read_after(module.eval(), layers, torch.randn(1, 3, 12, 12))
    assert found == ({"layer"} if late else set())
