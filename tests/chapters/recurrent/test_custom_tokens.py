"""Own tokenizers: what they cut is the text, every misfit is told, and the studies of their networks agree with torch and with sums by hand."""

import sys

import numpy as np
import pytest
import torch

from atlas.chapters.recurrent.baseline_study import Baselines
from atlas.chapters.recurrent.cell import net_of
from atlas.chapters.recurrent.context_study import study_context_lengths
from atlas.chapters.recurrent.loaded import load
from atlas.chapters.recurrent.source import SourceFile
from atlas.chapters.recurrent.texts import held_out_texts
from atlas.chapters.recurrent.tokens import by_token, in_tokens, study_tokens
from atlas.chapters.recurrent.trace import losses, replay_error, replay_net
from atlas.core.errors import ConfigError, ProbeError, WeightsError
from atlas.core.specs import TokenizerSpec
from atlas.networks.custom_tokens import SAMPLE, check_tokenizer, tokenizer, with_marks
from atlas.pipeline.plan import make_plan
from atlas.recipe.read import read_recipe
from tests.fixtures.custom_recurrent import own, rendered, studied, written
from tests.fixtures.recurrent import LINES, make_recurrent
from tests.fixtures.results import make_results, with_code_readers

WORDS = r"\w+|\n *|\s|."
VOCABULARY = (
    "<pad>", "\n", "\n    ", "\n        ", " ", "def", "name", "return", "if", "is", "not", "None", "argument", "a", "str", "string",
    "(", ")", "[", "]", ":", ",", '"', "=", "+", "#", "1", "2", "\"\"\"", " the", "argu", "ment",
)  # fmt: skip
OWN = """
def cut(text):
    return [("{a}".find(letter) % 3, letter) for letter in text]
def lower(text):
    return [(1 if letter.isupper() else 0, letter) for letter in text]
def short(text):
    return [(0, text[:-1])]
def wrong(text):
    return [(3, text)]
def none(text):
    raise KeyError("missing")
def leaves(text):
    raise SystemExit(text)
number = 3
"""


@pytest.fixture(scope="module")
def texts():
    files = [SourceFile(f"module{number}.py", LINES.format(number) * 4) for number in range(300)]
    return held_out_texts([file for file in files if file.held_out][:8], characters=600)


@pytest.fixture(autouse=True)
def code(tmp_path, monkeypatch):
    (tmp_path / "own_cutter.py").write_text(OWN)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("own_cutter", None)


@pytest.mark.parametrize(
    "spec", [TokenizerSpec("longest"), TokenizerSpec("split", WORDS), TokenizerSpec("own_cutter:lower")]
)
def test_what_is_cut_is_the_text(spec):
    cut = tokenizer(spec, VOCABULARY)(SAMPLE)
    assert "".join(piece for _, piece in cut) == SAMPLE
    if spec.how != "own_cutter:lower":
        symbols = with_marks(VOCABULARY)
        assert all(symbols[number] == piece for number, piece in cut if symbols[number] != "<unknown>")
        assert all(piece not in VOCABULARY for number, piece in cut if symbols[number] == "<unknown>")


def test_the_longest_symbol_goes_first():
    cut = tokenizer(TokenizerSpec("longest"), VOCABULARY)
    assert [piece for _, piece in cut("argument argue return\n      if")] == [
        "argument", " ", "argu", "e", " ", "return", "\n    ", " ", " ", "if",
    ]  # fmt: skip


def test_a_mark_is_never_read_from_a_text():
    for spec in (TokenizerSpec("longest"), TokenizerSpec("split", r"<\w+>|\w+|\s|.")):
        symbols = ("<start>", "<unknown>", "<", ">", "start")
        found = tokenizer(spec, symbols)("<start>")
        assert 0 not in [number for number, _ in found]


