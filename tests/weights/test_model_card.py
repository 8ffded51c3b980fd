"""Model cards: those that are shipped belong to the pinned weights, and add up."""

import json
from dataclasses import replace

import pytest

from atlas.core.errors import WeightsError
from atlas.core.sources import EmbeddedFile
from atlas.networks import NETWORKS
from atlas.networks.generators import GENERATORS
from atlas.networks.labels import class_names
from atlas.networks.recurrent import RECURRENT
from atlas.weights.load import EMBEDDED
from atlas.weights.model_card import card_data, read_card, read_gates

EMBEDDED_ONES = [name for name in NETWORKS if isinstance(NETWORKS[name].weights, EmbeddedFile)]
TRAINED = [name for name in EMBEDDED_ONES if NETWORKS[name].weights.file == f"{name}.safetensors"]


@pytest.mark.parametrize("name", TRAINED)
def test_every_trained_network_has_a_card_that_adds_up(name):
    spec = NETWORKS[name]
    card = read_card(spec)
    assert card.sha256 == spec.weights.sha256
    assert card.bytes == (EMBEDDED / spec.weights.file).stat().st_size
    assert tuple(row.name for row in card.classes) == class_names(spec.labels)
    assert sum(row.images for row in card.classes) == card.images
    named_right = sum(row.images * row.top1 for row in card.classes)
    assert named_right / card.images == pytest.approx(card.top1, abs=1e-3)
    assert 0 < card.error(card.top1) < 0.01 * (3000 / card.images) ** 0.5
    assert [row["epoch"] for row in card.curve] == list(range(1, len(card.curve) + 1))


@pytest.mark.parametrize("name", TRAINED)
def test_gates_are_those_of_the_network(name):
    gates = read_gates(NETWORKS[name])
    assert (gates is not None) == name.startswith("senet")
    if gates is not None:
        assert gates.images == read_card(NETWORKS[name]).images
        assert gates.top1 == pytest.approx(read_card(NETWORKS[name]).top1, abs=1e-3)
        for block in gates.blocks:
            assert block.by_class.shape == (NETWORKS[name].logits.units, len(block.mean))
            assert block.by_class.mean(0) == pytest.approx(block.mean, abs=2e-3)


def test_a_discriminator_has_no_card_of_its_own():
    """It lies in its generator's file; the card beside that is the generator's."""
    others = sorted(set(EMBEDDED_ONES) - set(TRAINED))
    assert others == [f"infogan-discriminator-{seed}" for seed in range(3)]
    assert [read_card(NETWORKS[name]) for name in others] == [None] * 3


def test_published_weights_have_no_card():
    assert read_card(NETWORKS["efficientnet-lite0"]) is None
    assert read_gates(NETWORKS["efficientnet-lite0"]) is None


def test_a_card_of_other_weights_and_a_broken_one_are_errors(tmp_path):
    spec = NETWORKS[TRAINED[0]]
    card = json.loads((EMBEDDED / f"{spec.name}.json").read_text("utf-8"))
    card["weights"]["sha256"] = "0" * 64
    (tmp_path / f"{spec.name}.json").write_text(json.dumps(card))
    with pytest.raises(WeightsError, match=f"{spec.name}.*belongs to the weights 000000000000"):
        read_card(spec, tmp_path)
    (tmp_path / f"{spec.name}.json").write_text("{")
    with pytest.raises(WeightsError, match="cannot be read"):
        read_card(spec, tmp_path)
    other = replace(spec, weights=replace(spec.weights, file="none.safetensors"))
    assert read_card(other, tmp_path) is None


@pytest.mark.parametrize("name", ["char-gru", "sentiment-lstm"])
def test_the_card_of_a_recurrent_network_is_plain_data_of_its_weights(name):
    weights = RECURRENT[name].weights
    assert card_data(weights)["network"] == name
    with pytest.raises(WeightsError, match=f"{name}.*belongs to the weights"):
        card_data(replace(weights, sha256="0" * 64))


def test_a_card_has_a_generator_of_this_project_only():
    assert card_data(GENERATORS["infogan-sprites-0"].weights)["parameters"] > 0
    assert card_data(GENERATORS["pgan-celebahq-256"].weights) is None
