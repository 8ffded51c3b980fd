"""Gradient and relevance methods where the answer is known: a linear model, a two-layer network by hand, saturation."""

import pytest
import torch
from torch import nn

from atlas.core.specs import LayerSpec
from atlas.methods.attribution.explained import Explained
from atlas.methods.attribution.integrated_gradients import integrated_gradients
from atlas.methods.attribution.low_pass_gradient import low_pass, ring_correlation
from atlas.methods.attribution.method import methods
from atlas.methods.attribution.noise import noisy_moments
from atlas.methods.attribution.target import logit
from tests.fixtures.networks import wrapped

pytestmark = pytest.mark.usefixtures("exact")
SIZE = 8
LOGITS = LayerSpec("logits", "head", 2, "Class logits", axes="unit")


class Linear(nn.Module):
    """Class scores linear in the pixels."""

    def __init__(self, *, bias=False):
        super().__init__()
        torch.manual_seed(0)
        self.head = nn.Linear(3 * SIZE * SIZE, 2, bias=bias)

    def forward(self, x):
        return self.head(x.flatten(1))


class TwoLayers(nn.Module):
    """s = 2 relu(a - b) - relu(b - a / 2) of the red (a) and green (b) value of the first pixel; class 1 is constant."""

    def __init__(self):
        super().__init__()
        self.first, self.relu, self.head = nn.Linear(3 * SIZE * SIZE, 2), nn.ReLU(), nn.Linear(2, 2)
        with torch.no_grad():
            for part in (self.first, self.head):
                part.weight.zero_()
                part.bias.zero_()
            red, green = 0, SIZE * SIZE
            self.first.weight[0, red], self.first.weight[0, green] = 1.0, -1.0
            self.first.weight[1, red], self.first.weight[1, green] = -0.5, 1.0
            self.head.weight[0] = torch.tensor([2.0, -1.0])

    def forward(self, x):
        return self.head(self.relu(self.first(x.flatten(1))))


class Saturated(nn.Module):
    """s = 1 - relu(1 - a): flat for a above 1, so that the gradient there is zero."""

    def __init__(self):
        super().__init__()
        self.first, self.relu, self.head = nn.Linear(3 * SIZE * SIZE, 1), nn.ReLU(), nn.Linear(1, 2)
        with torch.no_grad():
            self.first.weight.zero_()
            self.first.weight[0, 0] = -1.0
            self.first.bias.fill_(1.0)
            self.head.weight.copy_(torch.tensor([[-1.0], [0.0]]))
            self.head.bias.copy_(torch.tensor([1.0, 0.0]))

    def forward(self, x):
        return self.head(self.relu(self.first(x.flatten(1))))


def run(name, module, images):
    explained = Explained(wrapped(module, LOGITS, size=SIZE))
    target = logit(torch.zeros(len(images), dtype=torch.long), 2)
    return methods()[name].attribute(explained, images, target, list(range(len(images))))


def pixel(red, green):
    """An image that is zero but for the red and green of its first pixel."""
    image = torch.zeros(1, 3, SIZE, SIZE)
    image[0, 0, 0, 0], image[0, 1, 0, 0] = red, green
    return image


@pytest.mark.parametrize("name", ["gradient-x-input", "integrated-gradients", "deeplift"])
def test_a_linear_model_gives_weight_times_pixel(name):
    module = Linear(bias=True)
    images = torch.randn(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(5))
    expected = (module.head.weight[0].reshape(3, SIZE, SIZE) * images).sum(1).detach()
    assert torch.allclose(run(name, module, images).maps, expected, atol=1e-5)


@pytest.mark.parametrize("name", ["saliency", "smoothgrad"])
def test_the_gradient_of_a_linear_model_is_its_weights(name):
    module = Linear()
    images = torch.randn(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(5))
    expected = module.head.weight[0].reshape(3, SIZE, SIZE).sum(0).detach().expand(2, -1, -1)
    assert torch.allclose(run(name, module, images).maps, expected, atol=1e-6)


def test_the_gradient_of_a_linear_model_has_no_variance():
    assert run("vargrad", Linear(), torch.randn(1, 3, SIZE, SIZE)).maps.abs().max() < 1e-10


