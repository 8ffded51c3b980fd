"""The saliency card and the known failures of a method, from scores that are known."""

from dataclasses import replace

import numpy as np
import pytest

from atlas.chapters.heatmaps.card import failures, saliency_card, worth
from atlas.chapters.heatmaps.scores import NetworkScores
from tests.fixtures.heatmaps import make_record, some_methods


@pytest.fixture
def scores():
    return [network.scores for network in make_record().networks]


def method_of(name):
    return next(method for method in make_record().found if method.name == name)


def entries(card):
    return {entry.name: entry.value for part in card for entry in part.entries}


def test_the_card_holds_what_the_registry_declares_and_what_was_measured(scores):
    method = next(method for method in make_record().found if method.family == "gradient")
    card = saliency_card(method, scores)
    assert [part.title for part in card] == ["Methodology", "Sensitivity", "Perceptibility"]
    found = entries(card)
    assert found["Cost"].startswith(f"{method.forward} forward pass")
    gini = np.median(np.concatenate([one.evaluations[method.name].gini for one in scores]))
    assert f"{gini:.2f}" in found["Minimality"]
    assert found["To the model"].endswith("0.10")


def test_a_method_that_was_not_scored_says_so():
    method = make_record().found[0]
    found = entries(saliency_card(method, []))
    assert found["To small noise"] == found["Minimality"] == "not measured"
    assert worth(method, []) == "" and failures(method, {}) == ()


def test_failures_name_networks_by_reason(scores):
    flagged = next(m for m in make_record().found if any(s.mark(m).flagged for s in scores))
    [sentence] = [one for one in failures(flagged, {"A": scores[0], "B": scores[1]}) if "randomized" in one]
    assert "0.5" in sentence and ("A" in sentence or "B" in sentence)
    missing = some_methods()[-1]
    assert any(
        one.startswith("Not valid for B:") for one in failures(method_of(missing), {"A": scores[0], "B": scores[1]})
    )


def test_a_method_that_beats_no_control_is_seen_not_to(scores):
    first = make_record().found[0]
    evaluations = dict(scores[0].evaluations)
    control = next(m.name for m in make_record().found if m.family == "control")
    evaluations[first.name] = replace(evaluations[control], error=None)
    weak = NetworkScores(scores[0].methods, evaluations, scores[0].sources)
    assert "For A it beats all controls in none of the scores." in failures(first, {"A": weak})
    assert "beats every control in 0 of" in worth(first, [weak])
