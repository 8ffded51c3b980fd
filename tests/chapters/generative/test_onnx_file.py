"""The ONNX file of a generator: it draws the same pictures, says what it is, and is not written where it does not."""

import sys

import numpy as np
import onnx
import pytest
from onnx.reference import ReferenceEvaluator

from atlas.chapters.generative import onnx_file
from atlas.chapters.generative.latent import draw, load, pictures
from atlas.core.errors import AtlasError, ConfigError
from atlas.networks.generators import GENERATORS

SPEC = GENERATORS["infogan-sprites-0"]


@pytest.fixture(scope="module")
def generator():
    return load(SPEC)


def test_the_file_draws_the_generators_pictures(generator, tmp_path):
    path = tmp_path / "new" / "sprites.onnx"
    assert 0 <= onnx_file.export(generator, path) < 1e-4
    model = onnx.load(path)
    told = {entry.key: entry.value for entry in model.metadata_props}
    assert told == {"generator": SPEC.name, "weights_sha256": SPEC.weights.sha256, "licence": SPEC.weights.licence}
    z = draw(generator, 3, 5)
    [rgb] = ReferenceEvaluator(model).run(None, {"z": z})
    grey = np.rint((rgb.transpose(0, 2, 3, 1).clip(-1, 1) + 1) * 127.5)
    assert np.abs(grey - pictures(generator, z)).max() <= 1
    assert [entry.name for entry in path.parent.iterdir()] == ["sprites.onnx"]


def test_another_picture_is_an_error_and_nothing_is_written(generator, tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_file, "_interpreter", lambda model: lambda z: np.zeros((1, 3, 32, 32)))
    with pytest.raises(AtlasError, match="infogan-sprites-0: the ONNX file draws other pictures"):
        onnx_file.export(generator, tmp_path / "sprites.onnx")
    assert not list(tmp_path.iterdir())


def test_without_onnx_the_way_out_is_named(generator, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(ConfigError, match=r"representation-atlas\[onnx\]"):
        onnx_file.export(generator, tmp_path / "sprites.onnx")