def test_expected_gradients_of_a_linear_model_are_complete():
    found = run(
        "expected-gradients", Linear(), torch.randn(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(1))
    )
    assert found.error().max() < 1e-4


@pytest.mark.parametrize(
    ("red", "green", "gradient", "guided", "deconvnet"),
    [  # the gradients of red and green, by hand
        (3.0, 1.0, (2.0, -2.0), (2.0, -2.0), (2.0, -2.0)),  # only the first unit is active
        (1.0, 2.0, (0.5, -1.0), (0.0, 0.0), (2.0, -2.0)),  # only the second: its signal is negative
        (4.0, 3.0, (2.5, -3.0), (2.0, -2.0), (2.0, -2.0)),  # both
    ],
)
def test_two_layers_by_hand(red, green, gradient, guided, deconvnet):
    images = pixel(red, green)
    for name, expected in (("saliency", gradient), ("guided-backprop", guided), ("deconvnet", deconvnet)):
        assert float(run(name, TwoLayers(), images).maps[0, 0, 0]) == pytest.approx(sum(expected), abs=1e-6), name
    score = 2 * max(red - green, 0) - max(green - red / 2, 0)
    product = gradient[0] * red + gradient[1] * green
    assert product == pytest.approx(score)
    for name in (
        "gradient-x-input",
        "integrated-gradients",
        "deeplift",
    ):  # the ReLUs' inputs never change sign on the way
        assert float(run(name, TwoLayers(), images).maps[0, 0, 0]) == pytest.approx(score, abs=1e-5), name


@pytest.mark.parametrize(
    ("name", "expected"), [("gradient-x-input", 0.0), ("integrated-gradients", 1.0), ("deeplift", 1.0)]
)
def test_saturation_hides_a_pixel_from_the_gradient_alone(name, expected):
    found = run(name, Saturated(), pixel(2.0, 0.0)).maps
    assert float(found[0, 0, 0]) == pytest.approx(expected, abs=0.1)  # IG: its nodes do not see the kink exactly
    assert found.flatten()[1:].abs().max() == 0


def test_deeplift_of_a_saturated_unit_is_exact():
    assert float(run("deeplift", Saturated(), pixel(2.0, 0.0)).maps[0, 0, 0]) == pytest.approx(1.0, abs=1e-6)


def test_integrated_gradients_become_complete_with_steps():
    score = lambda batch: torch.tanh(3 * batch).prod(1) + torch.relu(batch[:, 0] - batch[:, 1])  # noqa: E731
    inputs = torch.tensor([1.5, 0.7], dtype=torch.float64)
    whole = float(score(inputs[None]) - score(torch.zeros(1, 2, dtype=torch.float64)))
    errors = [abs(float(integrated_gradients(score, inputs, steps=steps).sum()) - whole) for steps in (2, 4, 8, 32)]
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1e-8 < errors[0]


def test_smoothed_gradients_of_a_square_have_the_moments_of_the_noise():
    """The gradient of x^2 / 2 is x: its mean is x and its variance that of the noise."""
    inputs = torch.linspace(-1, 1, 400, dtype=torch.float64)
    mean, variance = noisy_moments(lambda batch: (batch**2).sum(1) / 2, inputs, 3, samples=200, level=0.25)
    assert float((mean - inputs).pow(2).mean()) == pytest.approx(0.25 / 200, rel=0.3)
    assert float(variance.mean()) == pytest.approx(0.25, rel=0.05)


def test_the_low_pass_keeps_slow_waves_and_drops_fast_ones():
    line = torch.arange(64, dtype=torch.float64)
    slow, fast = (torch.cos(2 * torch.pi * waves * line / 64).expand(1, 64, 64) for waves in (2, 28))
    found = low_pass(slow + fast, 8 / 64)
    assert torch.allclose(found, slow, atol=1e-3)


def test_the_ring_correlation_is_the_share_that_two_maps_have_in_common():
    torch.manual_seed(0)
    common, one, two = torch.randn(3, 4, 3, 64, 64)
    found = ring_correlation(common + one, common + two)
    assert found[2:].mean() == pytest.approx(0.5, abs=0.05)
    assert ring_correlation(one, one)[1:] == pytest.approx(1.0)
    assert abs(ring_correlation(one, two)[4:].mean()) < 0.1
