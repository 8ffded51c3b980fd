"""Own recurrent checkpoints: read as torch reads them, put into the atlas's alphabet, through the real steps; every misfit is told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from atlas.chapters.recurrent.loaded import load
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.steps import RUN
from atlas.core.errors import ConfigError, WeightsError
from atlas.networks.custom_recurrent import into_alphabet, shared
from atlas.networks.custom_recurrent_parts import parts_of
from atlas.networks.recurrent import ALPHABET, RECURRENT
from atlas.networks.vocabulary_file import read_vocabulary
from atlas.pipeline.plan import make_plan
from atlas.pipeline.worker import StepContext
from atlas.publish.context import AtlasContext
from atlas.publish.page import Page
from atlas.publish.site import renderer_of
from atlas.recipe.read import read_recipe
from tests.fixtures.custom_recurrent import LAYERS, SYMBOLS, own, written
from tests.fixtures.recurrent import make_recurrent
from tests.fixtures.results import make_results, with_code_readers


@pytest.mark.parametrize("file", ["mine.pt", "mine.safetensors"])
@pytest.mark.parametrize("kind", LAYERS)
@pytest.mark.parametrize(
    ("embedding", "layers"), [(0, 1), (7, 1), (12, 1), (7, 3)]
)  # one-hot; its own width; as wide as the head; stacked
def test_it_predicts_as_the_network_itself(tmp_path, kind, embedding, layers, file):
    module = own(kind, embedding=embedding, num_layers=layers)
    [spec] = read_recipe(written(tmp_path, module, file=file)).recurrent.chosen()
    assert (spec.cell, spec.hidden, spec.layers, spec.embedding) == (kind, 12, layers, embedding or len(SYMBOLS))
    assert spec.cells == 12 * layers
    text = "def f(x):\n    return 'a' + x  # ~"
    given = torch.log_softmax(module(torch.tensor([[SYMBOLS.index(letter) for letter in text]]))[0].double(), 1)
    read = load(spec)(torch.tensor([[ALPHABET.index(letter) for letter in text]]))[0][0].double()
    known = [letter for letter in SYMBOLS if letter in ALPHABET]
    mine = given[:, [SYMBOLS.index(letter) for letter in known]]
    theirs = torch.log_softmax(read, 1)[:, [ALPHABET.index(letter) for letter in known]]
    assert torch.allclose(mine - mine[:, :1], theirs - theirs[:, :1], atol=1e-5)  # ratios: some symbols are left out
    lacking = [place for place, symbol in enumerate(ALPHABET) if symbol not in SYMBOLS][1:]  # without the start mark
    share = torch.log_softmax(read, 1)[:, lacking].logsumexp(1)
    assert torch.allclose(share - theirs[:, 0], given[:, 1] - mine[:, 0], atol=1e-5)


@pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN")
@pytest.mark.parametrize(("layers", "bias"), [(1, True), (3, False)])
def test_a_projected_network_is_the_same_network_without_a_projection(tmp_path, layers, bias):
    module = own("LSTM", proj_size=5, num_layers=layers, bias=bias)
    [spec] = read_recipe(written(tmp_path, module)).recurrent.chosen()
    assert (spec.cell, spec.hidden, spec.layers, spec.embedding) == ("LSTM", 12, layers, 7)
    text = "def f(x):\n    return 'a' + x"
    given, (_, cells) = module.core(module.tokens(torch.tensor([[SYMBOLS.index(letter) for letter in text]])))
    found = load(spec)
    read, (_, kept) = found.cell(found.embed(torch.tensor([[ALPHABET.index(letter) for letter in text]])))
    assert torch.allclose(kept, cells, atol=1e-6)  # what the cells hold
    letters = [letter for letter in SYMBOLS if letter in ALPHABET]
    said = module.readout(given)[..., [SYMBOLS.index(letter) for letter in letters]]
    heard = found.head(read)[..., [ALPHABET.index(letter) for letter in letters]]
    assert torch.allclose(said, heard, atol=1e-5)


def test_the_shipped_network_under_other_names_and_numbers_is_the_same_network(tmp_path):
    spec = RECURRENT["char-rnn"]
    shipped = load(spec).state_dict()
    order = list(reversed(range(len(ALPHABET))))
    names = {"embed.weight": "wte", "head.weight": "lm.weight", "head.bias": "lm.bias"}
    state = {}
    for key, value in shipped.items():
        turned = value[order] if key in names else value
        state[names.get(key, key.replace("cell.", "net.rnn."))] = turned.contiguous()
    marks = {ALPHABET[0]: "<start>", ALPHABET[-1]: "<unknown>"}
    made = into_alphabet(state, [marks.get(ALPHABET[place], ALPHABET[place]) for place in order], "mine")
    assert set(made) == set(shipped)
    assert all(torch.equal(made[key], shipped[key]) for key in made)


def test_without_a_mark_what_is_missing_is_read_as_the_mean_and_never_said():
    symbols = [symbol for symbol in ALPHABET[1:-1] if symbol != "~"]
    state = own("GRU", symbols=len(symbols)).state_dict()
    made = into_alphabet(state, symbols, "mine")
    table, tilde = state["tokens.weight"], ALPHABET.index("~")
    assert torch.allclose(made["embed.weight"][tilde], table.mean(0))
    assert torch.equal(made["embed.weight"][0], table[symbols.index("\n")])
    states = torch.tanh(torch.randn(50, 12, generator=torch.Generator().manual_seed(1)))
    chances = torch.softmax(states @ made["head.weight"].T + made["head.bias"], 1)
    assert chances[:, [0, tilde, len(ALPHABET) - 1]].max() < 1e-6
    assert shared(symbols) == len(ALPHABET) - 3


def test_a_layer_without_biases_is_read():
    state = own("LSTM", bias=False).state_dict()
    made = into_alphabet(state, SYMBOLS, "mine")
    assert made["cell.bias_ih_l0"].shape == (48,)
    assert not made["cell.bias_ih_l0"].any() and not made["cell.bias_hh_l0"].any()


@pytest.mark.parametrize(("kind", "layers"), [("LSTM", 1), ("GRU", 2), ("RNN", 1)])
def test_the_real_steps_run(tmp_path, store, kind, layers):
    module = own(kind, hidden=20 // layers, num_layers=layers)
    recipe = read_recipe(written(tmp_path, module, title="Mine", licence="MIT"))
    plan, context = make_plan(recipe), StepContext(store, recipe)
    for step in (
        "texts",
        "cells",
        "gates",
        "passages",
        "matches",
        "expected_responses",
        "cell_statistics",
        "relevances",
    ):
        [task] = [task for task in plan.tasks if task.step == step]
        if store.has(task.digest):
            continue
        [entry] = RUN[step](context, [task])
        store.put(task.key, entry)
    made = store.get(plan.get("cell_statistics", "mine").digest)
    assert made.arrays["counts"].shape[0] == 20
    assert np.isfinite(made.arrays["push"]).all()
    for decision in store.get(plan.get("relevances", "mine").digest).facts["decisions"]:
        assert abs(decision["ledger"]["residual"]) < 1e-6


def test_the_chapter_says_which_network_is_an_own_checkpoint(tmp_path):
    first, second, _ = make_recurrent()
    [spec] = read_recipe(written(tmp_path, own("GRU"), title="A <b>GRU</b>")).recurrent.chosen()
    found = replace(second, spec=replace(spec, hidden=60), card=None)
    for networks, title in (
        ((first, found), "Reading Python’s own library"),
        ((found,), "Reading"),
        ((first,), "Trained on"),
    ):
        renderer = renderer_of(AtlasContext(with_code_readers(make_results(), networks), tmp_path))
        items = [item for item in PAGES["recurrent"](renderer.context) if isinstance(item, Page)]
        pages = {page.path: renderer.render(page).decode() for page in items}
        text = pages["recurrent/index.html"]
        assert f'<h2 id="trained">{title}' in text
        assert ("whether it was trained on them is not" in text) == (found in networks)
        assert text.count("custom checkpoint</td>") == (found in networks)
        assert "<b>GRU" not in text


def test_a_rectified_network_is_named_in_the_recipe(tmp_path):
    module = own("RNN", num_layers=2, nonlinearity="relu")
    [spec] = read_recipe(written(tmp_path, module, nonlinearity="relu")).recurrent.chosen()
    symbols = torch.tensor([[SYMBOLS.index("a"), SYMBOLS.index("b")]])
    read = torch.tensor([[ALPHABET.index("a"), ALPHABET.index("b")]])
    states, _ = load(spec).cell(load(spec).embed(read))
    assert torch.allclose(states, module.core(module.tokens(symbols))[0], atol=1e-6)
    keys = [{task.digest for task in make_plan(read_recipe(written(tmp_path, module, **one))).tasks
             if task.parameters.get("network") == "mine"} for one in ({}, {"nonlinearity": "relu"})]  # fmt: skip
    assert not keys[0] & keys[1]
    with pytest.raises(ConfigError, match=r'nonlinearity = "relu" is for an RNN, but .* holds the weights of GRU'):
        read_recipe(written(tmp_path, own("GRU"), nonlinearity="relu"))


def test_weights_and_vocabulary_are_in_every_key(tmp_path):
    def digests(module, symbols=SYMBOLS):
        plan = make_plan(read_recipe(written(tmp_path, module, symbols=symbols)))
        return {task.digest for task in plan.tasks if task.parameters.get("network") == "mine"}

    first = digests(own("GRU"))
    assert first == digests(own("GRU"))
    changed = own("GRU")
    changed.readout.bias[3] += 1
    assert not first & digests(changed)
    assert not first & digests(own("GRU"), [*SYMBOLS[:-2], "é", "\n"])


def state_of(**changes):
    state = own("LSTM").state_dict()
    for key, value in changes.items():
        name = key.replace("__", ".")
        if value is None:
            del state[name]
        else:
            state[name] = torch.zeros(value)
    return state


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (state_of(core__weight_ih_l0=None), r"holds no torch\.nn\.LSTM, GRU or RNN"),
        (state_of(core__weight_ih_l1=(48, 7)), r"core\.weight_ih_l1 is 48 × 7; layers above the first are 48 × 12"),
        (state_of(core__weight_ih_l1=(48, 12)), r"core\.weight_hh_l1 is missing"),
        (own("RNN", bidirectional=True).state_dict(), r"two directions.*has read the symbol.*`encoder = true`"),
        ({**own("LSTM", proj_size=5, num_layers=2).state_dict(), "core.weight_hr_l1": torch.zeros(5, 11)},
         r"core\.weight_hr_l1 is 5 × 11; layers above the first are 5 × 12"),
        (state_of(core__weight_hh_l0=None), r"lacks core\.weight_hh_l0"),
        (state_of(tokens__weight=None), "neither an embedding of 99 × 7 nor are there 7 symbols"),
        (state_of(readout__weight=None), r"0 linear heads of 99 outputs.*over 12 cells.*`encoder = true`"),
        (state_of(norm__weight=(12,)), r"more than embedding, recurrent layer and linear head: norm\.weight 12.*`encoder = true`"),
        (state_of(core__weight_ih_l0=(50, 7)), "50 rows for 12 cells"),
        (state_of(two__weight_ih_l0=(48, 7)), "2 recurrent networks"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(state, said):
    with pytest.raises(WeightsError, match=said):
        parts_of(state, len(SYMBOLS), "mine.pt")


def test_another_vocabulary_is_told_with_both_sizes(tmp_path):
    with pytest.raises(WeightsError, match=r"0 linear heads of 98 outputs.*One has 99 outputs: is the vocabulary"):
        read_recipe(written(tmp_path, own("GRU"), symbols=SYMBOLS[1:]))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[", "cannot be read as JSON"),
        ("3", "neither a list nor an object"),
        ("[]", "holds no symbols"),
        ('["a", 1]', "holds no symbols"),
        ("{}", "holds no symbols"),
        ('["a", "b", "a"]', "holds 'a' twice"),
        ('{"a": 0, "b": 2}', "from 0 to 1"),
        ('{"a": 2, "b": 3}', "from 0 to 1"),
        ('{"a": 0, "b": "x"}', "from 0 to 1"),
    ],
)
def test_a_vocabulary_that_is_none_is_told(tmp_path, content, said):
    (tmp_path / "symbols.json").write_text(content)
    with pytest.raises(WeightsError, match=said) as error:
        read_vocabulary(tmp_path / "symbols.json")
    assert len(str(error.value).replace(str(tmp_path), "")) < 400


@pytest.mark.parametrize(
    "content",
    [
        '["a", "b"]',
        '{"b": 1, "a": 0}',
        '{"b": 2, "a": 1}',  # from 1, as Lua counts
        '{"0": "a", "1": "b"}',
        '{"token_to_idx": {"b": 2, "a": 1}, "idx_to_token": {"2": "b", "1": "a"}}',  # torch-rnn
        '{"idx2word": ["a", "b"], "word2idx": {"a": 0, "b": 1}}',  # the Corpus of torch's examples
        '\ufeff["a", "b"]',
    ],
)
def test_a_vocabulary_has_many_forms(tmp_path, content):
    (tmp_path / "symbols.json").write_text(content, "utf-8")
    assert read_vocabulary(tmp_path / "symbols.json") == ("a", "b")


def test_reading_a_vocabulary_is_linear_in_its_symbols(tmp_path, monkeypatch):
    """Each symbol is compared with its equals alone: of 20,000 distinct ones none with another."""
    compared = 0

    class Symbol(str):
        __hash__ = str.__hash__

        def __eq__(self, other):
            nonlocal compared
            compared += 1
            return str.__eq__(self, other)

    (tmp_path / "symbols.json").write_text("[]")
    symbols = [Symbol(number) for number in range(20_000)]
    monkeypatch.setattr("json.loads", lambda _text: symbols)
    assert len(read_vocabulary(tmp_path / "symbols.json")) == 20_000
    assert compared < 20_000


def test_names_and_digests_are_checked(tmp_path):
    for name in ("char-rnn", "My net", "../x"):
        recipe = Path(written(tmp_path, own("RNN")))
        recipe.write_text(recipe.read_text().replace('name = "mine"', f'name = "{name}"'))
        with pytest.raises(ConfigError, match="cannot name a custom network"):
            read_recipe(str(recipe))
    with pytest.raises(WeightsError, match="not the pinned weight file"):
        read_recipe(written(tmp_path, own("RNN"), sha256="00" * 32))
    recipe = Path(written(tmp_path, own("RNN")))
    recipe.write_text(recipe.read_text() + recipe.read_text().partition("places = 20\n")[2])
    with pytest.raises(ConfigError, match="'mine' occurs twice"):
        read_recipe(str(recipe))
