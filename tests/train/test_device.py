"""Training on another device: nothing is left behind on the CPU (shown on torch's device without memory), and clear errors."""

import pytest
import torch

from atlas.errors import ConfigError
from atlas.train.augment import cut_mix, random_views
from atlas.train.loop import _loss
from atlas.train.recipes import RECIPES
from atlas.train.train import train


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_a_step_stays_on_its_device(recipe):
    draw = torch.Generator().manual_seed(0)
    images = torch.zeros(4, 64, 64, 3, dtype=torch.uint8, device="meta")
    views, partner, _ = cut_mix(random_views(images, 64, (0.8, 1.25), draw), draw)
    module = recipe.build().to("meta").train()
    wanted = torch.full((4, 60), 1 / 60, device="meta")[partner]
    loss = _loss(module(views), wanted, recipe)
    loss.backward()
    assert views.device.type == loss.device.type == "meta"
    assert all(parameter.grad is not None for parameter in module.parameters())


def test_a_gpu_that_is_not_there_and_a_network_that_it_cannot_train(tmp_path, monkeypatch):
    with pytest.raises(ConfigError, match="'cuda:99' is not here"):
        train("vgg-64", out=tmp_path, device="cuda:99")
    monkeypatch.setattr("atlas.train.train.check_device", lambda _device: None)
    with pytest.raises(ConfigError, match="char-gru is trained on the CPU: leave out --device cuda"):
        train("char-gru", out=tmp_path, device="cuda")
