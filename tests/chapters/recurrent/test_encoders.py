"""Own networks that predict no next symbol, also of two directions: read as torch reads them, studied by their states, told apart on the site."""

import re

import numpy as np
import pytest
import torch

from atlas.chapters.recurrent.cells import Half
from atlas.chapters.recurrent.concepts import Concept
from atlas.chapters.recurrent.figures import recurrent_figures
from atlas.chapters.recurrent.figures.character import PREDICTIONS
from atlas.chapters.recurrent.loaded import load
from atlas.chapters.recurrent.plan import PREDICTING
from atlas.chapters.recurrent.records import chapter_of
from atlas.core.errors import WeightsError
from atlas.networks.custom_recurrent_parts import parts_of
from atlas.networks.custom_tokens import with_marks
from atlas.networks.recurrent import ALPHABET
from atlas.pipeline.plan import make_plan
from atlas.recipe.read import read_recipe
from tests.fixtures.custom_recurrent import LAYERS, SYMBOLS, own, rendered, studied, written
from tests.fixtures.recurrent import make_recurrent
from tests.fixtures.results import make_results, with_code_readers

TEXT = "def f(x):\n    return 'a' + x  # ~"
TWO = {"bidirectional": True}


def tagger(kind, **options):
    """A network with another head: five outputs, and a norm before them."""
    made = own(kind, **options)
    made.norm, made.readout = torch.nn.LayerNorm(24), torch.nn.Linear(24, 5)
    return made


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize(
    ("kind", "options"),
    [*((kind, TWO) for kind in LAYERS), *((kind, {}) for kind in LAYERS), ("LSTM", {**TWO, "bias": False}),
     ("LSTM", {**TWO, "proj_size": 5})],
)  # fmt: skip
def test_its_states_are_those_of_the_network_itself(tmp_path, kind, options, layers):
    module = tagger(kind, num_layers=layers, **options)
    [spec] = read_recipe(written(tmp_path, module, encoder=True)).recurrent.chosen()
    directions = 1 + ("bidirectional" in options)
    assert (spec.cell, spec.hidden, spec.layers, spec.directions, spec.outputs) == (kind, 12, layers, directions, 0)
    assert not spec.predicts
    assert spec.cells == 12 * layers * directions
    given, last = module.core(module.tokens(torch.tensor([[SYMBOLS.index(letter) for letter in TEXT]])))
    read, kept = load(spec)(torch.tensor([[ALPHABET.index(letter) for letter in TEXT]]))
    if "proj_size" in options:  # what the cells hold; states are not projected yet
        assert torch.allclose(kept[1], last[1], atol=1e-6)
    else:
        assert torch.allclose(read, given, atol=1e-6)


def test_tokens_are_read_too(tmp_path):
    vocabulary = ["def", " ", "x", "\n", "("]
    module = own("GRU", symbols=len(vocabulary), **TWO)
    [spec] = read_recipe(
        written(tmp_path, module, symbols=vocabulary, tokenizer="longest", encoder=True)
    ).recurrent.chosen()
    assert spec.symbols == len(with_marks(vocabulary)) == 7
    symbols = torch.tensor([[0, 1, 2, 4, 3]])
    assert torch.allclose(load(spec)(symbols)[0], module.core(module.tokens(symbols))[0], atol=1e-6)


def test_the_layer_and_the_direction_of_a_cell_are_told(tmp_path):
    module = own("GRU", num_layers=2, **TWO)
    [spec] = read_recipe(written(tmp_path, module, encoder=True)).recurrent.chosen()
    assert [spec.layer_of(cell) for cell in (0, 12, 23, 24, 47)] == [1, 1, 1, 2, 2]
    assert [spec.reads_back(cell) for cell in (0, 11, 12, 23, 24, 36)] == [False, False, True, True, False, True]
    assert "the first 12 cells read forwards, the others from the end" in spec.summary
    [other] = read_recipe(written(tmp_path, own("GRU", num_layers=2))).recurrent.chosen()
    assert not any(other.reads_back(cell) for cell in range(other.cells))


