"""Every generator with downloaded weights, here with random ones: layers, first affine step, pictures, errors."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from atlas.chapters.generative.attributes import attributes_of
from atlas.chapters.generative.latent import Generator, draw, draw_noise, first_affine, load, pictures
from atlas.core.errors import WeightsError
from atlas.core.hooks import tap
from atlas.networks.generators import GENERATORS
from atlas.pipeline.gather import check_weights, gather
from atlas.publish.bibliography import bibliography
from atlas.recipe.read import read_recipe
from atlas.weights import lock
from atlas.weights.load import digest, freeze
from tests.fixtures.generative import PUBLISHED


@pytest.fixture(scope="module", params=PUBLISHED)
def generator(request):
    torch.manual_seed(0)
    spec = GENERATORS[request.param]
    return Generator(spec, freeze(spec.build()))


def test_layers_exist_with_their_units_and_sides(generator):
    shapes, spec = {}, generator.spec
    with (
        torch.inference_mode(),
        tap(generator.module, spec.layers, lambda layer, v: shapes.update({layer.name: v.shape})),
    ):
        rgb = generator.module(torch.from_numpy(draw(generator, 1, 0)))
    assert rgb.shape == (1, 3, spec.size, spec.size)
    for layer in spec.layers:
        side = int(layer.title.rpartition(" ")[2])
        assert tuple(shapes[layer.name]) == (1, layer.units, side, side), layer.name


def test_the_same_z_gives_the_same_picture_and_another_another(generator):
    z = draw(generator, 2, 0)
    rgb = pictures(generator, z)
    alone = pictures(generator, z[:1]).astype(int)
    assert np.abs(rgb[:1] - alone).max() <= 1  # grey levels: sums are taken in another order in another batch
    assert (rgb[0] != rgb[1]).any()


def test_the_first_step_is_affine_up_to_the_length_of_z(generator):
    spec, found = generator.spec, []
    affine = first_affine(generator)
    assert affine.shape[1] == spec.free
    z = torch.zeros(3, spec.z)
    z[1:, : spec.free] = torch.randn(2, spec.free)
    layer = replace(spec.layers[0], path=spec.first)
    with (
        torch.inference_mode(),
        tap(generator.module, [layer], lambda _, value: found.append(value.flatten(1).clone())),
    ):
        generator.module(z)
    moved = (found[0][1:] - found[0][:1]).numpy()
    wanted = z[1:, : spec.free].numpy() @ affine.T
    cosine = (moved * wanted).sum(1) / np.linalg.norm(moved, axis=1) / np.linalg.norm(wanted, axis=1)
    assert cosine == pytest.approx(1, abs=1e-5)


def test_the_noise_is_cut_where_the_spec_says_so():
    spec = GENERATORS["biggan-deep-128"]
    noise = draw_noise(spec, 400, 0)[:, : spec.noise]
    assert np.abs(noise).max() <= spec.cut
    assert noise.std() == pytest.approx(0.8796, abs=0.01)  # of a standard normal number cut at 2, in closed form
    assert np.abs(draw_noise(replace(spec, cut=0.0), 400, 0)[:, : spec.noise]).max() > 3
    assert set(draw_noise(spec, 20, 0)[:, spec.free :].sum(0)) == {2}  # choices in turn


def test_its_record_is_whole(generator):
    spec = generator.spec
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]*", spec.name)
    assert spec.paper in bibliography()
    assert spec.weights.licence
    assert spec.weights.source.startswith("https://")
    assert len(attributes_of(spec.subject)) >= 5
    assert spec.name not in read_recipe("default").generative.generators


@pytest.mark.parametrize("name", PUBLISHED)
def test_offline_one_error_names_the_file_the_place_and_the_command(name, monkeypatch, tmp_path):
    monkeypatch.setenv("ATLAS_OFFLINE", "1")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.delenv("ATLAS_WEIGHTS", raising=False)
    recipe = read_recipe("tiny", [f"generative.generators=['{name}']"])
    weights = GENERATORS[name].weights
    with pytest.raises(WeightsError) as caught:
        gather(recipe, tmp_path / "atlas.lock")
    told = str(caught.value)
    assert weights.file in told
    assert "Looked in: ATLAS_WEIGHTS (not set)" in told
    assert "Where there is internet, run `" in told
    assert not (tmp_path / "atlas.lock").exists()


def test_the_digest_is_locked_on_first_use_and_holds_from_then_on(monkeypatch, tmp_path):
    name = "biggan-deep-128"
    source = replace(GENERATORS[name].weights, url="https://example.org/small.safetensors")
    monkeypatch.setitem(GENERATORS._items, name, replace(GENERATORS[name], weights=source))
    save_file({"other": torch.zeros(2)}, tmp_path / "small.safetensors")
    (tmp_path / "atlas.toml").write_text(f'extends = "tiny"\n[generative]\ngenerators = ["{name}"]\n')
    monkeypatch.setenv("ATLAS_WEIGHTS", str(tmp_path))
    recipe = read_recipe(str(tmp_path / "atlas.toml"))
    assert not recipe.generative.chosen()[0].weights.sha256
    locked = gather(recipe, tmp_path / "atlas.lock")
    sha256 = digest(tmp_path / "small.safetensors")
    assert lock.read_lock(tmp_path / "atlas.lock")[source.url].sha256 == sha256
    again = read_recipe(str(tmp_path / "atlas.toml"))
    assert locked.generative == again.generative
    assert again.generative.chosen()[0].weights.sha256 == sha256
    check_weights(again)
    with pytest.raises(WeightsError, match=r"small.safetensors does not fit biggan-deep-128"):
        load(again.generative.chosen()[0])
    save_file({"other": torch.ones(2)}, tmp_path / "small.safetensors")
    with pytest.raises(WeightsError, match="is not the pinned weight file"):
        check_weights(again)