def test_marks_are_added_where_they_lack():
    assert with_marks(("a", "b")) == ("a", "b", "<start>", "<unknown>")
    assert with_marks(("<unknown>", "a")) == ("<unknown>", "a", "<start>")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        (TokenizerSpec("longset"), "mine: there is no tokenizer 'longset'. Did you mean 'longest'.*characters, longest, split"),
        (TokenizerSpec("split"), "mine: tokenizer = 'split' names no expression.*Write"),
        (TokenizerSpec("longest", WORDS), "tokenizer = 'longest' is not for `split"),
        (TokenizerSpec("split", r"\w+"), r"split = '\\\\w\+' leaves out '\\n' \(character 0.*\|\\s\|"),
        (TokenizerSpec("split", "("), r"split = '\(' is no regular expression of Python \(missing"),
        (TokenizerSpec("characters"), r"symbols of its vocabulary have more than one character \('.*tokenizer = \"longest\""),
        (TokenizerSpec("own_cutter:short"), "gives nothing more where the text goes on with"),
        (TokenizerSpec("own_cutter:wrong"), r"gives \(3, .*a symbol's number, from 0 to 2"),
        (TokenizerSpec("own_cutter:none"), "fails on a text of .* KeyError: 'missing'"),
        (TokenizerSpec("own_cutter:leaves"), r"tokenizer = 'own_cutter:leaves' fails .*: it ends the program \(SystemExit\)\. It must be"),
        (TokenizerSpec("sys:exit"), r"tokenizer = 'sys:exit' fails on .* it ends the program \(SystemExit\)"),
        (TokenizerSpec("own_cutter:number"), "tokenizer = 'own_cutter:number': own_cutter has 'number', which is a int"),
        (TokenizerSpec("own_cutter:nothing"), "own_cutter has no 'nothing'"),
        (TokenizerSpec("nowhere:cut"), "tokenizer = 'nowhere:cut': importing nowhere fails"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told_with_its_place(spec, said):
    with pytest.raises(ConfigError, match=said) as told:
        check_tokenizer("recurrent.own.mine", spec, VOCABULARY[5:8] if ":" in spec.how else VOCABULARY[5:])
    assert str(told.value).startswith("recurrent.own.mine: ")
    assert "\n" not in str(told.value) and len(str(told.value)) <= 400


def cut_texts(texts, vocabulary=VOCABULARY, expression=WORDS):
    study = study_tokens(texts, tokenizer(TokenizerSpec("split", expression), vocabulary), vocabulary)
    return in_tokens(texts, study), study


def test_texts_in_tokens_say_what_their_characters_say(texts):
    found, study = cut_texts(texts)
    for text, whole in zip(found, texts, strict=True):
        assert text.text == whole.text
        assert len(text) == len(text.pieces) == len(text.symbols) - 1
        for row, (first, length) in enumerate(zip(text.firsts, text.lengths, strict=True)):
            assert whole.text[first : first + length] == text.pieces[row]
            for name, values in whole.labels.items():
                assert text.labels[name][row] == values[first + length - 1]
        signs = [(text.pieces[a], text.pieces[b]) for a, b in text.pairs]
        assert {("(", ")"), ("[", "]")} <= set(signs)
        assert all(text.symbols[b + 1] != text.unknown for _, b in text.pairs)
    lacking = [piece for text in found for piece in text.pieces if piece not in VOCABULARY]
    assert study.unknown == pytest.approx(len(lacking) / study.count)
    assert study.unknown_characters == pytest.approx(sum(map(len, lacking)) / study.characters)
    assert set(study.names[len(with_marks(VOCABULARY)) :]) == set(lacking)


def test_a_tokenizer_that_folds_case_still_shows_the_text(texts):
    def cut(text):
        return [(0 if letter.isalpha() else 1, letter) for letter in text]

    study = study_tokens(texts, cut, ("letter", "sign"))
    found = in_tokens(texts, study)
    assert [text.text for text in found] == [text.text for text in texts]
    assert study.unknown == 0


def test_tokens_that_are_too_long_are_told(texts):
    with pytest.raises(ProbeError, match=r"cuts the 600 characters of module.* into 1 tokens; 40 are the fewest"):
        study_tokens(texts, lambda text: [(0, text)], ("a",))


def test_sums_over_tokens(texts):
    found, _ = cut_texts(texts)
    values = [np.arange(1.0, len(text)) for text in texts]  # of every character but the first
    for text, sums in zip(found, by_token(found, values), strict=True):
        expected = [sum(range(first, first + size)) for first, size in zip(text.firsts, text.lengths, strict=True)]
        assert sums.tolist() == expected[1:]
    assert by_token(texts, values)[0] is values[0]


def module_of(kind="GRU", **options):
    return own(kind, symbols=len(VOCABULARY), hidden=10, **options)


@pytest.mark.parametrize("kind", ["LSTM", "GRU", "RNN"])
@pytest.mark.parametrize("layers", [1, 2])
def test_the_network_reads_and_predicts_as_torch(tmp_path, texts, kind, layers):
    given = module_of(kind, num_layers=layers)
    recipe = written(tmp_path, given, symbols=VOCABULARY, tokenizer="split", split=WORDS)
    [spec] = read_recipe(recipe).recurrent.chosen()
    assert (spec.reads, spec.symbols, spec.outputs, spec.cells) == (
        "tokens",
        len(VOCABULARY) + 2,
        len(VOCABULARY) + 2,
        10 * layers,
    )
    made = load(spec)
    known = torch.tensor([[5, 4, 6, 16, 12, 17, 20, 2, 7]])
    mine, theirs = (torch.log_softmax(found, 2) for found in (made(known)[0], given(known)))
    assert torch.allclose(mine[..., :-2].exp(), theirs.exp(), atol=1e-5)
    assert mine[..., -2:].max() < -15  # marks that it does not have are never predicted
    assert torch.equal(made.embed.weight[-2], given.tokens.weight[1])  # a start is read as a line break
    assert torch.allclose(made.embed.weight[-1], given.tokens.weight.mean(0))
    text = cut_texts(texts)[0][0]
    assert replay_error(made, text.symbols, replay_net(net_of(made), text.symbols)) < 1e-5


def test_losses_are_told_by_the_character_and_the_unknown_is_spelled(tmp_path, texts):
    recipe = written(tmp_path, module_of(), symbols=VOCABULARY, tokenizer="split", split=WORDS)
    [spec] = read_recipe(recipe).recurrent.chosen()
    made, (found, _) = load(spec), cut_texts(texts)
    count = sum(len(text) - 1 for text in texts)
    baselines = Baselines(np.full(count, 2.0), np.zeros(count, bool), order=7, by_order=(2.0,))
    study = study_context_lengths(made, found, baselines, places=40, seed=0)
    total, characters, net = 0.0, 0, net_of(made)
    for text in found:
        nats = losses(net, text.rows(replay_net(net, text.symbols).h), text.following)
        for cost, piece, symbol in zip(nats, text.pieces[1:], text.following, strict=True):
            total += cost + (2.0 * len(piece) if symbol == text.unknown else 0)
            characters += len(piece)
    assert study.loss == pytest.approx(total / characters, abs=1e-4)
    assert study.baseline == pytest.approx(2.0)
    assert study.characters == characters
    assert sum(row.share for row in study.kinds) == pytest.approx(1)
    assert sum(row.of_loss for row in study.kinds) == pytest.approx(1)
    assert study.context.lengths[0] == round(np.mean([text.spread for text in found]))


@pytest.mark.parametrize(
    ("how", "kind", "layers"), [({"tokenizer": "split", "split": WORDS}, "LSTM", 2), ({"tokenizer": "longest"}, "RNN", 1)]
)  # fmt: skip
def test_every_step_and_every_page(tmp_path, store, how, kind, layers):
    module = module_of(kind, num_layers=layers)
    recipe = read_recipe(written(tmp_path, module, symbols=VOCABULARY, title="A <b>token</b> network", **how))
    found = studied(recipe, store)
    assert found.passages.replay < 1e-10
    for decision in found.relevances.decisions:
        assert abs(decision.explanation.conservation.residual) < 1e-8
    for networks in ((found,), (*make_recurrent(), found)):
        pages = rendered(with_code_readers(make_results(), networks), tmp_path)
        assert not any("<b>token" in page for page in pages.values())
        index, cell = pages["recurrent/index.html"], pages["recurrent/mine/cells/3/index.html"]
        assert "The A &lt;b&gt;token&lt;/b&gt; network reads tokens of" in index
        assert "For the A &lt;b&gt;token&lt;/b&gt; network, read token for character." in index
        assert "out-of-vocabulary tokens are scored by the 7-gram model" in index
        assert "Memory length, tokens" in cell
        assert ("layer 1 of 2" in cell) == ("layer 2 reads it, not the outputs" in cell) == (layers == 2)
        if layers == 2:
            assert "Raises the logits of, nats per SD" in pages["recurrent/mine/cells/12/index.html"]


def test_tokenizer_and_expression_are_in_every_key(tmp_path):
    def digests(**how):
        plan = make_plan(read_recipe(written(tmp_path, module_of(), symbols=VOCABULARY, **how)))
        return {task.digest for task in plan.tasks if task.parameters.get("network") == "mine"}

    (tmp_path / "own_cutter.py").write_text("def cut(text):\n    return [(0, letter) for letter in text]\n")
    hows = [{"tokenizer": "longest"}, {"tokenizer": "split", "split": WORDS}, {"tokenizer": "split", "split": r"\w|\s|."},
            {"tokenizer": "own_cutter:cut"}]  # fmt: skip
    found = [digests(**how) for how in hows]
    (tmp_path / "own_cutter.py").write_text("def cut(text):\n    return [(1, letter) for letter in text]\n")
    found.append(digests(**hows[-1]))
    for merges in ("a b", "b a"):
        (tmp_path / "merges.txt").write_text(merges)
        found.append(digests(**hows[-1], tokenizer_files=["merges.txt"]))
    assert all(not a & b for place, a in enumerate(found) for b in found[:place])
    assert found[0] == digests(tokenizer="longest")
    with pytest.raises(WeightsError, match=r"merges\.json"):
        digests(**hows[-1], tokenizer_files=["merges.json"])
    with pytest.raises(ConfigError, match=r"recurrent\.own\.mine: tokenizer_files .* no code of your own"):
        digests(tokenizer="longest", tokenizer_files=["merges.txt"])
