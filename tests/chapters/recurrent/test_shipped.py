"""The recurrent networks that are shipped: cards, the loss they claim, and their replay."""

import json
import platform

import numpy as np
import pytest
import torch

from atlas.chapters.recurrent.cell import net_of
from atlas.chapters.recurrent.loaded import card_file, character_card, load
from atlas.chapters.recurrent.source import digest, encode_file, read_library
from atlas.chapters.recurrent.trace import replay
from atlas.core.sources import EmbeddedFile
from atlas.networks.recurrent import RECURRENT
from atlas.train.recurrent_loop import CHARACTER_RECIPES
from atlas.train.recurrent_ship import held_out_loss
from atlas.weights.load import EMBEDDED

SHIPPED = [spec.name for spec in RECURRENT.values() if isinstance(spec.weights, EmbeddedFile)]
CHARACTERS = [spec.name for spec in RECURRENT.values() if spec.reads == "characters"]


def test_every_weight_file_has_its_network():
    assert {file.stem for file in (EMBEDDED / "recurrent").glob("*.safetensors")} == set(SHIPPED)
    assert "char-lstm" in SHIPPED


def card_of(name):
    return json.loads(card_file(RECURRENT[name]).read_text("utf-8"))


@pytest.mark.parametrize("name", CHARACTERS)
def test_the_site_reads_the_card(name):
    card, read = card_of(name), character_card(RECURRENT[name])
    assert (read.parameters, read.loss) == (card["parameters"], card["held_out"]["loss"])
    assert (read.epochs, read.processor_seconds) == (card["recipe"]["epochs"], card["seconds"]["processor"])


@pytest.mark.parametrize("name", SHIPPED)
def test_cards_fit_their_weights(name):
    card, spec = card_of(name), RECURRENT[name]
    assert card["network"] == name
    assert card["weights"]["sha256"] == spec.weights.sha256
    assert card["parameters"] == sum(parameter.numel() for parameter in load(spec).parameters())
    assert json.dumps(card).find("/work") < 0


@pytest.mark.parametrize("name", CHARACTERS)
def test_cards_fit_their_recipes(name):
    card = card_of(name)
    plain = {key: value for key, value in vars(CHARACTER_RECIPES[name]).items() if isinstance(value, int | float)}
    assert {key: card["recipe"][key] for key in plain} == plain
    assert all(not path.startswith("/") for path in card["held_out"]["files"])


@pytest.mark.parametrize("name", CHARACTERS)
def test_the_loss_of_the_card_is_found_again(name):
    """On the start of every held-out file, where the interpreter's library is the one that was learned."""
    card, files = card_of(name), read_library()
    if digest(files) != card["data"]["digest"]:
        pytest.skip(f"Python {platform.python_version()} has another library than {card['data']['version']}")
    loss, count = held_out_loss(load(RECURRENT[name]), files, first=card["sample"]["first"])
    assert count == card["sample"]["characters"]
    assert loss == pytest.approx(card["sample"]["loss"], abs=2e-3)


@pytest.mark.parametrize("name", CHARACTERS)
def test_the_replay_is_the_forward_pass(name):
    module = load(RECURRENT[name])
    net = net_of(module)
    symbols = encode_file(next(file for file in read_library() if file.held_out))[:400]
    trace = replay(net.cell, net.embed[symbols])
    with torch.inference_mode():
        states, _ = module.cell(module.embed(torch.from_numpy(symbols)[None]))
    assert np.abs(trace.h - states[0].numpy()).max() < 1e-5
