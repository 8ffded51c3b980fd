"""Tasks and work of the recurrent chapter. The tasks are pure; the work runs in worker processes, as in `steps.py`."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.build.plan import Task
from atlas.build.recipe import recurrent_spec_of
from atlas.build.store import Entry, Store
from atlas.config import Recipe
from atlas.networks.own_recurrent import into_alphabet, read_vocabulary
from atlas.networks.own_tokens import into_tokens, tokenizer
from atlas.networks.recurrent import ALPHABET, build
from atlas.sources import EmbeddedFile, OwnFile
from atlas.types import RecurrentSpec

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent
    from atlas.recurrent.texts import Text
    from atlas.recurrent.words import Vocabulary

CODE = ("cells", "gates", "reach", "relevances", "passages", "matches", "reactions", "profiles", "statemaps")
STUDIES: dict[str, tuple[str, ...]] = {
    "characters": CODE,
    "tokens": ("tokens", *CODE),
    "words": ("sentences",),
    "letters": ("spellings",),
    "sound": ("sounds",),
}
"""The studies of a network, by what it reads."""
PREDICTING = {"reach", "relevances"}  # not of an encoder
SEEDED = {"cells", "reach", "relevances", "matches", "reactions", "statemaps", "sentences", "sounds"}
ORDER = 7  # of the n-gram baseline


def studies_of(spec: RecurrentSpec) -> tuple[str, ...]:
    """The studies of a network, in an order in which each finds what it goes on from."""
    return tuple(study for study in STUDIES[spec.reads] if spec.predicts or study not in PREDICTING)


def recurrent_tasks(recipe: Recipe) -> Iterator[Task]:
    """What the chapter needs: the source code once, an n-gram model once, and every study of every network."""
    chosen = recipe.recurrent.chosen()
    if not chosen:
        return
    python = {"python": platform.python_version()}  # the library that is read belongs to the interpreter
    texts = Task("texts", "library", {**python, "characters": recipe.recurrent.characters}, {}, "library")
    needs = {"texts": (texts.digest,)}
    baseline = Task("baselines", "library", {**python, "order": ORDER}, needs, "library")
    if any(spec.reads_code for spec in chosen):
        yield from (texts, baseline)
    for spec in chosen:
        made: dict[str, Task] = {}
        for study in studies_of(spec):
            own: dict[str, Any] = {"network": spec.name, "weights": spec.weights.sha256, **_brought(spec)}
            if study in SEEDED:
                own["seed"] = recipe.seed
            if study == "reach":
                own["places"] = recipe.recurrent.places
            roles = needs if spec.reads_code else {}
            if spec.tokenizer and study != "tokens":
                roles = roles | {"tokens": (made["tokens"].digest,)}
            if study == "reach":
                roles = roles | {"baseline": (baseline.digest,)}
            if study == "statemaps":
                roles = roles | {"cells": (made["cells"].digest,)}
            made[study] = Task(study, spec.name, own, roles, f"{study}/{spec.name}")
        yield from made.values()


def _brought(spec: RecurrentSpec) -> dict[str, Any]:
    """What of an own network changes results besides its weights."""
    found: dict[str, Any] = {}
    if isinstance(spec.weights, OwnFile) and spec.words is not None:
        found["vocabulary"] = spec.words.sha256
    if spec.rectified:
        found["nonlinearity"] = "relu"
    if not spec.predicts:
        found["encoder"] = True
    if spec.tokenizer:
        found["tokenizer"] = asdict(spec.tokenizer)
    return found


# ---------------------------------------------------------------- work


def weight_file(spec: RecurrentSpec) -> Path:
    """The pinned weight file, found and checked."""
    from atlas import weights

    path = weights.locate(spec.weights)
    weights.check(path, spec.weights.sha256)
    return path


def load(spec: RecurrentSpec) -> Recurrent:
    """A network that this package trained, or an own one over ALPHABET or its tokens, with its pinned weights, float32, frozen."""
    from atlas import weights

    path = weight_file(spec)
    module, state = build(spec), weights.read(path)
    if isinstance(spec.weights, OwnFile):
        into = into_tokens if spec.tokenizer else into_alphabet
        state = into(state, _own_vocabulary(spec), str(path), encoder=not spec.predicts)
    module.load_state_dict({key: value.float() for key, value in state.items()})
    return module.eval().requires_grad_(False)


def _own_vocabulary(spec: RecurrentSpec) -> tuple[str, ...]:
    from atlas import weights

    assert isinstance(spec.words, OwnFile)
    path = weights.locate(spec.words)
    weights.check(path, spec.words.sha256)
    return read_vocabulary(path)


def vocabulary_of(spec: RecurrentSpec) -> Vocabulary:
    """The words of a network that reads words."""
    from atlas import weights
    from atlas.recurrent.words import read_vocabulary

    assert isinstance(spec.words, EmbeddedFile)
    path = weights.locate(spec.words)
    weights.check(path, spec.words.sha256)
    return read_vocabulary(path)


def recurrent_card(spec: RecurrentSpec) -> dict[str, Any]:
    """The model card beside the weights; nothing for a published network or an own one."""
    from atlas import weights

    if not isinstance(spec.weights, EmbeddedFile):
        return {}
    card: dict[str, Any] = json.loads(weights.locate(spec.weights).with_suffix(".json").read_text("utf-8"))
    return card


def _texts_of(store: Store, task: Task) -> tuple[Text, ...]:
    from atlas.recurrent.texts import unpack

    entry = store.get(task.needs["texts"][0])
    found = unpack(entry.arrays, entry.facts["paths"])
    if "tokens" not in task.needs:
        return found
    from atlas.recurrent.tokens import in_tokens

    cut = store.get(task.needs["tokens"][0])
    return in_tokens(found, cut.arrays, cut.facts)


def texts(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The held-out files of the interpreter's own library, labelled."""
    from atlas.recurrent.source import digest, read_library
    from atlas.recurrent.texts import held_out_texts, pack

    for task in tasks:
        files = read_library()
        arrays, facts = pack(held_out_texts(files, characters=task.parameters["characters"]))
        yield Entry(arrays, {**facts, "digest": digest(files), "python": task.parameters["python"]})


