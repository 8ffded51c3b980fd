"""Against captum, on a network on which captum is right: ReLU modules that are used once, no pool behind a ReLU."""

import warnings

import pytest
import torch
from torch import nn

from atlas.core.specs import LayerSpec
from atlas.methods.attribution.explained import Explained
from atlas.methods.attribution.integrated_gradients import STEPS
from atlas.methods.attribution.method import methods
from atlas.methods.attribution.target import logit
from tests.fixtures.networks import wrapped

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from captum import attr

SIZE = 16
LOGITS = LayerSpec("logits", "head", 4, "Class logits", axes="unit")
PEERS = {
    "saliency": (attr.Saliency, {"abs": False}),
    "gradient-x-input": (attr.InputXGradient, {}),
    "integrated-gradients": (attr.IntegratedGradients, {"n_steps": STEPS, "method": "gausslegendre"}),
    "guided-backprop": (attr.GuidedBackprop, {}),
    "deconvnet": (attr.Deconvolution, {}),
    "deeplift": (attr.DeepLift, {}),
}


class Plain(nn.Module):
    def __init__(self):
        super().__init__()
        torch.manual_seed(7)
        self.one, self.relu_one = nn.Conv2d(3, 6, 3, 2, 1), nn.ReLU()
        self.two, self.relu_two = nn.Conv2d(6, 8, 3, padding=1), nn.ReLU()
        self.pool, self.head = nn.AvgPool2d(2), nn.Linear(8 * 16, 4)

    def forward(self, x):
        return self.head(self.pool(self.relu_two(self.two(self.relu_one(self.one(x))))).flatten(1))


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.usefixtures("exact")
def test_maps_are_captums(name):
    network = wrapped(Plain(), LOGITS, size=SIZE)
    images = torch.randn(3, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(2))
    classes = torch.tensor([0, 3, 1])
    peer, settings = PEERS[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = peer(network.module).attribute(images.clone(), target=classes, **settings).detach().sum(1)
    found = methods()[name].attribute(Explained(network), images, logit(classes, 4), [0, 0, 0]).maps
    assert torch.allclose(found, expected.float(), atol=1e-5 * float(expected.abs().max()))
