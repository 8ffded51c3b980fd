"""From a finished sentiment run to the shipped files: half-precision weights, word list, and the card."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.chapters.recurrent.sentences import KINDS, read_sentences
from atlas.chapters.recurrent.words import Vocabulary, write_vocabulary
from atlas.core.specs import Array
from atlas.networks.recurrent import build
from atlas.train.sentiment import SENTIMENT_RECIPE, SentimentRun, run_to_end, sentiment_logits, start
from atlas.train.ship import hardware, weights_of, write_json, write_weights
from atlas.train.snippets import ARCHIVE, SHA256, Snippet, read_snippets
from atlas.weights import digest, read

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent


def train_sentiment(
    *, out: Path, data: Path | None, epochs: int | None, seed: int, progress: Callable[[str], None]
) -> Path:
    """Train the sentiment network; returns the weight file in `out/sentiment-lstm`.

    A minute: there is no checkpoint.
    """
    snippets = read_snippets(data)
    run = start(SENTIMENT_RECIPE, snippets, epochs=epochs or SENTIMENT_RECIPE.epochs, seed=seed)
    run_to_end(run, snippets, report=progress)
    path = ship(run, snippets, out / run.recipe.spec.name)
    progress(f"{run.recipe.spec.name}: shipped {path}")
    return path


def ship(run: SentimentRun, snippets: Sequence[Snippet], folder: Path) -> Path:
    """Write weights, word list and card into `folder`; the accuracy is that of the written file in single precision."""
    folder.mkdir(parents=True, exist_ok=True)
    name = run.recipe.spec.name
    path = write_weights(run.module.state_dict(), folder / f"{name}.safetensors")
    words = write_vocabulary(run.vocabulary, folder / f"{name}.words.txt")
    module = build(run.recipe.spec)
    module.load_state_dict({key: value.float() for key, value in read(path).items()})
    write_json(path.with_suffix(".json"), card(run, snippets, path, words, module.eval()))
    return path


def card(run: SentimentRun, snippets: Sequence[Snippet], path: Path, words: Path, module: Recurrent) -> dict[str, Any]:
    """The model card of the weights at `path` with the word list `words`; shares in [0, 1], times in seconds."""
    held_out = [snippet for snippet in snippets if snippet.held_out]
    logits = sentiment_logits(module, [run.vocabulary.encode(snippet.words) for snippet in held_out])
    schedule = {"optimizer": "Adam", "precision": "float32", "schedule": "linear warm-up, linear decay"}
    return {
        "network": run.recipe.spec.name,
        "weights": weights_of(path),
        "words": {"file": words.name, "sha256": digest(words), "count": len(run.vocabulary)},
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
        "held_out": accuracy(logits, held_out) | {"baselines": baselines(snippets, run.vocabulary)},
        "probes": probe_accuracy(module, run.vocabulary),
        "recipe": {**run.identity(), **schedule},
        "curve": {"every": "epoch", "loss": [round(loss, 4) for loss in run.history]},
        "data": _data(snippets),
        "licence": run.recipe.spec.weights.licence,
        "hardware": hardware(),
        "seconds": {"clock": round(run.seconds), "processor": round(run.core_seconds)},
        "notes": ["One seed only.", "Snippets whose mean score is exactly zero were left out."],
    }


def _data(snippets: Sequence[Snippet]) -> dict[str, Any]:
    return {
        "name": "movie-review snippets with human scores (Hutto and Gilbert 2014)",
        "archive": ARCHIVE,
        "sha256": SHA256,
        "snippets": len(snippets),
        "held_out": sum(snippet.held_out for snippet in snippets),
        "terms": "MIT licence of the archive; used for training only, the weights and the word list hold no text.",
    }


def accuracy(logits: Array, snippets: Sequence[Snippet]) -> dict[str, Any]:
    """Accuracy of the sign: of all snippets with the 95 % interval (Wilson), and by strength of opinion."""
    scores = np.array([snippet.score for snippet in snippets])
    right = (logits > 0) == (scores > 0)
    low, high = wilson(int(right.sum()), len(right))
    return {
        "accuracy": round(float(right.mean()), 4),
        "low": round(low, 4),
        "high": round(high, 4),
        "snippets": len(right),
        "strong": round(float(right[np.abs(scores) >= 1].mean()), 4),
        "weak": round(float(right[np.abs(scores) < 1].mean()), 4),
    }


def probe_accuracy(module: Recurrent, vocabulary: Vocabulary) -> dict[str, float]:
    """Accuracy of the sign on this package's own sentences, by kind; negation and contrast are the hard kinds."""
    sentences = read_sentences()
    logits = sentiment_logits(module, [vocabulary.encode(sentence.words) for sentence in sentences])
    right = np.array([logit * sentence.sign > 0 for logit, sentence in zip(logits, sentences, strict=True)])
    kinds = np.array([sentence.kind for sentence in sentences])
    return {kind: round(float(right[kinds == kind].mean()), 4) for kind in KINDS}


def wilson(right: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's score interval of the share `right` / `n`."""
    share = right / n
    middle, spread = share + z * z / (2 * n), z * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return float((middle - spread) / (1 + z * z / n)), float((middle + spread) / (1 + z * z / n))


def baselines(snippets: Sequence[Snippet], vocabulary: Vocabulary) -> dict[str, float]:
    """Accuracy on held-out snippets of the more frequent sign, and of logistic regression on a bag of words."""
    from scipy.sparse import csr_matrix
    from sklearn.linear_model import LogisticRegression

    def bags(chosen: Sequence[Snippet]) -> csr_matrix:
        known = [np.unique(vocabulary.encode(snippet.words)) for snippet in chosen]
        ends = np.cumsum([0, *map(len, known)])
        return csr_matrix((np.ones(ends[-1]), np.concatenate(known), ends), (len(chosen), len(vocabulary)))

    training = [snippet for snippet in snippets if not snippet.held_out]
    tested = [snippet for snippet in snippets if snippet.held_out]
    signs, right = ([snippet.score > 0 for snippet in part] for part in (training, tested))
    model = LogisticRegression(C=0.3, max_iter=500).fit(bags(training), signs)
    common = np.mean(signs) > 0.5
    return {
        "more frequent sign": round(float(np.mean(np.array(right) == common)), 4),
        "bag of words": round(float(model.score(bags(tested), right)), 4),
    }
