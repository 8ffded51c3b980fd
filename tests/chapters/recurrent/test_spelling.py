"""The spelling network: against torch, against what its authors print, and conservation."""

import numpy as np
import pytest
import torch

from atlas.chapters.recurrent.align import spans
from atlas.chapters.recurrent.relevance import propagate
from atlas.chapters.recurrent.spelling import (
    FIRST,
    LAST,
    LETTERS,
    SOUNDS,
    direction_of,
    encode,
    occlusion,
    pronounce,
    read_speller,
    relevance,
)
from atlas.chapters.recurrent.spelling_study import inside
from atlas.chapters.recurrent.steps import weight_file
from atlas.core.errors import WeightsError
from atlas.networks.recurrent import SPELLING
from tests.fixtures.recurrent import make_speller


@pytest.fixture(scope="module")
def published():
    return read_speller(weight_file(SPELLING))


def torch_cell(net):
    cell = torch.nn.GRU(net.embed.shape[1], net.cell.hidden, batch_first=True).double()
    for name, values in (
        ("weight_ih_l0", "w_in"),
        ("weight_hh_l0", "w_rec"),
        ("bias_ih_l0", "b_in"),
        ("bias_hh_l0", "b_rec"),
    ):
        getattr(cell, name).data = torch.from_numpy(getattr(net.cell, values).astype(np.float64))
    return cell


def spoken_by_torch(speller, word):
    """The same network by torch's own GRU, a whole sequence at a time."""
    encoder, decoder = torch_cell(speller.encoder), torch_cell(speller.decoder)
    embed, sound, w, b = (torch.from_numpy(np.asarray(v, np.float64)) for v in (
        speller.encoder.embed, speller.decoder.embed, speller.decoder.w_out, speller.decoder.b_out))  # fmt: skip
    with torch.no_grad():
        _, state = encoder(embed[torch.from_numpy(encode(word))][None])
        found = [FIRST]
        while len(found) < 20 and found[-1] != LAST:
            states, _ = decoder(sound[torch.tensor(found)][None], state)
            found.append(int((states[0, -1] @ w.T + b).argmax()))
    return [one for one in found[1:] if one != LAST]


@pytest.mark.parametrize("word", ["knight", "chocolate", "blicket", "exact"])
def test_it_speaks_as_torch_does(published, word):
    assert pronounce(published, word) == spoken_by_torch(published, word)


def test_it_says_what_its_authors_print(published):
    """The last example of their documentation: a newly coined word."""
    said = [SOUNDS[sound] for sound in pronounce(published, "activationist")]
    assert said == ["AE2", "K", "T", "IH0", "V", "EY1", "SH", "AH0", "N", "IH0", "S", "T"]


def test_letters_and_sounds_are_as_many_as_the_network_has(published):
    assert len(LETTERS) == len(published.encoder.embed) == SPELLING.symbols
    assert len(SOUNDS) == len(published.decoder.embed) == len(published.decoder.w_out) == SPELLING.outputs


def test_the_relevances_of_every_sound_are_conserved():
    speller = make_speller()
    sounds = [5, 30, 7, 12]
    for account in relevance(speller, "word", sounds):
        assert len(account.letters) == 5
        assert abs(account.residual) < 1e-10 * (1 + np.abs(account.letters).sum())


def test_the_first_sounds_account_is_that_of_the_decoder_alone():
    """What the decoder's own account leaves to its first state is what letters, and the encoder's biases, receive."""
    from atlas.chapters.recurrent.trace import replay

    speller = make_speller()
    h = replay(speller.encoder.cell, speller.encoder.embed[encode("ab")]).h[-1]
    alone = propagate(speller.decoder, np.array([FIRST]), direction_of(9), h=h)
    whole = relevance(speller, "ab", [9])[0]
    assert whole.score == pytest.approx(alone.score)
    assert whole.sounds == pytest.approx(alone.inputs.sum())
    encoder = whole.letters.sum() + (whole.bias - alone.bias) + (whole.stabilizer - alone.stabilizer)
    assert encoder == pytest.approx(alone.initial)


def test_occlusion_of_a_letter_that_is_nothing_changes_nothing():
    speller = make_speller()
    speller.encoder.embed[LETTERS.index("q")] = 0
    found = occlusion(speller, "aqb", [9, 12])
    assert found.shape == (2, 4)
    assert np.abs(found[:, 1]).max() == 0
    assert np.abs(found[:, 0]).min() > 0


@pytest.mark.parametrize(
    ("word", "sounds", "spelt"),
    [
        ("knight", "N AY1 T", "kn igh t"),
        ("phone", "F OW1 N", "ph o ne"),
        ("exact", "IH0 G Z AE1 K T", "e x x a c t"),
        ("ship", "SH IH1 P", "sh i p"),
        ("nation", "N EY1 SH AH0 N", "n a ti o n"),
        ("rabbit", "R AE1 B AH0 T", "r a bb i t"),
    ],
)
def test_letters_are_shared_out_as_one_spells(word, sounds, spelt):
    assert [word[first:end] for first, end in spans(word, sounds.split())] == spelt.split()


def test_hits_are_counted_by_span():
    assert inside(np.array([0, 2, 2]), [(0, 2), (2, 3), (3, 5)]) == [True, True, False]


def test_another_file_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", enc_emb=np.zeros(3))
    with pytest.raises(WeightsError, match="not the checkpoint"):
        read_speller(tmp_path / "other.npz")
