"""What the teacher says, a byte a share: near what it said, kept and read, and shipped for the data of the cards."""

import json

import numpy as np
import pytest

from atlas.train import teacher
from atlas.train.augment import draw_windows
from atlas.train.recipes import RECIPES
from atlas.train.soft_labels import BEST, SHIPPED, Taught, shipped
from atlas.weights import load as weights


def sharp(views=3, images=7, classes=60):
    """Shares like a teacher's: most of each row on few classes."""
    return np.random.default_rng(0).dirichlet(np.full(classes, 0.02), (views, images)).astype(np.float32)


def test_the_best_classes_keep_their_shares_and_the_others_share_the_rest():
    said = sharp()
    taught = Taught.of(said, top1=0.8, epochs=4, asked="a")
    targets = taught.targets()
    assert targets.dtype == np.float32 and targets.shape == said.shape
    np.testing.assert_allclose(targets.sum(-1), 1, atol=1e-5)
    for told, row in zip(targets.reshape(-1, 60), said.reshape(-1, 60), strict=True):
        order = sorted(range(60), key=lambda c: -row[c])
        np.testing.assert_allclose(told[order[:BEST]], row[order[:BEST]], atol=0.01)
        assert np.ptp(told[order[BEST:]]) == 0
    assert np.abs(targets - said).mean() < 0.001


@pytest.mark.parametrize("classes", [2, 3, 5, 6])
def test_few_classes(classes):
    said = sharp(classes=classes)
    np.testing.assert_allclose(Taught.of(said, top1=0.0, epochs=1, asked="").targets(), said, atol=0.01)


def test_it_is_read_as_it_was_kept(tmp_path):
    taught = Taught.of(sharp(), top1=0.8125, epochs=4, asked="abc")
    taught.save(tmp_path / "said.npz")
    read = Taught.read(tmp_path / "said.npz")
    assert (read.classes, read.top1, read.epochs, read.asked) == (60, 0.8125, 4, "abc")
    assert np.array_equal(read.targets(), taught.targets())
    assert [path.name for path in tmp_path.iterdir()] == ["said.npz"]


def test_the_shipped_word_answers_just_what_the_embedded_networks_learned_from():
    for name in RECIPES:
        card = json.loads((weights.EMBEDDED / f"{name}.json").read_text("utf-8"))
        taught = shipped(teacher.question(card["data"]["digest"]))
        assert taught is not None and len(taught.best[0]) == card["data"]["train_images"]
    assert shipped(teacher.question("0" * 64)) is None
    assert SHIPPED.stat().st_size < 5e6


def test_the_shipped_word_is_true_of_the_windows(real_photographs):
    taught = shipped(teacher.question(real_photographs.digest))
    assert (taught.best[..., 0] == real_photographs.train.labels).mean() > 0.8
    rows = slice(0, 3000, 60)
    module = teacher._build(real_photographs.wordnet)  # before it was tuned
    windows = draw_windows(len(real_photographs.train))
    for view in (0, 15):
        said = teacher._shares(module, real_photographs.train.images[rows], windows[view, rows], "cpu")
        other = teacher._shares(module, real_photographs.train.images[rows], windows[1, rows], "cpu")
        told = taught.targets()[view, rows]
        assert (said.argmax(1) == told.argmax(1)).mean() > 0.6
        assert np.abs(said - told).mean() < np.abs(other - told).mean()
