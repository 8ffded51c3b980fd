"""The teacher's word: its shares of the data's classes, asked once and kept."""

import numpy as np
import pytest
import torch
from timm.data import ImageNetInfo

from atlas import weights
from atlas.errors import ConfigError
from atlas.networks import NETWORKS
from atlas.train import teacher
from atlas.train.data import Photographs, Split

TEACHER = "efficientnet-lite0"
CLASSES = ("n01443537", "n02099601", "n07749582")  # goldfish, golden retriever, lemon


def photographs(count, wordnet=CLASSES):
    images = np.random.default_rng(0).integers(0, 256, (count, 64, 64, 3), np.uint8)
    split = Split(images, np.arange(count) % 3)
    return Photographs(split, split, ("a", "b", "c"), "f" * 64, wordnet)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(teacher, "BATCH", 3)


def test_shares_are_the_networks_own_of_these_classes(tmp_path):
    """Against the network asked image by image, in single precision, its 1,000 logits cut to three."""
    data = photographs(4)
    found = teacher.teacher_shares(TEACHER, data, tmp_path, progress=lambda line: None)
    np.testing.assert_allclose(found.sum(1), 1, rtol=1e-5)
    names = ImageNetInfo().label_names()
    module = weights.load(NETWORKS[TEACHER]).module
    for image, shares in zip(data.train.images, found, strict=True):
        pixels = torch.from_numpy(image).permute(2, 0, 1)[None] / 127.5 - 1
        large = torch.nn.functional.interpolate(pixels, size=(160, 160), mode="bicubic", antialias=True)
        with torch.inference_mode():
            logits = module(large)[0]
        wanted = torch.stack([logits[names.index(name)] for name in CLASSES]).softmax(0)
        np.testing.assert_allclose(shares, wanted, atol=0.08)  # the teacher may be asked in bfloat16


def test_it_is_asked_once(tmp_path, monkeypatch):
    data = photographs(2)
    first = teacher.teacher_shares(TEACHER, data, tmp_path, progress=lambda line: None)
    monkeypatch.setattr(weights, "load", lambda spec: pytest.fail("asked again"))
    assert np.array_equal(first, teacher.teacher_shares(TEACHER, data, tmp_path))
    assert not list(tmp_path.glob("*.part.npy"))


def test_a_class_that_it_does_not_know(tmp_path):
    with pytest.raises(ConfigError, match="n99999999 is none of ImageNet's 1,000"):
        teacher.teacher_shares(TEACHER, photographs(2, ("n01443537", "n99999999")), tmp_path)
