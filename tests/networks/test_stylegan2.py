"""StyleGAN2: names and shapes of the published file, the picture, re-derived slowly, and W as the latent space."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch.nn import functional

from atlas.chapters.generative.latent import draw, draw_noise, first_affine, load, pictures
from atlas.chapters.generative.method import Evidence
from atlas.chapters.generative.methods import sefa
from atlas.core.errors import WeightsError
from atlas.core.sources import CustomFile
from atlas.networks import stylegan2
from atlas.networks.generators import GENERATORS
from atlas.networks.modules.stylegan2 import StyleGAN2
from atlas.weights import load as weights

SPEC = GENERATORS["stylegan2-church-256"]
FULL, SMALL = (512, 512, 512, 512, 512, 256, 128), (8, 6, 4)


def modulated(name, inputs, outputs, kernel, z):
    return {
        f"{name}.conv.weight_orig": (1, outputs, inputs, kernel, kernel),
        f"{name}.conv.style_modulation.linear.weight_orig": (inputs, z),
        f"{name}.conv.style_modulation.bias": (inputs,),
    }


def published(z=512, widths=FULL, depth=8):
    """Names and shapes of `generator_ema`, from MMGeneration's generator_discriminator_v2.py and styleganv2_modules.py."""
    found = {"constant_input.input": (1, widths[0], 4, 4)}
    for number in range(1, depth + 1):
        found |= {f"style_mapping.{number}.linear.weight_orig": (z, z), f"style_mapping.{number}.bias": (z,)}
    places = [("conv1", widths[0], widths[0])]
    for scale in range(1, len(widths)):
        inputs, outputs = widths[scale - 1 : scale + 1]
        places += [(f"convs.{2 * scale - 2}", inputs, outputs), (f"convs.{2 * scale - 1}", outputs, outputs)]
        found |= {f"convs.{2 * scale - 2}.conv.blur.kernel": (4, 4), f"to_rgbs.{scale - 1}.upsample.kernel": (4, 4)}
    for number, (name, inputs, outputs) in enumerate(places):
        side = 2 ** ((number + 5) // 2)
        found |= modulated(name, inputs, outputs, 3, z)
        found |= {f"{name}.noise_injector.weight": (1,), f"{name}.activate.bias": (outputs,)}
        found[f"injected_noise_{number}"] = (1, 1, side, side)
    for scale, width in enumerate(widths):
        name = f"to_rgbs.{scale - 1}" if scale else "to_rgb1"
        found |= modulated(name, width, 3, 1, z) | {f"{name}.bias": (1, 3, 1, 1)}
    return found


def random_state(z=6, widths=SMALL, depth=3):
    """Random numbers under the published names; the mapping's are kept divided by its rate of learning."""
    torch.manual_seed(0)
    state = {name: torch.randn(shape) for name, shape in published(z, widths, depth).items()}
    return {name: value * (100 if name.startswith("style_mapping") else 1) for name, value in state.items()}


def file(path, state):
    """As MMGeneration writes it: the averaged generator, the last one and the discriminator, beside a record."""
    whole = {f"generator_ema.{name}": value for name, value in state.items()}
    whole |= {f"generator.{name}": torch.zeros_like(value) for name, value in state.items()}
    torch.save({"meta": {"iter": 1}, "state_dict": {**whole, "discriminator.convs.0.1.bias": torch.zeros(2)}}, path)
    return path


def small(path, widths=SMALL):
    source = CustomFile(str(path), weights.digest(path), "none")
    layers = tuple(replace(layer, units=width) for layer, width in zip(SPEC.layers, widths, strict=False))
    size = 2 << len(widths)
    return replace(SPEC, weights=source, noise=6, size=size, layers=layers, build=lambda: StyleGAN2(6, widths, depth=3))


@pytest.fixture(scope="module")
def generator(tmp_path_factory):
    return load(small(file(tmp_path_factory.mktemp("file") / "small.pth", random_state())))


def lrelu(x):
    return torch.where(x > 0, x, 0.2 * x) * 2**0.5


def slow_w(state, noise, depth=3):
    w = noise / (noise**2).mean(1, keepdim=True).sqrt()
    for number in range(1, depth + 1):
        weight, bias = state[f"style_mapping.{number}.linear.weight_orig"], state[f"style_mapping.{number}.bias"]
        w = lrelu(w @ (weight * 0.01 / weight.shape[1] ** 0.5).T + bias * 0.01)
    return w


def upfirdn(x, up, before, after):
    """[C, H, W] with zeros between its positions and around it, filtered at every position; the filter sums to 4."""
    tall = torch.zeros(len(x), x.shape[1] * up, x.shape[2] * up)
    tall[:, ::up, ::up] = x
    tall = functional.pad(tall, (before, after, before, after))
    line = torch.tensor([1.0, 3.0, 3.0, 1.0])
    kernel = line[:, None] * line / line.sum() ** 2 * 4
    rows, columns = tall.shape[1] - 3, tall.shape[2] - 3
    return sum(
        kernel[i, j] * tall[:, i : i + rows, j : j + columns] for i in range(4) for j in range(4)
    )  # the filter is its own mirror image


def modulate(state, name, w, *, demodulate):
    """[O, I, k, k] weight of one picture: equations 1 and 3, constants multiplied in."""
    weight = state[f"{name}.conv.weight_orig"][0]
    weight = weight / weight[0].numel() ** 0.5
    affine = state[f"{name}.conv.style_modulation.linear.weight_orig"]
    style = affine @ w / affine.shape[1] ** 0.5 + state[f"{name}.conv.style_modulation.bias"]
    weight = weight * style[None, :, None, None]
    return weight / (weight**2).sum((1, 2, 3), keepdim=True).add(1e-8).sqrt() if demodulate else weight


def convolve(state, name, number, x, w):
    weight = modulate(state, name, w, demodulate=True)
    if number % 2:
        x = functional.conv_transpose2d(x[None], weight.transpose(0, 1), stride=2)[0]
        x = upfirdn(x, 1, 1, 1)
    else:
        x = functional.conv2d(x[None], weight, padding=1)[0]
    x = x + state[f"{name}.noise_injector.weight"] * state[f"injected_noise_{number}"][0]
    return lrelu(x + state[f"{name}.activate.bias"][:, None, None])


def slowly(state, w, scales=3):
    """The published forward pass of one w [Z], blue first, turned to red first."""
    x, rgb, number = state["constant_input.input"][0], None, 0
    for scale in range(scales):
        for _ in range(2 if scale else 1):
            x = convolve(state, f"convs.{number - 1}" if number else "conv1", number, x, w)
            number += 1
        name = f"to_rgbs.{scale - 1}" if scale else "to_rgb1"
        added = functional.conv2d(x[None], modulate(state, name, w, demodulate=False))[0] + state[f"{name}.bias"][0]
        rgb = added if rgb is None else added + upfirdn(rgb, 2, 2, 1)
    return rgb[[2, 1, 0]]


def test_the_published_file_fills_the_module():
    with torch.device("meta"):
        module = SPEC.build()
        state = {f"generator_ema.{name}": torch.empty(shape) for name, shape in published().items()}
        found = stylegan2.rename(state)
    assert {n: v.shape for n, v in found.items()} == {n: v.shape for n, v in module.state_dict().items()}


def test_the_picture_is_that_of_the_published_steps(generator):
    state = random_state()
    noise = torch.from_numpy(draw_noise(generator.spec, 3, 1))
    found = generator.module(torch.from_numpy(draw(generator, 3, 1)))
    assert found.shape == (3, 3, 16, 16)
    wanted = torch.stack([slowly(state, w) for w in slow_w(state, noise)])
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-4)
    assert (found[0] - found[1]).abs().max() > 0.1


