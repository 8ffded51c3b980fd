"""Training of the character networks: held-out files stay out, a resumed run ends in the same weights."""

import numpy as np
import pytest
import torch

from atlas.chapters.recurrent.source import SourceFile, decode, encode, encode_file, read_library
from atlas.core.errors import ConfigError
from atlas.networks.recurrent import ALPHABET, OTHER, SPECS, build
from atlas.runtime.precision import native_precision
from atlas.train import checkpoint
from atlas.train import recurrent_loop as loop
from atlas.train.recurrent_ship import held_out_loss, ship
from atlas.train.ship import write_weights


def files():
    return [SourceFile(f"file{number}.py", f"x{number} = {number}\nprint(x{number})\n" * 40) for number in range(30)]


def recipe(cell="LSTM"):
    from dataclasses import replace

    spec = replace(next(spec for spec in SPECS if spec.cell == cell), hidden=16, embedding=8)
    return loop.CharacterRecipe(spec, rate=0.01, epochs=2, streams=4, length=32)


def train(folder, stop_after=None, cell="LSTM"):
    run = loop.start(recipe(cell), epochs=2, seed=1, folder=folder)
    checkpoint.resume(run)
    loop.run_to_end(run, files(), report=lambda _: None, stop_after=stop_after)
    return run


def test_text_and_symbols_and_back():
    assert decode(encode("def f(x):\n\treturn 'é'")) == f"def f(x):\n\treturn '{OTHER}'"
    assert len(set(ALPHABET)) == len(ALPHABET) == 99
    assert encode_file(SourceFile("a.py", "x"))[0] == 0


def test_held_out_files_are_chosen_by_path_alone():
    library = read_library()
    held_out = {file.path for file in library if file.held_out}
    assert 0.03 < len(held_out) / len(library) < 0.12
    assert "enum.py" in held_out
    assert not any(part in file.path.split("/") for file in library for part in ("test", "tests", "site-packages"))
    assert SourceFile("enum.py", "").held_out


def test_held_out_files_are_never_read_in_training(monkeypatch):
    seen = []
    monkeypatch.setattr(loop, "encode_file", lambda file: seen.append(file.path) or encode_file(file))
    run = loop.start(recipe(), epochs=1, seed=0, folder=None)
    monkeypatch.setattr(checkpoint, "save", lambda run: None)
    loop.run_to_end(run, files(), report=lambda _: None, stop_after=1)
    assert set(seen) == {file.path for file in files() if not file.held_out}
    assert len(seen) < 30


def test_streams_follow_the_text():
    streams = loop.Streams([encode("abcdefgh" * 40)], recipe(), seed=0)
    first, second = streams.batch(0, 0), streams.batch(0, 1)
    assert first.shape == (4, 33)
    assert np.array_equal(first[:, -1], second[:, 0])
    with pytest.raises(ConfigError, match="does not fill"):
        loop.Streams([encode("ab")], recipe(), seed=0)


@pytest.mark.parametrize("cell", ["LSTM", "GRU", "RNN"])
def test_it_learns_and_a_resumed_run_ends_in_the_same_weights(tmp_path, cell):
    whole = train(tmp_path / "whole", cell=cell)
    train(tmp_path / "parts", stop_after=whole.step // 2 + 3, cell=cell)
    resumed = train(tmp_path / "parts", cell=cell)
    assert resumed.step == whole.step
    for one, two in zip(whole.module.parameters(), resumed.module.parameters(), strict=True):
        assert torch.equal(one, two)
    untrained, _ = held_out_loss(build(recipe(cell).spec), files())
    trained, count = held_out_loss(whole.module, files())
    assert trained < untrained / 2
    assert count == sum(len(file.text) for file in files() if file.held_out)


def test_a_checkpoint_of_another_run_is_refused(tmp_path):
    train(tmp_path, stop_after=1)
    with pytest.raises(ConfigError, match="other settings"):
        checkpoint.resume(loop.start(recipe(), epochs=3, seed=1, folder=tmp_path))


def test_the_card_is_measured_on_the_shipped_file(tmp_path):
    import json

    run = train(tmp_path)
    path = ship(run, files())
    card = json.loads(path.with_suffix(".json").read_text())
    assert card["held_out"]["loss"] == pytest.approx(held_out_loss(run.module, files())[0], abs=2e-3)
    assert card["held_out"]["characters"] == held_out_loss(run.module, files())[1]
    assert card["recipe"]["seed"] == 1
    assert card["recipe"]["precision"] == native_precision("cpu")
    assert write_weights(run.module.state_dict(), tmp_path / "again.safetensors").read_bytes() == path.read_bytes()


def test_the_forget_gate_starts_open():
    module = loop.start(recipe(), epochs=1, seed=0, folder=None).module
    assert (module.cell.bias_ih_l0[16:32] + module.cell.bias_hh_l0[16:32] == 1).all()
    assert (module.cell.bias_ih_l0[:16] < 1).all()
