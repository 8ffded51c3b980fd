"""Quality measures in closed form, dissection on a generator whose units are known, and the InfoGAN's training."""

import numpy as np
import pytest
import torch

from atlas.chapters.generative import quality
from atlas.chapters.generative.dissect import ablate, dissect
from atlas.chapters.generative.latent import draw, features, pictures, pictures_from, pictures_with
from atlas.core.hooks import put
from atlas.networks.generators import GENERATORS
from atlas.networks.modules import up
from atlas.networks.modules.up import Up
from atlas.train import checkpoint, infogan
from tests.fixtures.generative import PUBLISHED, small_dcgan


def test_the_great_circle_keeps_the_length_and_the_line_does_not():
    a, b = np.eye(4)[0] * 2, np.eye(4)[1] * 2
    assert np.linalg.norm(quality.spherical(a, b, 5), axis=1) == pytest.approx(2)
    assert np.linalg.norm(quality.linear(a, b, 5)[2]) == pytest.approx(np.sqrt(2))
    for path in (quality.spherical, quality.linear):
        assert path(a, b, 5)[[0, -1]] == pytest.approx(np.stack([a, b]))
        assert path(a, a, 3) == pytest.approx(np.stack([a] * 3))


def test_frechet_distance_of_shifted_and_scaled_gaussians():
    a = np.random.default_rng(0).standard_normal((20_000, 3))
    assert quality.frechet(a, a) == pytest.approx(0, abs=1e-6)
    assert quality.frechet(a, a + 2) == pytest.approx(12, abs=1e-6)
    assert quality.frechet(a, 2 * a - a.mean(0)) == pytest.approx(np.trace(np.cov(a.T)), abs=1e-6)


def test_precision_and_recall_of_the_same_far_and_narrow_sets():
    real = np.random.default_rng(0).standard_normal((400, 2))
    other = np.random.default_rng(1).standard_normal((400, 2))
    precision, recall = quality.precision_recall(real, other)
    assert min(precision, recall) > 0.85
    assert quality.precision_recall(real, other + 100) == (0, 0)
    precision, recall = quality.precision_recall(real, other * 0.1)
    assert precision > 0.9
    assert recall < 0.4


def test_a_checkerboard_stands_out_and_smooth_noise_does_not():
    noise = np.random.default_rng(0).normal(128, 20, (200, 32, 32, 1)).repeat(3, 3)
    board = noise + 10 * (-1.0) ** np.arange(32)[None, None, :, None]
    assert abs(quality.checkerboard(quality.spectrum(noise))) < 1
    assert quality.checkerboard(quality.spectrum(board)) > 6


def test_the_nearest_picture_is_found():
    real = np.random.default_rng(0).integers(0, 256, (20, 8, 8, 3), dtype=np.uint8)
    index, distance = quality.nearest(real[[7, 3]], real)
    assert index.tolist() == [7, 3]
    assert distance == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("again", [False, True])
def test_an_ablated_unit_changes_the_picture_and_leaves_no_hook(again):
    generator = small_dcgan(again=again)
    z, layer = draw(generator, 6, 0), generator.spec.layers[1]
    before, maps = pictures(generator, z), features(generator, z, layer)
    assert (pictures_from(generator, z, layer, maps) == before).all()
    assert np.abs(pictures_from(generator, z, layer, ablate(maps, 2)).astype(int) - before).max() > 0
    assert (pictures(generator, z) == before).all()
    with pytest.raises(RuntimeError), put(generator.module, layer, torch.zeros(1)):
        raise RuntimeError
    assert (pictures(generator, z) == before).all()


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_generator_that_reads_z_behind_its_layers_says_so(name):
    """Where z is told to every block, one z for many maps would be an error or another picture."""
    spec = GENERATORS[name]
    assert spec.again == (name.startswith(("biggan", "stylegan2")))


def test_a_unit_without_way_out_draws_nothing_and_ranks_last():
    generator = small_dcgan()
    layer = generator.spec.layers[1]
    generator.module.up3.weight[4] = 0  # nothing reads unit 4
    z = draw(generator, 16, 0)
    found = dissect(generator, layer, z, pictures(generator, z), range(8))
    assert found.ablated[4] == 0
    assert found.percentile[4] == 0
    assert not found.map[4].any() and not found.inserted_map[4].any() and found.changed[4] == 0
    assert np.delete(found.ablated, 4).min() > 0 and np.delete(found.inserted_map, 4, 0).max((1, 2)).min() > 0
    assert (found.top[4] == found.without[4]).all()


def test_ablation_against_a_copy_with_the_weights_cut():
    generator, cut = small_dcgan(), small_dcgan()
    layer, z = generator.spec.layers[1], draw(generator, 8, 0)
    cut.module.up3.weight[2] = 0  # the same as setting unit 2 to zero
    found = dissect(generator, layer, z, pictures(generator, z), [2, 3])
    wanted = np.abs(pictures(cut, z[:6]).astype(float) - pictures(generator, z[:6])).mean(3) / 255
    assert found.map[0] == pytest.approx(wanted.mean(0), abs=1e-6)
    assert found.changed[0] == pytest.approx((wanted > 4 / 255).mean())


