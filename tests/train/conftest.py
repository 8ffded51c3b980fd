"""Constructed photographs: 40 training and 12 validation images of noise, labels in turn."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from atlas.train import augment, loop, teacher
from atlas.train.data import Photographs, Split, data_folder, load_photographs

SYNSETS = ("n01443537", "n02099601", "n07749582")  # goldfish, golden retriever, lemon


@pytest.fixture(scope="session")
def noise():
    draw = np.random.default_rng(0)

    def split(count):
        return Split(draw.integers(0, 256, (count, 64, 64, 3), np.uint8), np.arange(count) % 60)

    return Photographs(split(40), split(60), tuple(f"class {index}" for index in range(60)), "0" * 64)


@pytest.fixture(scope="session")
def real_photographs(tmp_path_factory):
    """tiny-imagenet-60, where ATLAS_DATA names it."""
    if not os.environ.get("ATLAS_DATA"):
        pytest.skip("needs the photographs that ATLAS_DATA names")
    return load_photographs(data_folder(Path(os.environ["ATLAS_DATA"])), tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def one_thread():
    """As the recipes train; on a busy machine several threads wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def quick(monkeypatch):
    """A teacher of three classes with one small step of tuning and two windows."""
    chosen = replace(teacher.recipe(SYNSETS), epochs=1, batch=2)
    monkeypatch.setattr(teacher, "recipe", lambda wordnet, device="cpu": chosen)
    monkeypatch.setattr(loop, "CLASSES", len(SYNSETS))
    for module in (teacher, augment, loop):
        monkeypatch.setattr(module, "VIEWS", 2)
