"""Batch norms with the statistics of the whole training images, against closed forms and a slow pass."""

import numpy as np
import torch
from torch import nn

from atlas.train import batch_norm
from atlas.train.augment import normalize
from atlas.train.batch_norm import recalibrate
from atlas.train.recipes import RECIPES


def images_of(count):
    return np.random.default_rng(5).integers(0, 256, (count, 8, 8, 3), dtype=np.uint8)


def test_one_batch_has_the_mean_and_variance_of_its_pixels():
    images = images_of(12)
    module = nn.Sequential(nn.BatchNorm2d(3))
    assert recalibrate(module, images) == 12
    pixels = images.reshape(-1, 3) * (2 / 255) - 1
    np.testing.assert_allclose(module[0].running_mean, pixels.mean(0), atol=1e-6)
    np.testing.assert_allclose(module[0].running_var, pixels.var(0, ddof=1), rtol=1e-5)
    assert not module.training
    assert not module[0].training
    assert module[0].momentum == 0.1


def test_deep_statistics_are_those_of_batches_normalized_by_themselves(monkeypatch):
    monkeypatch.setattr(batch_norm, "BATCH", 4)
    torch.manual_seed(0)
    first, second = nn.Conv2d(3, 5, 3), nn.Conv2d(5, 2, 3)
    module = nn.Sequential(first, nn.BatchNorm2d(5), nn.ReLU(), nn.Dropout(0.5), second, nn.BatchNorm2d(2))
    nn.init.uniform_(module[1].weight)
    nn.init.uniform_(module[1].bias)
    images = images_of(11)
    assert recalibrate(module, images) == 8  # two full batches
    order = np.random.default_rng(0).permutation(11)
    means, variances = [], []
    with torch.no_grad():
        for batch in (order[:4], order[4:8]):
            x = first(normalize(torch.from_numpy(images[batch])))
            axes = (0, 2, 3)
            x = (x - x.mean(axes, keepdim=True)) / (x.var(axes, unbiased=False, keepdim=True) + 1e-5).sqrt()
            x = second((x * module[1].weight[:, None, None] + module[1].bias[:, None, None]).relu())  # no dropout
            means.append(x.mean(axes).numpy())
            variances.append(x.var(axes).numpy())
    np.testing.assert_allclose(module[5].running_mean, np.mean(means, 0), atol=1e-5)
    np.testing.assert_allclose(module[5].running_var, np.mean(variances, 0), rtol=1e-4)


def test_a_network_without_batch_norms_stays_as_it_is():
    module = RECIPES["alexnet-64"].spec.build()
    before = {key: value.clone() for key, value in module.state_dict().items()}
    assert recalibrate(module, images_of(3)) == 0
    assert all(torch.equal(value, before[key]) for key, value in module.state_dict().items())
