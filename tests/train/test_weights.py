"""The weights in the package: strict loading, size, cards, and the accuracy that the cards claim."""

import json

import pytest

from atlas import weights
from atlas.networks import NETWORKS
from atlas.train.data import Split
from atlas.train.loop import accuracy, logits_of
from atlas.train.recipes import RECIPES

SHIPPED = [name for name in RECIPES if name in NETWORKS]
FIELDS = {
    "network", "weights", "parameters", "multiply_adds", "accuracy", "sample", "classes", "recipe", "curve", "data",
    "licence", "hardware", "seconds", "notes", "teacher",
}  # fmt: skip


def card_of(name):
    return json.loads((weights.EMBEDDED / f"{name}.json").read_text("utf-8"))


def test_all_weights_together_are_small():
    assert sum(file.stat().st_size for file in weights.EMBEDDED.iterdir()) <= 40e6


def test_no_weights_without_a_network_and_no_network_without_weights():
    assert {file.stem for file in weights.EMBEDDED.glob("*.safetensors")} == set(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_loads_strictly_and_fits_its_card(name):
    network, card = weights.load(NETWORKS[name]), card_of(name)
    assert set(card) == FIELDS
    assert card["network"] == name
    assert card["weights"]["sha256"] == NETWORKS[name].weights.sha256
    assert card["parameters"] == sum(parameter.numel() for parameter in network.module.parameters())
    assert [row["epoch"] for row in card["curve"]] == list(range(1, card["recipe"]["epochs"] + 1))
    assert card["weights"]["statistics_of"] == (
        30000 if any("running_mean" in key for key in network.module.state_dict()) else 0
    )
    assert len(card["classes"]) == 60
    assert sum(row["images"] for row in card["classes"]) == card["accuracy"]["images"] == 3000
    assert 0.3 < card["accuracy"]["top1"] < card["accuracy"]["top5"] < 1
    assert "/" not in card["hardware"]["processor"]


@pytest.mark.parametrize("name", SHIPPED)
def test_the_recipe_in_the_code_is_the_one_that_made_the_weights(name):
    recipe, told = RECIPES[name], card_of(name)["recipe"]
    assert tuple(card_of(name)["notes"]) == recipe.notes
    assert {key: told[key] for key in recipe.settings()} == recipe.settings()


@pytest.mark.parametrize("name", SHIPPED)
def test_reaches_the_accuracy_of_its_card(name, real_photographs):
    card = card_of(name)
    every = card["sample"]["every"]
    sample = Split(real_photographs.valid.images[::every], real_photographs.valid.labels[::every])
    found = accuracy(logits_of(weights.load(NETWORKS[name]).module, sample), sample.labels)
    assert card["data"]["digest"] == real_photographs.digest
    assert found["top1"] == pytest.approx(
        card["sample"]["top1"], abs=0.004
    )  # two images: other processors round otherwise
    assert found["top5"] == pytest.approx(card["sample"]["top5"], abs=0.004)
