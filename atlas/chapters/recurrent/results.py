"""From the store to the records of the recurrent networks."""

from __future__ import annotations

from typing import Any

from atlas.chapters.recurrent.cell_statistics import CellStatistics
from atlas.chapters.recurrent.cell_study import CellStudy, GateStudy
from atlas.chapters.recurrent.context_study import ContextLengthStudy
from atlas.chapters.recurrent.loaded import character_card, sentiment_card
from atlas.chapters.recurrent.match_study import MatchStudy
from atlas.chapters.recurrent.passage_study import PassageStudy
from atlas.chapters.recurrent.plan import studies_of
from atlas.chapters.recurrent.recipe import section
from atlas.chapters.recurrent.records import (
    CodeResults,
    PredictorResults,
    RecurrentNetworks,
    SentimentResults,
    SpeechResults,
    SpellingResults,
)
from atlas.chapters.recurrent.relevance_study import RelevanceStudy
from atlas.chapters.recurrent.response_study import ExpectedResponses
from atlas.chapters.recurrent.sentence_study import SentenceStudy
from atlas.chapters.recurrent.speech_study import SpeechStudy
from atlas.chapters.recurrent.spelling_study import SpellingStudy
from atlas.chapters.recurrent.state_map import StateMapStudy
from atlas.chapters.recurrent.texts import Library
from atlas.chapters.recurrent.tokens import TokenStudy
from atlas.core.pack import unpack
from atlas.core.specs import RecurrentSpec
from atlas.pipeline.plan import Plan
from atlas.pipeline.store import Store

RECORDS: dict[str, type[Any]] = {
    "tokens": TokenStudy,
    "cells": CellStudy,
    "gates": GateStudy,
    "context_lengths": ContextLengthStudy,
    "relevances": RelevanceStudy,
    "passages": PassageStudy,
    "matches": MatchStudy,
    "expected_responses": ExpectedResponses,
    "cell_statistics": CellStatistics,
    "state_maps": StateMapStudy,
    "sentences": SentenceStudy,
    "spellings": SpellingStudy,
    "speech": SpeechStudy,
}
"""The record of each study, by its step; the results of a network hold it under the same name."""


def read(plan: Plan, store: Store) -> RecurrentNetworks:
    """The recurrent networks of the recipe, in its order."""
    chosen = section(plan.recipe).chosen()
    other = {spec.reads: spec for spec in chosen if not spec.reads_code}
    words, letters, sound = (other.get(kind) for kind in ("words", "letters", "sound"))
    return RecurrentNetworks(
        tuple(_code(plan, store, spec) for spec in chosen if spec.reads_code),
        SentimentResults(**_studies(plan, store, words), card=sentiment_card(words)) if words else None,
        SpellingResults(**_studies(plan, store, letters)) if letters else None,
        SpeechResults(**_studies(plan, store, sound)) if sound else None,
    )


def _code(plan: Plan, store: Store, spec: RecurrentSpec) -> CodeResults:
    kind = PredictorResults if spec.predicts else CodeResults
    return kind(
        **_studies(plan, store, spec),
        card=character_card(spec),
        text=unpack(Library, {}, store.get(plan.get("texts", "library").digest).facts),
        pages=section(plan.recipe).paged(spec),
    )


def _studies(plan: Plan, store: Store, spec: RecurrentSpec) -> dict[str, Any]:
    """The network with its keys and the record of each of its studies, by field."""
    keys = {study: plan.get(study, spec.name).digest for study in studies_of(spec)}
    entries = {study: store.get(key) for study, key in keys.items()}
    records: dict[str, Any] = {
        study: unpack(RECORDS[study], entry.arrays, entry.facts) for study, entry in entries.items()
    }
    return {"spec": spec, "keys": keys, **records}