def test_a_unit_that_is_switched_on_changes_the_picture_as_its_weights_say():
    generator = small_dcgan()
    z, last = draw(generator, 8, 0), generator.spec.layers[-1]
    module, values = generator.module, features(generator, z, last)
    found = dissect(generator, last, z, pictures(generator, z), [1])
    quiet = np.argsort(values[:, 1].mean((1, 2)), kind="stable")[0]
    maps = torch.from_numpy(values[quiet : quiet + 1].copy())
    size = maps.shape[-1]
    inner = slice(size // 4, size - size // 4)
    maps[:, 1, inner, inner] = float(np.quantile(values[:, 1], 0.999))
    wanted = ((module.rgb(maps).tanh() + 1) * 127.5).round().byte().permute(0, 2, 3, 1).numpy()
    assert np.abs(found.inserted[0, 1].astype(int) - wanted[0]).max() <= 1


def test_pictures_and_the_quarters_of_a_layer_come_from_one_pass(monkeypatch):
    monkeypatch.setattr("atlas.runtime.precision.native_precision", lambda device: "float32")
    generator = small_dcgan()
    z, layer = draw(generator, 70, 0), generator.spec.layers[1]
    rgb, pooled = pictures_with(generator, z, layer)
    assert (rgb == pictures(generator, z, quick=True)).all()
    maps = features(generator, z, layer)
    half = maps.shape[-1] // 2
    assert pooled.reshape(70, -1, 4)[:, :, 1] == pytest.approx(maps[:, :, :half, half:].mean((2, 3)), abs=1e-5)


@pytest.mark.parametrize("side", [4, 8])
def test_a_small_map_is_doubled_as_torch_doubles_it(side):
    up = Up(7, 5).eval().requires_grad_(False)
    maps = torch.randn(3, 7, side, side, generator=torch.Generator().manual_seed(0))
    wanted = torch.nn.functional.conv_transpose2d(maps, up.weight, stride=2, padding=1)
    assert torch.allclose(up(maps), wanted, atol=1e-5)


@pytest.mark.parametrize("shape", [(4, 4), (8, 8), (2, 6)])
def test_a_deep_map_is_doubled_by_tiles_as_torch_doubles_it_and_with_the_weights_of_now(shape):
    torch.manual_seed(0)
    deep = Up(up.DEEP, 3).eval().requires_grad_(False)
    maps = torch.randn(3, up.DEEP, *shape)
    for _ in range(2):
        with torch.inference_mode():
            assert torch.allclose(deep(maps), torch.nn.ConvTranspose2d.forward(deep, maps), atol=2e-5)
            assert deep._cached is not None
        deep.weight *= -2


def test_what_autograd_follows_or_has_few_digits_is_not_tiled():
    deep = Up(up.DEEP, 3)
    deep(torch.randn(1, up.DEEP, 4, 4)).sum().backward()
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        deep(torch.randn(1, up.DEEP, 4, 4))
    with torch.inference_mode():
        deep(torch.randn(1, up.DEEP, 3, 4))
    assert deep._cached is None and deep.weight.grad.abs().sum() > 0


def test_features_stop_where_they_are_read():
    generator = small_dcgan()
    z, layer = draw(generator, 3, 0), generator.spec.layers[0]
    wanted = torch.relu(generator.module.norm1(generator.module.up1(torch.from_numpy(z)[:, :, None, None])))
    assert features(generator, z, layer) == pytest.approx(wanted.numpy(), abs=1e-6)
    generator.module.rgb.weight.fill_(float("nan"))  # is never reached
    assert np.isfinite(features(generator, z, layer)).all()


RECIPE = infogan.InfoGANRecipe(steps=6, batch=8, images=64, every=3)


def test_infogan_training_goes_on_where_it_stopped(tmp_path):
    whole = infogan.start(RECIPE, seed=1, folder=tmp_path / "whole")
    infogan.run_to_end(whole, infogan.train_step, report=lambda _: None)
    part = infogan.start(RECIPE, seed=1, folder=tmp_path / "part")
    infogan.run_to_end(part, infogan.train_step, report=lambda _: None, stop_after=3)
    again = infogan.start(RECIPE, seed=1, folder=tmp_path / "part")
    assert checkpoint.resume(again)
    infogan.run_to_end(again, infogan.train_step, report=lambda _: None)
    for name, value in whole.module.state_dict().items():
        assert torch.equal(value, again.module.state_dict()[name]), name
    assert [row["step"] for row in again.history] == [3, 6]


def test_the_bound_of_a_perfect_reader_is_the_entropy():
    choice, numbers = torch.tensor([0, 1, 2]), torch.tensor([[0.5], [-0.5], [0.1]])
    logits = 50 * torch.nn.functional.one_hot(choice, 3).float()
    of_choice, _ = infogan.bound(logits, numbers, torch.zeros(1), choice, numbers)
    assert of_choice.item() == pytest.approx(np.log(3), abs=1e-4)
    blind, of_numbers = infogan.bound(torch.zeros(3, 3), torch.zeros(3, 1), torch.zeros(1), choice, numbers)
    assert blind.item() == pytest.approx(0, abs=1e-6)
    assert of_numbers.item() < np.log(2)
