"""The files of a recurrent network, found and checked: weights, vocabulary, model card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from atlas import weights
from atlas.chapters.recurrent import words
from atlas.chapters.recurrent.model_cards import CharacterCard, SentimentCard
from atlas.core.pack import unpack
from atlas.core.sources import CustomFile, EmbeddedFile
from atlas.core.specs import RecurrentSpec
from atlas.networks.custom_recurrent import into_alphabet
from atlas.networks.custom_tokens import into_tokens
from atlas.networks.recurrent import build
from atlas.networks.vocabulary_file import read_vocabulary

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent

R = TypeVar("R")


def weight_file(spec: RecurrentSpec) -> Path:
    """The pinned weight file, found and checked."""
    path = weights.locate(spec.weights)
    weights.check(path, spec.weights.sha256)
    return path


def load(spec: RecurrentSpec) -> Recurrent:
    """A network that this package trained, or a custom one over ALPHABET or its
    tokens, with its pinned weights, float32, frozen.
    """
    path = weight_file(spec)
    module, state = build(spec), weights.read(path)
    if isinstance(spec.weights, CustomFile):
        into = into_tokens if spec.tokenizer else into_alphabet
        state = into(state, custom_vocabulary(spec), str(path), encoder=not spec.predicts)
    module.load_state_dict({key: value.float() for key, value in state.items()})
    return module.eval().requires_grad_(False)


def custom_vocabulary(spec: RecurrentSpec) -> tuple[str, ...]:
    """The symbols of a custom network, in the order of their numbers."""
    assert isinstance(spec.words, CustomFile)
    path = weights.locate(spec.words)
    weights.check(path, spec.words.sha256)
    return read_vocabulary(path)


def vocabulary_of(spec: RecurrentSpec) -> words.Vocabulary:
    """The words of a network that reads words."""
    assert isinstance(spec.words, EmbeddedFile)
    path = weights.locate(spec.words)
    weights.check(path, spec.words.sha256)
    return words.read_vocabulary(path)


def character_card(spec: RecurrentSpec) -> CharacterCard | None:
    """The model card beside the weights; None for a custom network."""
    return _card(CharacterCard, spec) if isinstance(spec.weights, EmbeddedFile) else None


def sentiment_card(spec: RecurrentSpec) -> SentimentCard:
    """The model card of the network that reads words."""
    return _card(SentimentCard, spec)


def card_file(spec: RecurrentSpec) -> Path:
    """The model card beside the weights of a network that this package trained."""
    return weights.locate(spec.weights).with_suffix(".json")


def _card(kind: type[R], spec: RecurrentSpec) -> R:
    return unpack(kind, {}, json.loads(card_file(spec).read_text("utf-8")))
