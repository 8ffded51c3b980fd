"""Training computes in the native precision: checkpoints and soft labels of another precision are not mixed in."""

import numpy as np
import pytest

from atlas.core.errors import ConfigError
from atlas.runtime.precision import native_precision
from atlas.train import checkpoint, infogan, loop, recurrent_loop, teacher
from atlas.train.recipes import RECIPES
from tests.train.test_teacher import photographs

OTHER = {"bfloat16": "float32", "float32": "bfloat16"}[native_precision("cpu")]
STARTS = {
    loop: lambda folder: loop.start(RECIPES["alexnet-64"], epochs=1, seed=0, folder=folder),
    recurrent_loop: lambda folder: recurrent_loop.start(
        recurrent_loop.CHARACTER_RECIPES["char-gru"], epochs=1, seed=0, folder=folder
    ),
    infogan: lambda folder: infogan.start(infogan.InfoGANRecipe(), seed=0, folder=folder),
}


@pytest.mark.parametrize("module", STARTS, ids=lambda module: module.__name__)
def test_a_checkpoint_of_another_precision_is_refused(module, tmp_path, monkeypatch):
    checkpoint.save(STARTS[module](tmp_path))
    assert checkpoint.resume(STARTS[module](tmp_path))
    monkeypatch.setattr(module, "native_precision", lambda device: OTHER)
    with pytest.raises(ConfigError, match=f"'precision': '{native_precision('cpu')}'"):
        checkpoint.resume(STARTS[module](tmp_path))


def test_the_teacher_is_asked_again_in_another_precision(quick, tmp_path, monkeypatch):
    data = photographs(2)
    before = teacher.label(data, tmp_path, progress=lambda line: None)
    monkeypatch.setattr(teacher, "native_precision", lambda device: OTHER)
    after = teacher.label(data, tmp_path, progress=lambda line: None)
    assert len(list(tmp_path.glob("*.npz"))) == 2
    assert np.array_equal(before.shares, after.shares)  # only the name changed here: the processor is the same
