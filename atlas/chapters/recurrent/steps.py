"""The work of the chapter's steps: read the inputs from the store, call the science, hand back arrays. Runs in worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.chapters.recurrent.loaded import load, own_vocabulary, vocabulary_of, weight_file
from atlas.chapters.recurrent.plan import STUDIES
from atlas.chapters.recurrent.recipe import section
from atlas.core.specs import RecurrentSpec
from atlas.networks.custom_tokens import tokenizer
from atlas.networks.recurrent import ALPHABET
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext

if TYPE_CHECKING:
    from atlas.chapters.recurrent.texts import Text
    from atlas.networks.modules.recurrent import Recurrent


def _texts_of(context: StepContext, task: Task) -> tuple[Text, ...]:
    from atlas.chapters.recurrent.texts import unpack

    entry = context.store.get(task.needs["texts"][0])
    found = unpack(entry.arrays, entry.facts["paths"])
    if "tokens" not in task.needs:
        return found
    from atlas.chapters.recurrent.tokens import in_tokens

    cut = context.store.get(task.needs["tokens"][0])
    return in_tokens(found, cut.arrays, cut.facts)


def texts(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The held-out files of the interpreter's own library, labelled."""
    from atlas.chapters.recurrent.source import digest, read_library
    from atlas.chapters.recurrent.texts import held_out_texts, pack

    for task in tasks:
        files = read_library()
        arrays, facts = pack(held_out_texts(files, characters=task.parameters["characters"]))
        yield Entry(arrays, {**facts, "digest": digest(files), "python": task.parameters["python"]})


def baselines(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """What the files that the networks learned say of those held out, at every character but each text's first.

    Arrays: `losses` of an n-gram model, and `rare`, whether the character is part of a rare word; facts: mean losses by order.
    """
    from atlas.chapters.recurrent.errors import rare
    from atlas.chapters.recurrent.ngram import ngram_losses
    from atlas.chapters.recurrent.source import encode_file, read_library

    for task in tasks:
        learned = [file for file in read_library() if not file.held_out]
        found = _texts_of(context, task)
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


def _study(name: str) -> Callable[[StepContext, Sequence[Task]], Iterator[Entry]]:
    def run(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
        for task in tasks:
            yield Entry(*_found(name, context, task))

    return run


Found = tuple[dict[str, Any], dict[str, Any]]


def _found(name: str, context: StepContext, task: Task) -> Found:
    spec, seed = section(context.recipe).spec(task.parameters["network"]), task.parameters.get("seed", 0)
    if not spec.reads_code:
        return _READERS[spec.reads](spec, seed)
    if name == "tokens":
        return _tokens(spec, _texts_of(context, task))
    module, read = load(spec), _texts_of(context, task)
    if name in ("reach", "statemaps"):
        return _after(
            name,
            module,
            read,
            context.store.get(task.needs[{"reach": "baseline", "statemaps": "cells"}[name]][0]),
            task,
        )
    from atlas.chapters.recurrent.cell import net_of
    from atlas.chapters.recurrent.cell_statistics import study_profiles
    from atlas.chapters.recurrent.cell_study import study_cells, study_gates
    from atlas.chapters.recurrent.match_study import study_matches
    from atlas.chapters.recurrent.passage_study import study_passages
    from atlas.chapters.recurrent.relevance_study import study_relevance
    from atlas.chapters.recurrent.response_study import study_reactions

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
    from atlas.chapters.recurrent.cell import net_of
    from atlas.chapters.recurrent.context_study import study_reach
    from atlas.chapters.recurrent.state_map import study_maps

    seed = task.parameters["seed"]
    if name == "statemaps":
        return study_maps(net_of(module), read, entry.arrays, entry.facts["concepts"], seed=seed)
    losses, rare = entry.arrays["losses"], entry.arrays["rare"]
    arrays, facts = study_reach(module, read, losses, rare, places=task.parameters["places"], seed=seed)
    return arrays, facts | {"by_order": entry.facts["by_order"]}


def _tokens(spec: RecurrentSpec, read: Sequence[Text]) -> Found:
    from atlas.chapters.recurrent.tokens import study_tokens

    assert spec.tokenizer is not None
    vocabulary = own_vocabulary(spec)
    return study_tokens(read, tokenizer(spec.tokenizer, vocabulary), vocabulary)


def _sentences(spec: RecurrentSpec, seed: int) -> Found:
    from atlas.chapters.recurrent.sentence_study import study_sentences

    return study_sentences(load(spec), vocabulary_of(spec), seed=seed)


def _spellings(spec: RecurrentSpec, seed: int) -> Found:
    from atlas.chapters.recurrent.spelling import read_speller
    from atlas.chapters.recurrent.spelling_study import study_spelling

    return study_spelling(read_speller(weight_file(spec)))


def _sounds(spec: RecurrentSpec, seed: int) -> Found:
    from safetensors.numpy import load_file

    from atlas.chapters.recurrent.speech import detector_of
    from atlas.chapters.recurrent.speech_study import study_speech

    return study_speech(detector_of(load_file(weight_file(spec))), seed=seed)


_READERS = {"words": _sentences, "letters": _spellings, "sound": _sounds}


RUN = {
    "texts": texts,
    "baselines": baselines,
    **{name: _study(name) for names in STUDIES.values() for name in names},
}