def test_w_has_no_mean_and_about_unit_variance(generator):
    w = generator.module.mapping(stylegan2.sample(torch.zeros(()), 6))
    assert w.mean(0).numpy() == pytest.approx(np.zeros(6), abs=1e-5)
    assert w.var(0, correction=0).mean().item() == pytest.approx(1, abs=1e-5)
    drawn = draw(generator, 4000, 0)  # of another seed
    assert drawn.mean(0) == pytest.approx(np.zeros(6), abs=0.12)
    assert drawn.var(0).mean() == pytest.approx(1, abs=0.06)


def test_the_same_seed_draws_the_same_and_only_w_counts(generator):
    z = draw(generator, 3, 5)
    assert (z == draw(generator, 3, 5)).all()
    assert (pictures(generator, z) == pictures(generator, draw(generator, 3, 5))).all()
    assert np.abs(z - draw_noise(generator.spec, 3, 5)).max() > 0.1


def test_sefa_finds_the_eigenvectors_of_all_published_affine_weights(generator):
    table = torch.cat([v for n, v in random_state().items() if n.endswith("style_modulation.linear.weight_orig")])
    gains, vectors = np.linalg.eigh((table.T @ table).double().numpy())
    spec = generator.spec
    found = sefa.find(
        Evidence(spec, np.zeros((1, spec.free)), np.zeros((1, 0)), (), 6, 0, affine=first_affine(generator))
    )
    for number, direction in enumerate(found):
        assert abs(direction.vector @ vectors[:, -1 - number]) == pytest.approx(1, abs=1e-5)
        assert direction.weight == pytest.approx(gains[-1 - number] / gains.sum(), rel=1e-4)


def test_a_file_that_is_only_the_state_dict_of_the_generator_is_read_too(generator, tmp_path):
    torch.save(random_state(), tmp_path / "flat.pth")
    flat, z = load(small(tmp_path / "flat.pth")), draw(generator, 2, 0)
    assert (pictures(flat, z) == pictures(generator, z)).all()


def test_the_state_dict_as_safetensors_is_read_too(generator, tmp_path):
    save_file(random_state(), tmp_path / "flat.safetensors")
    flat, z = load(small(tmp_path / "flat.safetensors")), draw(generator, 2, 0)
    assert (pictures(flat, z) == pictures(generator, z)).all()


def test_a_file_without_a_part_says_which(tmp_path):
    state = random_state()
    del state["to_rgbs.0.bias"]
    with pytest.raises(WeightsError, match=r"does not fit stylegan2-church-256: unknown key 'to_rgbs.0.bias'"):
        load(small(file(tmp_path / "small.pth", state)))
