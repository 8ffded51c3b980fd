"""Tuning curves: planted filters are recovered, what prefers nothing has none, and first layers agree with their filters."""

import numpy as np
import pytest
import torch
from torch import nn

from atlas.chapters.vision.receptive_field import receptive_field
from atlas.chapters.vision.stimuli import Canvas, arc, disc, grating, patch
from atlas.chapters.vision.tuning import full_width, has_tuning, measure_tuning, peak
from atlas.core.results import ReceptiveField
from atlas.core.specs import LayerSpec
from atlas.core.tuning import NO_TUNING, QUANTITIES, hue_word, traits
from atlas.networks import NETWORKS
from atlas.weights import load
from tests.fixtures.networks import wrapped

SIDE = 21  # of the planted filters
LAYER = LayerSpec("conv1", "conv1", 9, "Convolution 1")
ANGLES, FREQUENCY = (0, 30, 45, 90, 135), 0.11


def gabor(degrees, frequency, sigma=4.0):
    x, y = Canvas(SIDE, SIDE, SIDE / 2).grid
    window = np.exp(-(x**2 + y**2) / (2 * sigma**2))
    found = (grating(Canvas(SIDE, SIDE, SIDE / 2), degrees, frequency, 0) - 0.5) * window
    return found - window * found.sum() / window.sum()


