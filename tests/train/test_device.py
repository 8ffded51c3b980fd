"""Training on another device: all tensors are there (torch's fake GPU refuses to mix devices), and clear errors."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch._subclasses.fake_tensor import FakeTensorMode

from atlas.core.errors import ConfigError
from atlas.train import loop
from atlas.train.data import Split
from atlas.train.recipes import RECIPES
from atlas.train.train import train


@pytest.fixture
def fake_gpu(monkeypatch):
    """Tensors have shapes and devices, but no values.

    The way back, which stays where the way there was, needs a real one.
    """
    monkeypatch.setattr(torch.Tensor, "backward", lambda loss: None)
    with FakeTensorMode(allow_non_fake_inputs=True):
        yield torch.device("cuda")


def test_the_fake_gpu_refuses_what_a_real_one_does(fake_gpu):
    with pytest.raises(RuntimeError, match="on the same device"):
        torch.zeros(2, 3) @ torch.zeros(3, 2, device=fake_gpu)


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_step_stays_on_its_device(recipe, fake_gpu, tmp_path):
    recipe = replace(recipe, batch=4, mix=1.0)
    with fake_gpu:
        module = recipe.build()
    run = loop.Run(recipe, 1, 0, module, loop._optimizer(recipe, module), tmp_path, "cuda")
    split = Split(np.zeros((4, 64, 64, 3), np.uint8), np.arange(4))
    training = loop.TrainingSet.of(run, split, np.full((loop.VIEWS, 4, 60), 1 / 60, np.float16))
    loss = loop._train_step(run, training, loop._plan(run, 0, 4), total=1)
    assert loss.device.type == "cuda"
    assert loss.requires_grad is False


def test_a_gpu_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match=r"no device 'cuda:7'.*Choose --device cpu"):
        train("vgg-64", out=tmp_path, device="cuda:7")
    assert not list(tmp_path.iterdir())


def test_what_only_the_processor_trains(tmp_path, monkeypatch):
    monkeypatch.setattr("atlas.train.train.check_device", lambda device: None)
    with pytest.raises(ConfigError, match="char-lstm is trained on the CPU: leave out --device cuda"):
        train("char-lstm", out=tmp_path, device="cuda")
