"""Files of own recurrent networks as trainings leave them: nested, tied, with weights of odd shapes or not finite."""

import pytest
import torch

from atlas.chapters.recurrent.loaded import load
from atlas.core.errors import WeightsError
from atlas.networks.recurrent import ALPHABET
from atlas.recipe.read import read_recipe
from tests.fixtures.custom_recurrent import SYMBOLS, own, written

STATE = own("LSTM").state_dict()


def recipe(folder, state):
    path = written(folder, own("LSTM"))
    torch.save(state, folder / "mine.pt")
    return read_recipe(path)


@pytest.mark.parametrize(
    "saved",
    [
        {"model": STATE, "epoch": 3, "optimizer": {"state": {0: {"exp_avg": torch.zeros(3)}}}},
        {"state_dict": {f"module._orig_mod.{key}": value for key, value in STATE.items()}},
        {part: {key.removeprefix(f"{part}."): value for key, value in STATE.items() if key.startswith(part)}
         for part in ("tokens", "core", "readout")},
    ],
    ids=["nested", "wrapped", "in parts"],
)  # fmt: skip
def test_a_network_is_found_in_the_file_of_a_training(saved, tmp_path):
    [spec] = recipe(tmp_path, saved).recurrent.chosen()
    assert (spec.cell, spec.hidden, spec.embedding) == ("LSTM", 12, 7)


def test_where_the_embedding_has_no_key_it_is_the_head_that_it_is_tied_to(tmp_path):
    module = own("GRU", embedding=12)
    module.readout.weight = module.tokens.weight
    state = {key: value for key, value in module.state_dict().items() if key != "tokens.weight"}
    found = recipe(tmp_path, state)
    [spec] = found.recurrent.chosen()
    assert found.recurrent.own[0].tied and "one matrix for embedding and head" in spec.summary
    text = "def f(x)"
    states, _ = module.core(module.tokens(torch.tensor([[SYMBOLS.index(letter) for letter in text]])))
    read = load(spec)
    mine, _ = read.cell(read.embed(torch.tensor([[ALPHABET.index(letter) for letter in text]])))
    assert torch.allclose(mine, states, atol=1e-6)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"core.weight_ih_l0": torch.zeros(48)}, "core.weight_ih_l0 is 48, not a matrix"),
        ({"core.weight_hh_l0": torch.tensor(1.0)}, "core.weight_hh_l0 is a number, not a matrix"),
        ({"core.weight_hh_l0": torch.zeros(48, 0)}, "core.weight_hh_l0 is 48 × 0, not a matrix"),
        ({"core.weight_hr_l0": torch.zeros(3)}, "core.weight_hr_l0 is 3, not a matrix"),
        ({"core.bias_ih_l0": torch.zeros(3)}, "core.bias_ih_l0 is 3; its matrix has 48 rows"),
        ({"readout.weight": STATE["readout.weight"] * torch.nan}, "of readout.weight are not finite"),
        ({"readout.weight": STATE["readout.weight"].to(torch.complex64)}, "readout.weight holds complex64"),
        ({3: torch.zeros(3)}, "has the key 3, which is no text"),
    ],
)
def test_weights_of_odd_shapes_or_values_are_named(changed, told, tmp_path):
    with pytest.raises(WeightsError, match=told) as error:
        recipe(tmp_path, {**STATE, **changed})
    assert len(str(error.value)) <= 400