@pytest.mark.parametrize(("kind", "layers"), [("LSTM", 1), ("GRU", 2)])
def test_every_step_and_every_page(tmp_path, store, kind, layers):
    module = tagger(kind, num_layers=layers, **TWO)
    recipe = read_recipe(written(tmp_path, module, title="A <b>tagger</b>", encoder=True))
    assert not {task.step for task in make_plan(recipe).tasks} & PREDICTING
    found = studied(recipe, store)
    assert found.passages.replay < 1e-10
    assert found.cells.ablated is None
    assert found.cell_statistics.distribution.counts.shape[0] == 24 * layers
    for networks in ((found,), (*make_recurrent(), found)):
        results = with_code_readers(make_results(), networks)
        told = {figure.id.rpartition("/")[2]: figure for figure in recurrent_figures(chapter_of(results))}
        pages = rendered(results, tmp_path)
        index, cell = pages["recurrent/index.html"], pages["recurrent/mine/cells/17/index.html"]
        assert (set(told) & PREDICTIONS == PREDICTIONS) == (len(networks) > 1)
        assert ("recurrent/reliance.html" in pages) == ('href="reliance.html"' in index) == (len(networks) > 1)
        assert re.search(r"custom encoder</td>\s*<td>no predictions</td>", index)
        assert ("They are encoders, which predict nothing" in index) == (len(networks) == 1)
        for name, figure in told.items():
            assert ("A <b>tagger</b>" in figure.alt) == (name not in PREDICTIONS)
        assert not any("<b>tagger" in page for page in pages.values())
        assert ("layer 1 of 2, reads from the end" in cell) == (layers == 2)
        assert "reads from the end" in cell and "logits" not in cell  # neither raised nor lowered
        assert pages["recurrent/mine/cells/index.html"].count("reads forwards</td>") == 12 * layers


def test_two_directions_tell_what_comes():
    """A label that only what follows can give away is told by cells that read from the end, and by no others."""
    rng = np.random.default_rng(0)
    symbols = rng.integers(0, 5, 4000)
    module = own("GRU", symbols=5, **TWO).double()
    states = module.core(module.tokens(torch.from_numpy(symbols)[None]))[0][0].numpy()
    following = np.append(symbols[1:] == 0, False).astype(float)
    scores = Half(states, symbols, {"ahead": following}).scores(Concept("ahead", "Ahead", graded=False))
    strength = np.abs(scores - 0.5)
    assert strength[:12].max() < 0.05
    assert strength[12:].max() > 0.2


def test_what_it_is_read_as_is_in_every_key(tmp_path):
    def digests(**fields):
        plan = make_plan(read_recipe(written(tmp_path, own("GRU"), **fields)))
        return {task.digest for task in plan.tasks if task.parameters.get("network") == "mine"}

    assert not digests() & digests(encoder=True)


def without(state, key):
    return {name: value for name, value in state.items() if name != key}


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (without(own("LSTM", **TWO).state_dict(), "core.weight_hh_l0_reverse"), r"weight_hh_l0_reverse is missing; its other direction is 48 × 12"),
        ({**own("LSTM", **TWO).state_dict(), "core.weight_ih_l0_reverse": torch.zeros(48, 6)}, r"weight_ih_l0_reverse is 48 × 6.*is 48 × 7"),
        ({**own("GRU", num_layers=2, **TWO).state_dict(), "core.weight_ih_l1": torch.zeros(36, 12)}, r"weight_ih_l1 is 36 × 12; .*36 × 24"),
        (without(own("GRU", num_layers=2, **TWO).state_dict(), "core.weight_ih_l1_reverse"), r"weight_ih_l1_reverse is missing"),
        (without(own("GRU", **TWO).state_dict(), "tokens.weight"), "neither an embedding of 99 × 7"),
        ({}, r"holds no torch\.nn\.LSTM, GRU or RNN"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(state, said):
    with pytest.raises(WeightsError, match=said):
        parts_of(state, len(SYMBOLS), "mine.pt", encoder=True)


def test_of_two_matrices_the_embedding_is_the_one_without_a_bias():
    state = own("GRU", embedding=24, **TWO).state_dict()
    parts = parts_of({"a.weight": state["readout.weight"], "a.bias": state["readout.bias"], **state}, len(SYMBOLS), "mine.pt", encoder=True)  # fmt: skip
    assert parts.embed == "tokens.weight"
