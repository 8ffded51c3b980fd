"""Tuning curves: planted filters are recovered, what prefers nothing has none, and first layers agree with their filters."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn

from atlas.chapters.vision.curve import chance_length, full_width, peak
from atlas.chapters.vision.figures.tuning import preference
from atlas.chapters.vision.receptive_field import receptive_field
from atlas.chapters.vision.stimuli import Canvas, arc, disc, grating, patch
from atlas.chapters.vision.tuning import DEPTH, has_tuning, measure_tuning
from atlas.core.results import ReceptiveField
from atlas.core.specs import LayerSpec
from atlas.core.tuning import NO_TUNING, QUANTITIES, hue_word, sentence, traits
from atlas.networks import NETWORKS
from atlas.weights import load
from tests.fixtures.networks import wrapped

SIDE = 21  # of the planted filters
UNITS, ASIDE = 11, 4.2  # the place of the last two filters, to the right of the middle
LAYER = LayerSpec("conv1", "conv1", UNITS, "Convolution 1")
ANGLES, FREQUENCY = (0, 30, 45, 90, 135), 0.11


def gabor(degrees, frequency, sigma=4.0):
    x, y = Canvas(SIDE, SIDE, SIDE / 2).grid
    window = np.exp(-(x**2 + y**2) / (2 * sigma**2))
    found = (grating(Canvas(SIDE, SIDE, SIDE / 2), degrees, frequency, 0) - 0.5) * window
    return found - window * found.sum() / window.sum()


class Planted(nn.Module):
    """Gabors of five angles, a reddish filter, a centre with a surround, one dead, one that adds all, a narrow and a broad centre aside."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, UNITS, SIDE, 2, SIDE // 2, bias=False)
        self.head = nn.Linear(UNITS, 2)
        canvas = Canvas(SIDE, SIDE, SIDE / 2)
        x, y = canvas.grid
        r2 = x**2 + y**2
        filters = [np.broadcast_to(gabor(angle, FREQUENCY), (3, SIDE, SIDE)) for angle in ANGLES]
        filters.append(np.array([1.0, -0.6, -0.4])[:, None, None] * np.exp(-r2 / 32))
        centre = np.exp(-r2 / (2 * 2.0**2)) / 4 - np.exp(-r2 / (2 * 4.0**2)) / 16
        filters.append(np.broadcast_to(centre, (3, SIDE, SIDE)))
        filters += [np.zeros((3, SIDE, SIDE)), np.full((3, SIDE, SIDE), 1e-3)]
        for sigma in (1.2, 2.5):
            aside = np.exp(-((x - ASIDE) ** 2 + y**2) / (2 * sigma**2))
            filters.append(np.broadcast_to(aside, (3, SIDE, SIDE)))
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


def test_a_filter_aside_prefers_its_place(planted):
    assert planted.prefers(9, "position") == pytest.approx(ASIDE, abs=0.5)
    row, column = np.unravel_index(planted.position[9].argmax(), planted.position[9].shape)
    assert planted.places[column] == pytest.approx(ASIDE)  # to the right, on the middle row
    assert planted.places[row] == 0


def test_a_filter_much_wider_than_the_spot_has_no_place(planted):
    """A spot of diameter d reaches 1 - exp(-d^2 / 8 s^2) of what a wave reaches: 16 % of the range from - to +."""
    spot, sigma = SIDE / 5, 2.5
    share = (1 - np.exp(-(spot**2) / (8 * sigma**2))) / 2
    assert share < DEPTH
    assert float(np.ptp(planted.position[10].astype(float))) == pytest.approx(share, abs=0.06)
    assert planted.prefers(10, "position") is None


def test_a_width_has_an_interval_around_it(planted):
    for unit in range(len(ANGLES)):
        low, high = float(planted.narrow[unit, 0]), float(planted.wide[unit, 0])
        assert 0 < low <= high < 180
        assert low - 8 <= planted.width[unit, 0] <= high + 8
    assert not np.isfinite(planted.narrow[7]).any()
    assert not np.isfinite(planted.wide[:, QUANTITIES.index("position")]).any()


def test_the_width_of_a_gabor_is_that_of_its_closed_form(planted):
    """Of a Gabor of envelope s and frequency f the response to a grating of f, d degrees aside, is
    exp(-(2 pi f s)^2 (1 - cos d)), above the sign-reversed term; the width is found on a grid of 0.01 degrees."""
    from atlas.chapters.vision.tuning import axes_of

    best = float(axes_of(SIDE).frequencies[np.abs(np.log(axes_of(SIDE).frequencies / FREQUENCY)).argmin()])
    fine = np.radians(np.arange(-9000, 9000) / 100)
    gap = best**2 + FREQUENCY**2 - 2 * best * FREQUENCY * np.cos(fine)
    curve = np.exp(-2 * (np.pi * 4.0) ** 2 * gap)
    expected = 0.01 * (curve > (curve.max() + curve.min()) / 2).sum()
    for unit in range(len(ANGLES)):
        assert planted.width[unit, 0] == pytest.approx(expected, abs=180 / 12)


