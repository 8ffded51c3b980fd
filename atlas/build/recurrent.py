"""Tasks and work of the recurrent chapter. The tasks are pure; the work runs in worker processes, as in `steps.py`."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.build.plan import Task
from atlas.build.store import Entry, Store
from atlas.config import Recipe
from atlas.networks.recurrent import ALPHABET, RECURRENT, build
from atlas.types import EmbeddedFile, RecurrentSpec

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent
    from atlas.recurrent.texts import Text
    from atlas.recurrent.words import Vocabulary

STUDIES = ("cells", "gates", "reach", "relevances", "passages")
ORDER = 7  # of the n-gram baseline


def recurrent_tasks(recipe: Recipe) -> Iterator[Task]:
    """What the chapter needs: the source code once, an n-gram model once, and every study of every network."""
    chosen = recipe.recurrent.chosen()
    if not chosen:
        return
    python = {"python": platform.python_version()}  # the library that is read belongs to the interpreter
    texts = Task("texts", "library", {**python, "characters": recipe.recurrent.characters}, {}, "library")
    needs = {"texts": (texts.digest,)}
    baseline = Task("baselines", "library", {**python, "order": ORDER}, needs, "library")
    yield from (texts, baseline)
    for spec in chosen:
        for study in STUDIES:
            own: dict[str, Any] = {"network": spec.name, "weights": spec.weights.sha256}
            if study in ("cells", "reach", "relevances"):
                own["seed"] = recipe.seed
            if study == "reach":
                own["places"] = recipe.recurrent.places
            more = {"baseline": (baseline.digest,)} if study == "reach" else {}
            yield Task(study, spec.name, own, needs | more, f"{study}/{spec.name}")


# ---------------------------------------------------------------- work


def load(spec: RecurrentSpec) -> Recurrent:
    """The network with its pinned weights, float32, frozen."""
    from atlas import weights

    path = weights.locate(spec.weights)
    weights.check(path, spec.weights.sha256)
    module = build(spec)
    module.load_state_dict({key: value.float() for key, value in weights.read(path).items()})
    return module.eval().requires_grad_(False)


def vocabulary_of(spec: RecurrentSpec) -> Vocabulary:
    """The words of a network that reads words."""
    from atlas import weights
    from atlas.recurrent.words import read_vocabulary

    assert isinstance(spec.words, EmbeddedFile)
    path = weights.locate(spec.words)
    weights.check(path, spec.words.sha256)
    return read_vocabulary(path)


def recurrent_card(spec: RecurrentSpec) -> dict[str, Any]:
    """The model card beside the weights."""
    from atlas import weights

    card: dict[str, Any] = json.loads(weights.locate(spec.weights).with_suffix(".json").read_text("utf-8"))
    return card


def _texts_of(store: Store, task: Task) -> tuple[Text, ...]:
    from atlas.recurrent.texts import unpack

    entry = store.get(task.needs["texts"][0])
    return unpack(entry.arrays, entry.facts["paths"])


def texts(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The held-out files of the interpreter's own library, labelled."""
    from atlas.recurrent.source import digest, read_library
    from atlas.recurrent.texts import held_out_texts, pack

    for task in tasks:
        files = read_library()
        arrays, facts = pack(held_out_texts(files, characters=task.parameters["characters"]))
        yield Entry(arrays, {**facts, "digest": digest(files), "python": task.parameters["python"]})


def baselines(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The loss of an n-gram model of the files that the networks learned, on the ones held out: mean by order, all of the last."""
    from atlas.recurrent.ngram import ngram_losses
    from atlas.recurrent.source import encode_file, read_library

    for task in tasks:
        training = [encode_file(file) for file in read_library() if not file.held_out]
        found = _texts_of(store, task)
        order = task.parameters["order"]
        whole = np.concatenate([text.symbols for text in found])
        losses = ngram_losses(training, whole, order=order, symbols=len(ALPHABET))
        starts = np.cumsum([0, *(len(text) + 1 for text in found)])[:-1]
        kept = np.concatenate(
            [np.arange(start + 1, start + len(text)) for start, text in zip(starts, found, strict=True)]
        )
        own = losses[:, kept]
        yield Entry({"losses": own[-1].astype(np.float32)}, {"order": order, "by_order": own.mean(1).tolist()})


def _study(name: str) -> Callable[[Store, Sequence[Task]], Iterator[Entry]]:
    def run(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
        for task in tasks:
            yield Entry(*_found(name, store, task))

    return run


def _found(name: str, store: Store, task: Task) -> tuple[dict[str, Any], dict[str, Any]]:
    from atlas.recurrent import study
    from atlas.recurrent.cell import net_of

    module, read = load(RECURRENT[task.parameters["network"]]), _texts_of(store, task)
    if name == "reach":
        baseline = store.get(task.needs["baseline"][0])
        arrays, facts = study.study_reach(
            module, read, baseline.arrays["losses"], places=task.parameters["places"], seed=task.parameters["seed"]
        )
        return arrays, facts | {"by_order": baseline.facts["by_order"]}
    if name == "relevances":
        return study.study_relevance(module, read, seed=task.parameters["seed"])
    net = net_of(module)
    if name == "cells":
        return study.study_cells(net, read, seed=task.parameters["seed"])
    return study.study_gates(net, read) if name == "gates" else study.study_passages(net, read)


RUN = {"texts": texts, "baselines": baselines, **{name: _study(name) for name in STUDIES}}
