"""The taxonomy of errors by hand: what each oracle knows, in which order, and that nothing is lost."""

import numpy as np
import pytest

from atlas.chapters.recurrent.errors import CAUSES, HALF, causes, rare, repeated, tally

NAMES = {name: number for number, name in enumerate(CAUSES)}


def test_rare_words_are_counted_in_the_training_files():
    training = ["common common common", "common common common seldom seldom"]
    (found,) = rare(training, ["a seldom, common(unseen)"])
    assert "".join("a seldom, common(unseen)"[place] for place in np.flatnonzero(found)) == "aseldomunseen"


def test_what_was_written_shortly_before_is_found_by_its_context():
    text = "xx = first(1)\nyy = first(2)\n"
    found = repeated(text, back=100, same=5)
    again = text.index("first", 8)
    assert [text[place] for place in np.flatnonzero(found)] == list("rst(")  # after " = fi" it was "r" before, too
    assert np.flatnonzero(found)[0] > again
    assert not repeated(text, back=5, same=5).any()


def test_the_last_occurrence_decides():
    assert repeated("abXabYabY", same=2).tolist()[-1]
    assert not repeated("abXabYabX", same=2).tolist()[-1]


def test_each_character_has_the_first_cause_that_fits():
    text = "go (wrd,\n 1"
    known, seldom = np.zeros(11, bool), np.zeros(11, bool)
    known[0], seldom[0], seldom[4:7] = True, True, True
    found = [CAUSES[number] for number in causes(text, known=known, seldom=seldom)]
    assert found[0] == "an n-gram model knows it"
    assert found[1] == found[10] == "inside a common word, digits"
    assert found[2] == found[8] == found[9] == "line break or space"
    assert found[3] == found[7] == "bracket, quote or other sign"
    assert found[4:7] == ["in a rare word"] * 3
    assert CAUSES[causes("a b", known=np.zeros(3, bool), seldom=np.zeros(3, bool))[2]] == "start of a word"


def test_errors_add_up():
    cause = np.array([0, 0, 3, 3, 6])
    lost = np.array([HALF + 1, HALF - 0.1, 2.0, 3.0, 0.0])
    rows = tally(cause, lost)
    assert [row.errors for row in rows] == [1, 0, 0, 2, 0, 0, 0]
    assert rows[3].of_errors == pytest.approx(2 / 3)
    assert rows[3].of_loss == pytest.approx(5 / lost.sum())