def baselines(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
    """What the files that the networks learned say of those held out, at every character but each text's first.

    Arrays: `losses` of an n-gram model, and `rare`, whether the character is part of a rare word; facts: mean losses by order.
    """
    from atlas.recurrent.errors import rare
    from atlas.recurrent.ngram import ngram_losses
    from atlas.recurrent.source import encode_file, read_library

    for task in tasks:
        learned = [file for file in read_library() if not file.held_out]
        found = _texts_of(store, task)
        order = task.parameters["order"]
        whole = np.concatenate([text.symbols for text in found])
        losses = ngram_losses([encode_file(file) for file in learned], whole, order=order, symbols=len(ALPHABET))
        starts = np.cumsum([0, *(len(text) + 1 for text in found)])[:-1]
        kept = np.concatenate(
            [np.arange(start + 1, start + len(text)) for start, text in zip(starts, found, strict=True)]
        )
        own = losses[:, kept]
        flags = rare((file.text for file in learned), [text.text for text in found])
        arrays = {"losses": own[-1].astype(np.float32), "rare": np.concatenate([one[1:] for one in flags])}
        yield Entry(arrays, {"order": order, "by_order": own.mean(1).tolist()})


def _study(name: str) -> Callable[[Store, Sequence[Task]], Iterator[Entry]]:
    def run(store: Store, tasks: Sequence[Task]) -> Iterator[Entry]:
        for task in tasks:
            yield Entry(*_found(name, store, task))

    return run


Found = tuple[dict[str, Any], dict[str, Any]]


def _found(name: str, store: Store, task: Task) -> Found:
    spec, seed = recurrent_spec_of(task.parameters["network"]), task.parameters.get("seed", 0)
    if not spec.reads_code:
        return _READERS[spec.reads](spec, seed)
    if name == "tokens":
        return _tokens(spec, _texts_of(store, task))
    module, read = load(spec), _texts_of(store, task)
    if name in ("reach", "statemaps"):
        return _after(
            name, module, read, store.get(task.needs[{"reach": "baseline", "statemaps": "cells"}[name]][0]), task
        )
    from atlas.recurrent.cell import net_of
    from atlas.recurrent.cell_study import study_cells, study_gates
    from atlas.recurrent.match_study import study_matches
    from atlas.recurrent.passage_study import study_passages
    from atlas.recurrent.profile import study_profiles
    from atlas.recurrent.reaction_study import study_reactions
    from atlas.recurrent.relevance_study import study_relevance

    net = net_of(module)
    done: dict[str, Callable[[], Found]] = {
        "cells": lambda: study_cells(net, read, seed=seed), "gates": lambda: study_gates(net, read),
        "relevances": lambda: study_relevance(module, read, seed=seed), "passages": lambda: study_passages(module, read),
        "matches": lambda: study_matches(net, read, seed=seed), "reactions": lambda: study_reactions(net, read, seed=seed),
        "profiles": lambda: study_profiles(net, read),
    }  # fmt: skip
    return done[name]()


def _after(name: str, module: Recurrent, read: Sequence[Text], entry: Entry, task: Task) -> Found:
    """A study that goes on from another one's `entry`."""
    from atlas.recurrent.cell import net_of
    from atlas.recurrent.reach_study import study_reach
    from atlas.statemap import study_maps

    seed = task.parameters["seed"]
    if name == "statemaps":
        return study_maps(net_of(module), read, entry.arrays, entry.facts["concepts"], seed=seed)
    losses, rare = entry.arrays["losses"], entry.arrays["rare"]
    arrays, facts = study_reach(module, read, losses, rare, places=task.parameters["places"], seed=seed)
    return arrays, facts | {"by_order": entry.facts["by_order"]}


def _tokens(spec: RecurrentSpec, read: Sequence[Text]) -> Found:
    from atlas.recurrent.tokens import study_tokens

    assert spec.tokenizer is not None
    vocabulary = _own_vocabulary(spec)
    return study_tokens(read, tokenizer(spec.tokenizer, vocabulary), vocabulary)


def _sentences(spec: RecurrentSpec, seed: int) -> Found:
    from atlas.recurrent.sentence_study import study_sentences

    return study_sentences(load(spec), vocabulary_of(spec), seed=seed)


def _spellings(spec: RecurrentSpec, seed: int) -> Found:
    from atlas.recurrent.spelling import read_speller
    from atlas.recurrent.spelling_study import study_spelling

    return study_spelling(read_speller(weight_file(spec)))


def _sounds(spec: RecurrentSpec, seed: int) -> Found:
    from safetensors.numpy import load_file

    from atlas.recurrent.speech import detector_of
    from atlas.recurrent.speech_study import study_speech

    return study_speech(detector_of(load_file(weight_file(spec))), seed=seed)


_READERS = {"words": _sentences, "letters": _spellings, "sound": _sounds}


RUN = {
    "texts": texts,
    "baselines": baselines,
    **{name: _study(name) for names in STUDIES.values() for name in names},
}