def test_a_unit_is_described_from_the_record_alone(planted):
    assert sentence(planted, 7) == "Tuned to none of the stimuli."
    assert sentence(planted, 2).startswith("Prefers bars at 4")
    filled = {name: np.array(getattr(planted, name)) for name in ("preferred", "low", "high")}
    filled["preferred"][:] = np.nan
    filled["preferred"][0, :2] = 179.8, 0.12
    filled["low"][0, :2], filled["high"][0, :2] = (174.8, 0.11), (184.8, 0.13)
    filled["preferred"][1, 3] = planted.sizes[-1]
    filled["preferred"][2, [2, 4]] = 60.0, 1 / 120
    made = replace(planted, **filled)
    assert sentence(made, 0) == "Prefers bars at 0° ± 5°, 0.12 ± 0.01 cycles per pixel."
    filled["low"][0, 0] = 121
    made = replace(made, low=filled["low"])
    assert traits(made, 0, spread=True)[0] == "bars at 0° (121° to 185°)"  # one side is far longer: no plus or minus
    assert traits(made, 0) == ("bars at 0°", "0.12 cycles per pixel")
    assert sentence(made, 1) == f"Prefers spots of at least {planted.sizes[-1]:.0f} px."
    assert sentence(made, 2) == "Prefers orange, arcs of radius 120 px."


def test_a_preference_is_written_with_whole_degrees(planted):
    made = replace(planted, preferred=np.full_like(planted.preferred, 135.4))
    assert preference(made, 0, "orientation").startswith("135° (")
    assert preference(planted, 7, "orientation") == "not tuned"


def test_chance_is_that_of_white_noise_and_too_low_for_smooth_curves():
    """What the caption says of the null: it holds its level only where neighbours are independent."""
    rng = np.random.default_rng(0)
    white = rng.normal(size=(1500, 12))
    smooth = sum(weight * np.roll(white, step, 1) for step, weight in ((-1, 0.25), (0, 0.5), (1, 0.25)))

    def exceed(curves):
        weights = curves - curves.min(1, keepdims=True)
        lengths = np.abs(weights @ np.exp(2j * np.pi * np.arange(12) / 12)) / weights.sum(1)
        return (lengths > chance_length(curves, np.random.default_rng(1))).mean()

    assert 0.003 < exceed(white) < 0.02
    assert exceed(smooth) > 0.1


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
    """How many first filters peak, in their Fourier spectrum, within one step of what was measured.

    For orientation and for frequency: those that agree, those that are tuned.
    """
    network = load(NETWORKS[name])
    layer = network.spec.layers[0]
    tuning = measure_tuning(network, layer, receptive_field(network, layer), seed=0)
    first = next(part for part in network.module.modules() if isinstance(part, nn.Conv2d))
    filters = first.weight.detach().sum(1).numpy()
    ratio = float(tuning.frequencies[1] / tuning.frequencies[0])
    found = {"orientation": [0, 0], "frequency": [0, 0]}
    for unit, one in enumerate(filters):
        angle, frequency = tuning.prefers(unit, "orientation"), tuning.prefers(unit, "frequency")
        bars, waves = spectral_peak(one)
        if angle is not None:
            found["orientation"][0] += abs((bars - angle + 90) % 180 - 90) <= 180 / 12
            found["orientation"][1] += 1
        if angle is not None and frequency is not None:
            found["frequency"][0] += abs(np.log(waves / frequency)) <= np.log(ratio)
            found["frequency"][1] += 1
    return found, len(filters)


def spectral_peak(one):
    """Orientation of the bars in degrees, and cycles per pixel, where a filter's spectrum is highest."""
    power = np.abs(np.fft.fftshift(np.fft.fft2(one - one.mean(), (64, 64)))) ** 2
    row, column = np.unravel_index(power.argmax(), power.shape)
    return np.degrees(np.arctan2(-(row - 32), column - 32)) + 90, np.hypot(row - 32, column - 32) / 64


def test_the_first_layer_of_alexnet_agrees_with_its_filters():
    found, units = agreement("alexnet-64")
    close, tuned = found["orientation"]
    assert tuned > units / 4
    assert close >= 0.95 * tuned
    close, tuned = found["frequency"]
    assert close >= 0.95 * tuned
