"""Feature visualization: the engine computes the same function, pictures are independent, formulas are re-derived."""

import numpy as np
import pytest
import torch
from torch import nn

from atlas.core.errors import AtlasError
from atlas.core.hooks import tap
from atlas.core.sources import EmbeddedFile, WheelFile
from atlas.core.specs import LayerSpec, Network, Unit
from atlas.methods.prepare import prepare as normalize
from atlas.methods.visualize import Settings, visualize_directions, visualize_units
from atlas.methods.visualize.canvas import Canvas
from atlas.methods.visualize.engine import prepare
from atlas.methods.visualize.graph import cut
from atlas.methods.visualize.image import FourierImage
from atlas.methods.visualize.objective import texture
from atlas.methods.visualize.robust import Robustness
from atlas.methods.visualize.score import HELD_OUT_SEED, score
from atlas.networks import NETWORKS
from atlas.weights import load

SMALL = Settings(size=32, steps=8, transforms=2)
NAME = "efficientnet-lite0"
HERE = [spec.name for spec in NETWORKS.values() if isinstance(spec.weights, WheelFile | EmbeddedFile)]


@pytest.fixture(scope="module")
def lite0():
    return load(NETWORKS[NAME])


@pytest.fixture
def one_thread():
    """As in a build's workers; the kernels that torch takes depend on it."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def picture_bytes(network, layer, indices):
    found = visualize_units(
        network, network.spec.layer(layer), [Unit(network.spec.name, layer, i) for i in indices], SMALL, seed=0
    )
    return [picture.rgb.tobytes() for picture in found]


@pytest.mark.parametrize("name", HERE)
def test_cut_and_folded_it_is_the_same_function(name):
    network = load(NETWORKS[name])
    side = network.spec.input_size
    pixels = np.random.default_rng(2).integers(0, 256, (2, side, side, 3), dtype=np.uint8)
    image = normalize(network, pixels)
    layers = network.spec.layers
    chosen = [layers[0], layers[len(layers) // 3], layers[2 * len(layers) // 3], layers[-1]]
    kept = {}
    with torch.no_grad(), tap(network.module, chosen, lambda layer, value: kept.update({layer.name: value.clone()})):
        network.module(image)
    for layer in chosen:
        with torch.no_grad():
            found = cut(network, layer, image)(image)
        scale = kept[layer.name].abs().max()
        torch.testing.assert_close(found / scale, kept[layer.name] / scale, rtol=0, atol=2e-5, msg=layer.name)


@pytest.mark.parametrize(
    ("name", "layer"), [(NAME, "block2a"), (NAME, "block5c"), (NAME, "logits"), ("alexnet-64", "conv5")]
)
def test_a_picture_does_not_depend_on_its_neighbours(name, layer, one_thread):
    """Not a bit of it, whatever the number of pictures that are made together."""
    network = load(NETWORKS[name])
    together = picture_bytes(network, layer, list(range(16)))
    assert len(set(together)) == 16
    for numbers in ([7], [11, 7, 3, 5], [15, 14, 13, 12, 11, 10, 9]):
        assert picture_bytes(network, layer, numbers) == [together[number] for number in numbers]


@pytest.mark.parametrize("name", HERE)
def test_the_canvas_grows_with_the_layer_up_to_the_picture_or_the_networks_input(name):
    network = load(NETWORKS[name])
    canvases = [prepare(network, layer, size=128).canvas for layer in (network.spec.layers[0], network.spec.layers[-1])]
    assert canvases[0].texture and canvases[0].side in (32, 48)
    assert not canvases[1].texture and canvases[1].side == min(128, network.spec.input_size)
    small, large = (canvas.steps(Settings(steps=64)) for canvas in canvases)
    assert 24 <= small <= 64
    assert large == round(64 * 4 / 3 * max(canvases[1].side / 128, 3 / 8))
    made = visualize_units(network, network.spec.layers[0], [Unit(name, network.spec.layers[0].name, 0)], SMALL, seed=0)
    assert made[0].rgb.shape == (SMALL.size, SMALL.size, 3)


def test_a_class_is_shaken_more_by_smaller_steps_and_its_picture_says_so(lite0):
    settings = Settings(size=64, steps=2)
    tap, logits = (lite0.spec.layer(name) for name in ("block5c", "logits"))
    [of_map] = visualize_units(lite0, tap, [Unit(NAME, "block5c", 0)], settings, seed=0)
    [of_class] = visualize_units(lite0, logits, [Unit(NAME, "logits", 0)], settings, seed=0)
    assert of_map.parameters["canvas"] == of_class.parameters["canvas"] == 64
    assert of_class.parameters["rate"] < of_map.parameters["rate"]
    for field in ("jitter", "scale", "rotate"):
        assert of_map.parameters[field] == getattr(settings, field) < of_class.parameters[field]


def test_dense_layers_get_the_networks_own_input():
    network = load(NETWORKS["alexnet-64"])
    engine = prepare(network, network.spec.layer("fc7"), size=32)
    assert engine.canvas.side == 64
    made = visualize_units(network, network.spec.layer("fc7"), [Unit("alexnet-64", "fc7", 0)], SMALL, seed=0)
    assert made[0].rgb.shape == (32, 32, 3)


def test_ascent_raises_the_objective(lite0):
    settings = Settings(size=64, steps=48)
    units = [Unit(NAME, "block3b", i) for i in range(4)]
    for picture in visualize_units(lite0, lite0.spec.layer("block3b"), units, settings, seed=0):
        assert picture.rgb.shape == (64, 64, 3) and picture.rgb.dtype == np.uint8
        assert picture.curve.shape == (24,) == (picture.parameters["steps"],)
        assert picture.curve[-6:].mean() > picture.curve[:3].mean()
        assert picture.score_max >= picture.score_mean


def test_the_score_is_the_mean_over_transforms_that_the_picture_was_not_made_under(lite0):
    engine = prepare(lite0, lite0.spec.layer("block2a"), size=64)
    pictures = torch.rand(2, 3, engine.canvas.side, engine.canvas.side, generator=torch.Generator().manual_seed(0))
    found = score(engine.exact, pictures, lambda response: response[:, 5].flatten(1), transforms=3)
    robust = Robustness()
    matrices = robust.draw(torch.Generator().manual_seed(HELD_OUT_SEED), 3)
    for number in range(2):
        one = pictures[number : number + 1]
        seen = [engine.exact(robust.apply(one, matrix[None]))[0, 5].flatten() for matrix in matrices]
        torch.testing.assert_close(torch.from_numpy(found[number]), sum(seen) / 3, atol=1e-3, rtol=1e-4)


def test_the_direction_of_one_unit_excites_that_unit(lite0):
    layer = lite0.spec.layer("block3b")
    directions = np.eye(layer.units, dtype=np.float32)[[5, 9]]
    settings = Settings(size=64, steps=24)
    made = visualize_directions(lite0, layer, directions, ["five", "nine"], settings, seed=0)
    mean = []
    for picture in made:
        image = torch.from_numpy(picture.rgb).permute(2, 0, 1)[None].float() / 127.5 - 1
        kept = []
        with torch.no_grad(), tap(lite0.module, [layer], lambda _layer, value, kept=kept: kept.append(value)):
            lite0.module(image)
        mean.append(kept[0].mean(dim=(0, 2, 3)))
    assert mean[0][5] > mean[1][5] and mean[1][9] > mean[0][9]


def test_the_render_equals_a_slow_inverse_transform():
    size, decay = 8, 1.5
    image = FourierImage(size, decay)
    spectra = image.start([torch.Generator().manual_seed(1)], 1.0)
    values = torch.view_as_complex(spectra)[0].numpy()
    rows = np.minimum(np.arange(size), size - np.arange(size)) / size
    flat = np.zeros((3, size, size))
    for channel in range(3):
        full = np.zeros((size, size), complex)
        for u in range(size):
            for v in range(size):
                mirrored = v > size // 2
                source = values[channel, -u % size, size - v].conj() if mirrored else values[channel, u, v]
                frequency = max(np.hypot(rows[u], rows[v]), 1 / size)
                nyquist = size // 2 in (u, v)
                full[u, v] = 0 if nyquist else source * size / frequency**decay / 4
        for y in range(size):
            for x in range(size):
                u, v = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
                wave = np.exp(2j * np.pi * (u * y + v * x) / size)
                flat[channel, y, x] = (full * wave).sum().real / size**2
    # irfft2 reads only the real part of the self-conjugate columns; the slow sum takes the real part of everything
    colour = np.array([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
    colour /= np.linalg.norm(colour, axis=0).max()
    slow = 1 / (1 + np.exp(-np.einsum("rc,chw->rhw", colour, flat)))
    np.testing.assert_allclose(image.render(spectra)[0].numpy(), slow, atol=1e-4)


def test_transforms_are_drawn_from_each_pictures_own_generator():
    first = Robustness().draw(torch.Generator().manual_seed(4), 5)
    torch.testing.assert_close(first, Robustness().draw(torch.Generator().manual_seed(4), 5), rtol=0, atol=0)
    assert not torch.equal(first, Robustness().draw(torch.Generator().manual_seed(5), 5))
    still = Robustness(0.0, 0.0, 0.0).draw(torch.Generator().manual_seed(4), 1)
    picture = torch.rand(1, 3, 16, 16)
    torch.testing.assert_close(Robustness().apply(picture, still), picture, atol=1e-5, rtol=0)
    torch.testing.assert_close(Robustness(wrap=True).apply(picture, still), picture, atol=1e-5, rtol=0)
    aside = torch.tensor([[[1.0, 0.0, 0.5], [0.0, 1.0, -1.0]]])  # a quarter of the side left, half of it down
    turned = Robustness(wrap=True).apply(picture, aside)
    torch.testing.assert_close(turned, picture.roll((8, -4), dims=(2, 3)), atol=1e-5, rtol=0)


def test_a_picture_shown_larger_has_the_same_waves():
    image = FourierImage(16, decay=1.5)
    spectra = image.start([torch.Generator().manual_seed(1)], 0.5)
    own, larger = image.render(spectra), image.render(spectra, 64)
    torch.testing.assert_close(larger[:, :, ::4, ::4], own, atol=1e-5, rtol=0)


@pytest.mark.parametrize("decay", [1.0, 1.5])
def test_a_step_moves_a_pixel_by_each_wave_in_inverse_proportion_to_the_side(decay):
    """Whatever the decay: a canvas of a quarter of the side has a quarter of the waves along it."""

    def moved(side):
        spectra = torch.zeros(1, 3, side, side // 2 + 1, 2)
        one_across = (0, 0, 0, 1, 0)  # of the first colour
        spectra[one_across] = Canvas(side, texture=False).rate(Settings(decay=decay))
        return torch.logit(FourierImage(side, decay).render(spectra)).amax()

    torch.testing.assert_close(moved(32), 4 * moved(128), rtol=1e-3, atol=0)


def test_the_objective_of_a_texture_is_the_mean_over_the_stronger_half():
    response = torch.tensor([[1.0, 5.0, -3.0, 2.0], [0.0, 8.0, 2.0, 4.0]]).view(2, 1, 2, 2)
    assert texture([0, 0])(response).tolist() == [3.5, 6.0]
    assert texture([0, 0], sign=-1)(response).tolist() == [1.0, -1.0]


def test_a_linear_unit_is_excited_towards_its_weights():
    module = nn.Sequential(nn.Conv2d(3, 2, 1, bias=False)).eval().requires_grad_(False)
    module[0].weight.data = torch.tensor([[1.0, -1.0, -1.0], [-1.0, 1.0, -1.0]]).view(2, 3, 1, 1)
    layer = LayerSpec("last", "0", 2, "")
    network = Network(NETWORKS[NAME], module)
    settings = Settings(size=32, steps=40, precision="float32")
    red, green = visualize_units(network, layer, [Unit(NAME, "last", i) for i in (0, 1)], settings, seed=0)
    assert red.rgb[..., 0].mean() > red.rgb[..., 1].mean() + 10
    assert green.rgb[..., 1].mean() > green.rgb[..., 0].mean() + 10


def test_mistakes_are_named(lite0):
    with pytest.raises(AtlasError, match="block2a"):
        picture_bytes(lite0, "block2a", [24])
    with pytest.raises(AtlasError, match="nowhere"):
        cut(lite0, LayerSpec("odd", "nowhere", 3, ""), torch.zeros(1, 3, 32, 32))
    with pytest.raises(AtlasError, match="expected"):
        visualize_directions(lite0, lite0.spec.layer("stem"), np.ones((1, 3), np.float32), ["a"], SMALL, seed=0)
