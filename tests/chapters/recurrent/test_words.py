"""Words, sentences and the shipped sentiment network."""

import json

import pytest

from atlas.chapters.recurrent.loaded import card_file, load
from atlas.chapters.recurrent.sentences import KINDS, read_sentences
from atlas.chapters.recurrent.steps import vocabulary_of
from atlas.chapters.recurrent.words import START, UNKNOWN, Vocabulary, learn, read_vocabulary, split, write_vocabulary
from atlas.core.errors import WeightsError
from atlas.networks.recurrent import SENTIMENT
from atlas.train.sentiment import SENTIMENT_RECIPE
from atlas.train.sentiment_ship import probe_accuracy


def test_words_are_lower_case_with_their_apostrophes():
    assert split("It isn’t “great” — it's FINE!") == ["it", "isn't", "great", "it's", "fine", "!"]


def test_a_word_list_knows_what_is_frequent():
    vocabulary = learn([["a", "b"], ["b", "c", "c"]], least=2)
    assert vocabulary.words == (START, UNKNOWN, "b", "c")
    assert vocabulary.encode(["c", "a", "b"]).tolist() == [0, 3, 1, 2]
    assert "c" in vocabulary
    assert "a" not in vocabulary


def test_a_word_list_comes_back(tmp_path):
    vocabulary = Vocabulary((START, UNKNOWN, "b"))
    path = write_vocabulary(vocabulary, tmp_path / "words.txt")
    assert read_vocabulary(path) == vocabulary
    path.write_text("a\nb\n")
    with pytest.raises(WeightsError, match="no word list"):
        read_vocabulary(path)


def test_the_probe_sentences_are_balanced_and_known():
    sentences, vocabulary = read_sentences(), vocabulary_of(SENTIMENT)
    for kind in KINDS:
        signs = [sentence.sign for sentence in sentences if sentence.kind == kind]
        assert len(signs) >= 60
        assert sum(signs) == 0
    assert len({sentence.text for sentence in sentences}) == len(sentences)
    words = [word for sentence in sentences for word in sentence.words]
    assert sum(word in vocabulary for word in words) > 0.99 * len(words)


def test_the_sentiment_card_fits_the_recipe_and_is_found_again():
    card, vocabulary = json.loads(card_file(SENTIMENT).read_text("utf-8")), vocabulary_of(SENTIMENT)
    plain = {key: value for key, value in vars(SENTIMENT_RECIPE).items() if isinstance(value, int | float)}
    assert {key: card["recipe"][key] for key in plain} == plain
    assert card["words"]["sha256"] == SENTIMENT.words.sha256
    assert card["words"]["count"] == len(vocabulary) == SENTIMENT.symbols
    assert card["held_out"]["accuracy"] >= 0.78
    assert probe_accuracy(load(SENTIMENT), vocabulary) == card["probes"]
