"""Training of the sentiment network on made-up snippets."""

import io
import json
import tarfile
from dataclasses import replace

import numpy as np
import pytest
import torch

from atlas.core.errors import ConfigError, UnknownName, WeightsError
from atlas.networks.recurrent import SENTIMENT
from atlas.train import sentiment, snippets
from atlas.train.sentiment_ship import accuracy, baselines, ship, wilson
from atlas.train.snippets import Snippet
from atlas.train.train import train

GOOD, BAD = ("good", "fine", "great"), ("bad", "poor", "awful")
RECIPE = sentiment.SentimentRecipe(replace(SENTIMENT, hidden=12, embedding=8), rate=0.02, epochs=6, batch=16)


def made_up():
    """The opinion is one word somewhere among others."""
    rng = np.random.default_rng(0)
    found = []
    for number in range(400):
        sign = 1 if number % 2 else -1
        words = [f"w{n}" for n in rng.integers(0, 20, rng.integers(3, 9))]
        words.insert(int(rng.integers(0, len(words))), str(rng.choice(GOOD if sign > 0 else BAD)))
        found.append(Snippet(tuple(words), sign * float(rng.uniform(0.5, 3))))
    return found


def test_it_learns_and_the_same_seed_gives_the_same_file(tmp_path):
    paths = []
    for name in "ab":
        run = sentiment.start(RECIPE, made_up(), epochs=6, seed=3)
        sentiment.run_to_end(run, made_up(), report=lambda _: None)
        paths.append(ship(run, made_up(), tmp_path / name))
    assert paths[0].read_bytes() == paths[1].read_bytes()
    card = json.loads(paths[0].with_suffix(".json").read_text())
    assert card["held_out"]["accuracy"] > 0.9
    assert card["held_out"]["baselines"]["bag of words"] > 0.9
    assert card["words"]["count"] == len(paths[0].with_name(card["words"]["file"]).read_text().splitlines())


def test_held_out_snippets_are_never_learned_from():
    known = [snippet for snippet in made_up() if not snippet.held_out]
    run = sentiment.start(RECIPE, [*known, Snippet(held_out_words(), 1.0)], epochs=1, seed=0)
    assert "secret" not in run.vocabulary
    assert 0.04 < 1 - len(known) / 400 < 0.2


def held_out_words():
    words = ("secret", "secret")
    while not Snippet(words, 1.0).held_out:
        words = (*words, "secret")
    return words


def test_batches_hold_every_snippet_once():
    lengths = [int(n) for n in np.random.default_rng(1).integers(1, 30, 333)]
    found = list(sentiment.batches(lengths, 8, np.random.default_rng(2)))
    assert sorted(np.concatenate(found).tolist()) == list(range(333))
    assert np.mean([np.ptp([lengths[n] for n in batch]) for batch in found]) < 4


def test_padding_changes_no_logit():
    module = sentiment.start(RECIPE, made_up(), epochs=1, seed=0).module.eval()
    texts = [np.array(text) for text in ([0, 3, 2], [0, 5, 4, 3, 2, 7], [0])]
    together = sentiment.sentiment_logits(module, texts)
    for text, logit in zip(texts, together, strict=True):
        with torch.inference_mode():
            alone, _ = module(torch.from_numpy(text)[None])
        assert logit == pytest.approx(float(alone[0, -1, 0]), abs=1e-6)


def test_accuracy_and_its_interval():
    found = accuracy(np.array([1.0, -1, 2, -3]), [Snippet(("a",), s) for s in (2.0, -0.5, -2.0, -3.0)])
    assert (found["accuracy"], found["strong"], found["weak"]) == (0.75, 0.6667, 1.0)
    low, high = wilson(8, 10)  # Wilson 1927: 0.490 to 0.943
    assert (low, high) == (pytest.approx(0.490, abs=1e-3), pytest.approx(0.943, abs=1e-3))


def test_the_baseline_by_frequency():
    snippets_ = [Snippet((f"w{n}",), 1.0 if n % 3 else -1.0) for n in range(300)]
    vocabulary = sentiment.learn([s.words for s in snippets_], least=1)
    held_out = [s for s in snippets_ if s.held_out]
    positive = np.mean([s.score > 0 for s in held_out])
    assert baselines(snippets_, vocabulary)["more frequent sign"] == pytest.approx(positive, abs=1e-4)


def archive(folder, monkeypatch):
    import hashlib

    table = "1\t2.5\tA fine\x85 film\r\n2\t0\tneither\r\n3\t-1.5\tBad!\r\n4\t1.0\t—\r\n"
    inner = packed(snippets._TABLE, table.encode())
    data = packed(snippets._INNER, inner)
    (folder / snippets.ARCHIVE).write_bytes(data)
    monkeypatch.setattr(snippets, "SHA256", hashlib.sha256(data).hexdigest())


def packed(name, data):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as opened:
        entry = tarfile.TarInfo(name)
        entry.size = len(data)
        opened.addfile(entry, io.BytesIO(data))
    return file.getvalue()


def test_snippets_come_from_the_archive_in_the_archive(tmp_path, monkeypatch):
    archive(tmp_path, monkeypatch)
    found = snippets.read_snippets(tmp_path)
    assert found == (Snippet(("a", "fine", "film"), 2.5), Snippet(("bad", "!"), -1.5))


def test_a_missing_or_other_archive_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.delenv("ATLAS_DATA", raising=False)
    with pytest.raises(ConfigError, match="pip download"):
        snippets.read_snippets()
    (tmp_path / snippets.ARCHIVE).write_bytes(b"other")
    with pytest.raises(WeightsError, match="not the pinned archive"):
        snippets.read_snippets(tmp_path)


def test_the_trainer_knows_its_networks(tmp_path):
    with pytest.raises(UnknownName, match="sentiment-lstm"):
        train("sentiment-lst", out=tmp_path)
    with pytest.raises(ConfigError, match="pip download"):
        train("sentiment-lstm", out=tmp_path, data=tmp_path)
