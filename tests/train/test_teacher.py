"""The teacher: fine-tuned once, its soft labels computed once, cached, and continued after a kill."""

from contextlib import nullcontext
from dataclasses import replace

import numpy as np
import pytest
import torch
from timm.data import ImageNetInfo

from atlas import weights
from atlas.core.errors import ConfigError
from atlas.networks import NETWORKS
from atlas.train import augment, loop, teacher
from atlas.train.data import Photographs, Split
from tests.train.conftest import SYNSETS

quiet = lambda line: None  # noqa: E731


def photographs(count, wordnet=SYNSETS):
    images = np.random.default_rng(0).integers(0, 256, (count, 64, 64, 3), np.uint8)
    split = Split(images, np.arange(count) % 3)
    return Photographs(split, split, ("a", "b", "c"), "f" * 64, wordnet)


def test_it_starts_as_the_published_network_cut_to_these_classes():
    names = ImageNetInfo().label_names()
    module = weights.load(NETWORKS[teacher.NAME]).module
    images = photographs(2).train.images
    found = teacher._shares(teacher._build(SYNSETS), images, torch.tensor([[0.0, 0.5, 0.5, 0.5]] * 2), "cpu")
    np.testing.assert_allclose(found.sum(1), 1, rtol=1e-3)
    views = augment.show(torch.from_numpy(images), torch.tensor([[0.0, 0.5, 0.5, 0.5]] * 2), torch.zeros(2).bool())
    large = torch.nn.functional.interpolate(views, size=(160, 160), mode="bicubic", antialias=True)
    with torch.inference_mode():
        logits = module(large)
    wanted = torch.stack([logits[:, names.index(name)] for name in SYNSETS], 1).softmax(1)
    np.testing.assert_allclose(found, wanted, atol=0.08)  # the teacher may compute in bfloat16


def test_it_labels_every_window_as_the_fine_tuned_network_sees_it(quick, tmp_path, monkeypatch):
    monkeypatch.setattr(teacher, "native_autocast", lambda device: nullcontext())  # label in float32
    data = photographs(3)
    labels = teacher.label(data, tmp_path, progress=quiet)
    assert labels.targets().shape == (2, 3, 3)
    assert labels.epochs == 1
    run = loop.start(teacher.recipe(SYNSETS), epochs=1, seed=0, folder=tmp_path / "again")
    loop.run_to_end(run, data, report=quiet)
    assert labels.top1 == run.history[-1]["top1"]
    windows = augment.draw_windows(3)
    for view in range(2):
        slow = [
            teacher._shares(run.module, data.train.images[i : i + 1], windows[view, i : i + 1], "cpu")[0]
            for i in range(3)
        ]
        np.testing.assert_allclose(labels.targets()[view], slow, atol=0.01)
    assert not np.allclose(labels.targets()[0], labels.targets()[1], atol=0.01)


def test_soft_labels_are_computed_once(quick, tmp_path, monkeypatch):
    data = photographs(2)
    first = teacher.label(data, tmp_path, progress=quiet)
    monkeypatch.setattr(weights, "load", lambda spec: pytest.fail("computed again"))
    assert np.array_equal(first.targets(), teacher.label(data, tmp_path).targets())
    assert not list(tmp_path.glob("*.part*"))


def test_another_recipe_gives_other_soft_labels(quick, tmp_path, monkeypatch):
    data = photographs(2)
    first = teacher.label(data, tmp_path, progress=quiet)
    other = replace(teacher.recipe(SYNSETS), rate=0.01)
    monkeypatch.setattr(teacher, "recipe", lambda wordnet, device: other)
    assert not np.array_equal(first.targets(), teacher.label(data, tmp_path, progress=quiet).targets())


def test_a_class_that_it_does_not_know():
    with pytest.raises(ConfigError, match="n99999999 is none of ImageNet's 1,000"):
        teacher._build(("n01443537", "n99999999"))


def test_on_a_processor_slow_convolutions_are_tuned_in_float32_and_evaluated_as_they_were():
    module, plain = (teacher._build(SYNSETS, spare=spare) for spare in (True, False))
    x = torch.rand(2, 3, 64, 64)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(module.eval()(x), plain.eval()(x))
    seen = []
    for part in module.modules():
        if type(part).__name__ == "InFloat32":
            part.register_forward_hook(lambda part, inputs, output: seen.append((part.training, output.dtype)))
    with torch.autocast("cpu", torch.bfloat16):
        module.train()(x).float().sum().backward()
    slow = [p for p in plain.modules() if getattr(p, "groups", 1) > 1 and (p.stride[0] > 1 or p.kernel_size[0] > 3)]
    assert seen == [(True, torch.float32)] * len(slow) and len(slow) > 8
    assert all(parameter.grad is not None for parameter in module.parameters())
