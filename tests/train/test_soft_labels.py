"""Soft labels, a byte a share: near the teacher's shares, written and read, and shipped for the data of the cards."""

import json

import numpy as np
import pytest

from atlas import weights
from atlas.train import teacher
from atlas.train.augment import draw_windows
from atlas.train.recipes import RECIPES
from atlas.train.soft_labels import BEST, SHIPPED, SoftLabels, shipped


def sharp(views=3, images=7, classes=60):
    """Shares like a teacher's: most of each row on few classes."""
    return np.random.default_rng(0).dirichlet(np.full(classes, 0.02), (views, images)).astype(np.float32)


def test_the_best_classes_keep_their_shares_and_the_others_share_the_rest():
    shares = sharp()
    labels = SoftLabels.of(shares, top1=0.8, epochs=4, asked="a")
    targets = labels.targets()
    assert targets.dtype == np.float32 and targets.shape == shares.shape
    np.testing.assert_allclose(targets.sum(-1), 1, atol=1e-5)
    for target, row in zip(targets.reshape(-1, 60), shares.reshape(-1, 60), strict=True):
        order = sorted(range(60), key=lambda c: -row[c])
        np.testing.assert_allclose(target[order[:BEST]], row[order[:BEST]], atol=0.01)
        assert np.ptp(target[order[BEST:]]) == 0
    assert np.abs(targets - shares).mean() < 0.001


@pytest.mark.parametrize("classes", [2, 3, 5, 6])
def test_few_classes(classes):
    shares = sharp(classes=classes)
    np.testing.assert_allclose(SoftLabels.of(shares, top1=0.0, epochs=1, asked="").targets(), shares, atol=0.01)


def test_it_is_read_as_it_was_written(tmp_path):
    labels = SoftLabels.of(sharp(), top1=0.8125, epochs=4, asked="abc")
    labels.save(tmp_path / "labels.npz")
    read = SoftLabels.read(tmp_path / "labels.npz")
    assert (read.classes, read.top1, read.epochs, read.asked) == (60, 0.8125, 4, "abc")
    assert np.array_equal(read.targets(), labels.targets())
    assert [path.name for path in tmp_path.iterdir()] == ["labels.npz"]


def test_the_shipped_labels_are_those_that_the_embedded_networks_learned_from():
    for name in RECIPES:
        card = json.loads((weights.EMBEDDED / f"{name}.json").read_text("utf-8"))
        labels = shipped(teacher.question(card["data"]["digest"]))
        assert labels is not None and len(labels.best[0]) == card["data"]["train_images"]
    assert shipped(teacher.question("0" * 64)) is None
    assert SHIPPED.stat().st_size < 5e6


def test_the_shipped_labels_fit_the_windows(real_photographs):
    labels = shipped(teacher.question(real_photographs.digest))
    assert (labels.best[..., 0] == real_photographs.train.labels).mean() > 0.8
    rows = slice(0, 3000, 60)
    module = teacher._build(real_photographs.wordnet)  # before fine-tuning
    windows = draw_windows(len(real_photographs.train))
    for view in (0, 15):
        shares = teacher._shares(module, real_photographs.train.images[rows], windows[view, rows], "cpu")
        other = teacher._shares(module, real_photographs.train.images[rows], windows[1, rows], "cpu")
        target = labels.targets()[view, rows]
        assert (shares.argmax(1) == target.argmax(1)).mean() > 0.6
        assert np.abs(shares - target).mean() < np.abs(other - target).mean()
