"""Adversarial fine-tuning of the InfoGAN: it starts from shipped weights, keeps batch norms, and can be continued."""

import hashlib
import json
import re
from dataclasses import replace

import pytest
import torch

from atlas.chapters.generative.readout import PREFIX
from atlas.core.errors import ConfigError
from atlas.networks.generators import GENERATORS, NOISE, NUMBERS, SHAPE_CODES
from atlas.networks.modules.infogan import Discriminator, Generator
from atlas.train import adversarial, checkpoint
from atlas.train.infogan import bound, draw_codes, run_to_end
from atlas.train.infogan_ship import ship_tuned
from atlas.train.train import train as train_network
from atlas.weights import load as weights

STATISTICS = re.compile("running_|num_batches")  # of batch norms: no parameters

RECIPE = adversarial.AdversarialRecipe(steps=6, alone=2, batch=8, images=64, every=3)
BEGUN = weights.locate(GENERATORS["infogan-sprites-1"].weights)


def start(folder, recipe=RECIPE):
    return adversarial.start(recipe, seed=1, folder=folder, begun=BEGUN)


def train(run, stop_after=None):
    run_to_end(run, adversarial.adversarial_step, report=lambda _: None, stop_after=stop_after)
    return run


def test_it_goes_on_where_it_stopped(tmp_path):
    whole = train(start(tmp_path / "whole"))
    train(start(tmp_path / "part"), stop_after=3)
    again = start(tmp_path / "part")
    assert checkpoint.resume(again)
    train(again)
    for name, value in whole.module.state_dict().items():
        assert torch.equal(value, again.module.state_dict()[name]), name
    assert [row["step"] for row in again.history] == [3, 6]


def test_the_generator_waits_for_the_critic_and_its_statistics_stay(tmp_path):
    run = start(tmp_path)
    before = {name: value.clone() for name, value in run.module["generator"].state_dict().items()}
    train(run, stop_after=RECIPE.alone)
    for name, value in run.module["generator"].state_dict().items():
        assert torch.equal(value, before[name]), name
    after = train(run).module["generator"].state_dict()
    moved = {name for name, value in after.items() if not torch.equal(value, before[name])}
    assert moved == {name for name, _ in run.module["generator"].named_parameters()}


def test_every_rate_falls_to_nothing(tmp_path):
    run = train(start(tmp_path), stop_after=3)
    rates = [RECIPE.generator_rate, RECIPE.critic_rate, RECIPE.discriminator_rate, RECIPE.spread_rate]
    assert [group["lr"] for group in run.optimizer.param_groups] == pytest.approx([rate * 4 / 6 for rate in rates])


def test_the_spread_starts_as_likely_as_it_can_be(tmp_path):
    """A Gaussian head with another spread, for any number, gives the codes of its own pictures a lower bound."""
    run = start(tmp_path)
    with torch.no_grad():
        z, choice, numbers = draw_codes(1000, torch.Generator().manual_seed(1))
        _, logits, means = run.module["discriminator"].eval()(run.module["generator"].eval()(z))
        best = bound(logits, means, run.spread, choice, numbers)[1]
        for shift in (-0.1, 0.1):
            assert (bound(logits, means, run.spread + shift, choice, numbers)[1] < best).all()


def test_a_checkpoint_of_other_beginnings_is_refused(tmp_path):
    checkpoint.save(start(tmp_path))
    other = replace(start(tmp_path), begun="0" * 64)
    with pytest.raises(ConfigError, match="belongs to other settings"):
        checkpoint.resume(other)


def test_both_parts_end_in_weights_that_load_and_a_card_that_tells_of_both(tmp_path):
    path = train_network("infogan-sprites", out=tmp_path, seed=1, epochs=2, progress=lambda _: None)
    state = weights.read(path)
    own = {key.removeprefix(PREFIX): value for key, value in state.items() if key.startswith(PREFIX)}
    Discriminator(SHAPE_CODES, NUMBERS).load_state_dict(own)
    Generator(NOISE + NUMBERS + SHAPE_CODES).load_state_dict(
        {key: value for key, value in state.items() if not key.startswith(PREFIX)}
    )
    card, first = (
        json.loads(file.read_text("utf-8"))
        for file in (path.with_suffix(".json"), tmp_path / "infogan-sprites-1" / path.with_suffix(".json").name)
    )
    assert card["critic"]["begun"] == first["weights"]["sha256"] != card["weights"]["sha256"]
    assert card["weights"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert card["recipe"]["steps"] == card["critic"]["steps"] == 2
    assert (
        card["parameters"]
        == first["parameters"]
        == sum(value.numel() for key, value in state.items() if not STATISTICS.search(key))
    )


def test_the_curve_of_the_second_part_goes_on_behind_the_first(tmp_path):
    begun = tmp_path / "first.safetensors"
    begun.with_suffix(".json").write_text(json.dumps({"recipe": {"steps": 20}, "curve": [{"step": 20}], "seconds": {}}))
    path = ship_tuned(train(start(tmp_path)), begun)
    card = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert [row["step"] for row in card["curve"]] == [20, 23, 26]


@pytest.mark.parametrize("name", [name for name in GENERATORS if name.startswith("infogan")])
def test_a_shipped_card_belongs_to_its_weights(name):
    path = weights.locate(GENERATORS[name].weights)
    card = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert card["weights"]["sha256"] == GENERATORS[name].weights.sha256
    rows = sum(card[part]["steps"] // card[part]["every"] for part in ("recipe", "critic"))
    assert [row["step"] for row in card["curve"]] == [500 * row for row in range(1, rows + 1)]
    assert card["network"] == name