class Planted(nn.Module):
    """Gabors of five angles, a reddish filter, a centre with a surround, one that is dead, one that adds all."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 9, SIDE, 2, SIDE // 2, bias=False)
        self.head = nn.Linear(9, 2)
        canvas = Canvas(SIDE, SIDE, SIDE / 2)
        x, y = canvas.grid
        r2 = x**2 + y**2
        filters = [np.broadcast_to(gabor(angle, FREQUENCY), (3, SIDE, SIDE)) for angle in ANGLES]
        filters.append(np.array([1.0, -0.6, -0.4])[:, None, None] * np.exp(-r2 / 32))
        centre = np.exp(-r2 / (2 * 2.0**2)) / 4 - np.exp(-r2 / (2 * 4.0**2)) / 16
        filters.append(np.broadcast_to(centre, (3, SIDE, SIDE)))
        filters += [np.zeros((3, SIDE, SIDE)), np.full((3, SIDE, SIDE), 1e-3)]
        self.conv1.weight.data = torch.from_numpy(np.stack(filters)).float()

    def forward(self, x):
        return self.head(self.conv1(x).relu().mean((2, 3)))


@pytest.fixture(scope="module")
def planted():
    network = wrapped(Planted(), LAYER, LayerSpec("logits", "head", 2, "Logits", axes="unit"), size=96)
    return measure_tuning(network, LAYER, receptive_field(network, LAYER), seed=0)


@pytest.mark.parametrize(("unit", "angle"), list(enumerate(ANGLES)))
def test_a_gabor_is_recovered(planted, unit, angle):
    found = planted.prefers(unit, "orientation")
    assert abs((found - angle + 90) % 180 - 90) < 2
    assert planted.prefers(unit, "frequency") == pytest.approx(FREQUENCY, rel=0.15)
    low, high = (getattr(planted, end)[unit, 0] for end in ("low", "high"))
    assert low - 0.5 <= found <= high + 0.5
    assert 15 < planted.width[unit, 0] < 90
    assert any(word.startswith("bars at") for word in traits(planted, unit))


def test_a_coloured_filter_prefers_its_hue_and_no_orientation(planted):
    assert hue_word(planted.prefers(5, "hue")) in ("red", "pink", "orange")
    assert planted.prefers(5, "orientation") is None


def test_a_centre_with_a_surround_prefers_the_disc_that_fills_the_centre(planted):
    """Of the difference of two Gaussians the best radius is where both are equal."""
    radius = np.sqrt(2 * np.log(4) / (1 / 2.0**2 - 1 / 4.0**2))
    assert planted.prefers(6, "size") == pytest.approx(2 * radius, rel=0.2)
    assert planted.prefers(6, "position") < 1


def test_what_answers_nothing_prefers_nothing(planted):
    assert not np.isfinite(planted.preferred[7]).any()
    assert traits(planted, 7) == ()
    assert planted.prefers(8, "orientation") is None


def test_curves_are_shares_of_the_units_range(planted):
    for quantity in QUANTITIES:
        values = getattr(planted, quantity)
        assert len(values) == LAYER.units
        assert np.isfinite(values).all()
        assert float(np.abs(values).max()) <= 1.001
        assert values.shape[-1] == len(planted.axis(quantity))


def test_deep_layers_have_no_tuning():
    assert has_tuning(ReceptiveField(11, 4, 0), 64)
    assert not has_tuning(ReceptiveField(33, 4, 0), 64)
    assert not has_tuning(ReceptiveField(0, 1, 0), 64)
    network = wrapped(Planted(), LAYER, LayerSpec("logits", "head", 2, "Logits", axes="unit"), size=24)
    assert measure_tuning(network, LAYER, receptive_field(network, LAYER), seed=0) is NO_TUNING


def test_a_half_width_is_that_of_a_gaussian():
    line = np.arange(-30, 31) / 10
    curve = np.exp(-(line**2) / 2)[None]
    assert full_width(curve, 0.1, circular=False)[0] == pytest.approx(2 * np.sqrt(2 * np.log(2)), rel=0.03)
    assert np.isnan(full_width(np.arange(9.0)[None], 1, circular=False)[0])  # rises to its end
    around = np.roll(np.exp(-(line**2) / 2), 25)[None]
    assert full_width(around, 0.1, circular=True)[0] == pytest.approx(2 * np.sqrt(2 * np.log(2)), rel=0.03)


def test_a_peak_lies_between_values():
    values = np.geomspace(1, 16, 9)
    for true in (1.7, 3.0, 9.5):
        curve = -((np.log(values) - np.log(true)) ** 2)
        assert peak(curve[None], values)[0] == pytest.approx(true, rel=1e-6)
    assert peak(np.arange(9.0)[None], values)[0] == pytest.approx(16)


def test_stimuli_are_what_they_say():
    canvas = Canvas(40, 20, 20)
    bars = grating(canvas, 0, 0.1, 0)
    assert np.ptp(bars, axis=1).max() < 1e-9  # a bar at 0 degrees is horizontal
    assert np.abs(np.fft.rfft(bars[:, 0] - bars[:, 0].mean())).argmax() == 4
    assert disc(canvas, 10, -1)[20, 20] < disc(canvas, 10, -1)[0, 0]
    straight, bent = arc(canvas, 0, 0.0, 2, 1), arc(canvas, 0, 0.2, 2, 1)
    assert np.ptp(straight[18:22, 12:28].max(0)) < 0.2
    assert (bent > 0.7).any(1).sum() > (straight > 0.7).any(1).sum()
    from skimage.color import rgb2lab

    lab = rgb2lab(np.moveaxis(patch(canvas, 120, 1.0), 0, -1))
    assert np.ptp(lab[..., 0]) < 0.5  # hue alone


def agreement(name):
    """How many oriented first filters peak, in their Fourier spectrum, within one step of the measured orientation."""
    network = load(NETWORKS[name])
    layer = network.spec.layers[0]
    tuning = measure_tuning(network, layer, receptive_field(network, layer), seed=0)
    filters = network.module.get_parameter(f"{layer.path}.weight").detach().sum(1).numpy()
    close = tuned = 0
    for unit, one in enumerate(filters):
        angle = tuning.prefers(unit, "orientation")
        if angle is None:
            continue
        tuned += 1
        power = np.abs(np.fft.fftshift(np.fft.fft2(one - one.mean(), (64, 64)))) ** 2
        row, column = np.unravel_index(power.argmax(), power.shape)
        bars = np.degrees(np.arctan2(-(row - 32), column - 32)) + 90
        close += abs((bars - angle + 90) % 180 - 90) <= 180 / 12
    return close, tuned, len(filters)


def test_the_first_layer_of_alexnet_agrees_with_its_filters():
    close, tuned, units = agreement("alexnet-64")
    assert tuned > units / 4
    assert close >= 0.85 * tuned
