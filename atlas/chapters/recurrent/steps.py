"""The work of the chapter's steps: read the inputs from the store, call the science, pack its record.

Runs in worker processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from atlas.chapters.recurrent.loaded import custom_vocabulary, load, vocabulary_of, weight_file
from atlas.chapters.recurrent.plan import STUDIES
from atlas.chapters.recurrent.recipe import section
from atlas.core.pack import pack, unpack
from atlas.core.specs import RecurrentSpec
from atlas.networks.custom_tokens import tokenizer
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext

if TYPE_CHECKING:
    from atlas.chapters.recurrent.texts import Text

R = TypeVar("R")
Record = Any  # the record of a study


def _read(context: StepContext, task: Task, role: str, kind: type[R]) -> R:
    """The record that the task needs in this role."""
    entry = context.store.get(task.needs[role][0])
    return unpack(kind, entry.arrays, entry.facts)


def _texts(context: StepContext, task: Task) -> tuple[Text, ...]:
    from atlas.chapters.recurrent.texts import StoredTexts
    from atlas.chapters.recurrent.tokens import TokenStudy, in_tokens

    read = _read(context, task, "texts", StoredTexts).texts
    return in_tokens(read, _read(context, task, "tokens", TokenStudy)) if "tokens" in task.needs else read


def texts(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """The held-out files of the interpreter's own library, labelled."""
    from atlas.chapters.recurrent.source import digest, read_library
    from atlas.chapters.recurrent.texts import StoredTexts, held_out_texts

    for task in tasks:
        files = read_library()
        chosen = held_out_texts(files, characters=task.parameters["characters"])
        yield Entry(*pack(StoredTexts.of(chosen, python=task.parameters["python"], digest=digest(files))))


def baselines(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """n-gram models of the files that the networks were trained on, applied to those held out."""
    from atlas.chapters.recurrent.baseline_study import study_baselines
    from atlas.chapters.recurrent.source import read_library

    for task in tasks:
        training = [file for file in read_library() if not file.held_out]
        yield Entry(*pack(study_baselines(training, _texts(context, task), order=task.parameters["order"])))


def _study(name: str) -> Callable[[StepContext, Sequence[Task]], Iterator[Entry]]:
    def run(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
        for task in tasks:
            spec = section(context.recipe).spec(task.parameters["network"])
            yield Entry(*pack(_WORK[name](context, task, spec)))

    return run


# ---------------------------------------------------------------- networks that read code


def _tokens(context: StepContext, task: Task, spec: RecurrentSpec) -> Record:
    from atlas.chapters.recurrent.tokens import study_tokens

    assert spec.tokenizer is not None
    vocabulary = custom_vocabulary(spec)
    return study_tokens(_texts(context, task), tokenizer(spec.tokenizer, vocabulary), vocabulary)


def _cells(context: StepContext, task: Task, spec: RecurrentSpec) -> Record:
    from atlas.chapters.recurrent.cell import net_of
    from atlas.chapters.recurrent.cell_study import study_cells

    return study_cells(net_of(load(spec)), _texts(context, task), seed=task.parameters["seed"])


def _gates(context: StepContext, task: Task, spec: RecurrentSpec) -> Record:
    from atlas.chapters.recurrent.cell import net_of
    from atlas.chapters.recurrent.cell_study import study_gates

    return study_gates(net_of(load(spec)), _texts(context, task))


def _context_lengths(context: StepContext, task: Task, spec: RecurrentSpec) -> Record:
    from atlas.chapters.recurrent.baseline_study import Baselines
    from atlas.chapters.recurrent.context_study import study_context_lengths

    baseline, chosen = _read(context, task, "baseline", Baselines), task.parameters
    read = _texts(context, task)
    return study_context_lengths(load(spec), read, baseline, places=chosen["places"], seed=chosen["seed"])


def _relevances(context: StepContext, task: Task, spec: RecurrentSpec) -> Record:
    from atlas.chapters.recurrent.relevance_study import study_relevances

    return study_relevances(load(spec), _texts(context, task), seed=task.parameters["seed"])


def _passages(context: StepContext, task: Task, spec: RecurrentSpec) -> Record:
    from atlas.chapters.recurrent.passage_study import study_passages

    return study_passages(load(spec), _texts(context, task))


def _matches(context: StepContext, task: Task, spec: RecurrentSpec) -> Record:
    from atlas.chapters.recurrent.cell import net_of
    from atlas.chapters.recurrent.match_study import study_matches

    return study_matches(net_of(load(spec)), _texts(context, task), seed=task.parameters["seed"])


def _expected_responses(context: StepContext, task: Task, spec: RecurrentSpec) -> Record:
    from atlas.chapters.recurrent.cell import net_of
    from atlas.chapters.recurrent.response_study import study_expected_responses

    return study_expected_responses(net_of(load(spec)), _texts(context, task), seed=task.parameters["seed"])


def _cell_statistics(context: StepContext, task: Task, spec: RecurrentSpec) -> Record:
    from atlas.chapters.recurrent.cell import net_of
    from atlas.chapters.recurrent.cell_statistics import study_cell_statistics

    return study_cell_statistics(net_of(load(spec)), _texts(context, task))


def _state_maps(context: StepContext, task: Task, spec: RecurrentSpec) -> Record:
    from atlas.chapters.recurrent.cell import net_of
    from atlas.chapters.recurrent.cell_study import CellStudy
    from atlas.chapters.recurrent.state_map import study_state_maps

    cells, read = _read(context, task, "cells", CellStudy), _texts(context, task)
    return study_state_maps(net_of(load(spec)), read, cells, seed=task.parameters["seed"])


# ---------------------------------------------------------------- the others


def _sentences(context: StepContext, task: Task, spec: RecurrentSpec) -> Record:
    from atlas.chapters.recurrent.sentence_study import study_sentences

    return study_sentences(load(spec), vocabulary_of(spec), seed=task.parameters["seed"])


def _spellings(context: StepContext, task: Task, spec: RecurrentSpec) -> Record:
    from atlas.chapters.recurrent.spelling import read_speller
    from atlas.chapters.recurrent.spelling_study import study_spelling

    return study_spelling(read_speller(weight_file(spec)))


def _speech(context: StepContext, task: Task, spec: RecurrentSpec) -> Record:
    from safetensors.numpy import load_file

    from atlas.chapters.recurrent.speech import detector_of
    from atlas.chapters.recurrent.speech_study import study_speech

    return study_speech(detector_of(load_file(weight_file(spec))), seed=task.parameters["seed"])


_WORK: dict[str, Callable[[StepContext, Task, RecurrentSpec], Record]] = {
    "tokens": _tokens,
    "cells": _cells,
    "gates": _gates,
    "context_lengths": _context_lengths,
    "relevances": _relevances,
    "passages": _passages,
    "matches": _matches,
    "expected_responses": _expected_responses,
    "cell_statistics": _cell_statistics,
    "state_maps": _state_maps,
    "sentences": _sentences,
    "spellings": _spellings,
    "speech": _speech,
}

RUN = {
    "texts": texts,
    "baselines": baselines,
    **{name: _study(name) for names in STUDIES.values() for name in names},
}
