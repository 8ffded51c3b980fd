"""From spelling to sound with the published GRU of g2p-en: letters to a state, the state to sounds, one after another.

The package is never imported; this is its network, read from its file of weights (`checkpoint20.npz`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from atlas.chapters.recurrent.cell import Cell, Net
from atlas.chapters.recurrent.relevance import Reading, Remainder, back, start
from atlas.chapters.recurrent.trace import replay
from atlas.core.errors import WeightsError
from atlas.core.specs import Array

LETTERS = ("<pad>", "<unk>", "</s>", *"abcdefghijklmnopqrstuvwxyz")
END, FIRST, LAST = 2, 2, 3  # the end of a word; the start and the end of its sounds
_SOUNDS = """
    <pad> <unk> <s> </s> AA0 AA1 AA2 AE0 AE1 AE2 AH0 AH1 AH2 AO0 AO1 AO2 AW0 AW1 AW2 AY0 AY1 AY2 B CH D DH EH0
    EH1 EH2 ER0 ER1 ER2 EY0 EY1 EY2 F G HH IH0 IH1 IH2 IY0 IY1 IY2 JH K L M N NG OW0 OW1 OW2 OY0 OY1 OY2 P R S
    SH T TH UH0 UH1 UH2 UW UW0 UW1 UW2 V W Y Z ZH
"""
SOUNDS = tuple(_SOUNDS.split())
"""ARPAbet; 0, 1 and 2 are the stress of a vowel."""
MOST = 20  # sounds of a word


@dataclass(frozen=True)
class Speller:
    """The encoder reads letters; its last state is the decoder's first. The encoder has no outputs of its own."""

    encoder: Net
    decoder: Net

    def astype(self, dtype: type) -> Speller:
        """The same in another precision."""
        return Speller(self.encoder.astype(dtype), self.decoder.astype(dtype))


def read_speller(path: Path) -> Speller:
    """The network in the file; nothing but arrays is read. WeightsError where it is another file."""
    with np.load(path, allow_pickle=False) as held:
        found = {name: held[name] for name in held.files}
    try:
        cells = [
            Cell("GRU", *(found[f"{side}_{name}"] for name in ("w_ih", "w_hh", "b_ih", "b_hh")))
            for side in ("enc", "dec")
        ]
        none = np.zeros((0, cells[0].hidden), np.float32)
        return Speller(
            Net(found["enc_emb"], cells[0], none, none[:, 0]),
            Net(found["dec_emb"], cells[1], found["fc_w"], found["fc_b"]),
        )
    except KeyError as error:
        raise WeightsError(f"{path} lacks the array {error}; it is not the checkpoint of g2p-en.") from None


def encode(word: str) -> Array:
    """[N + 1] the letters of a word, then its end."""
    return np.array([*(LETTERS.index(letter) for letter in word), END], np.int64)


def pronounce(speller: Speller, word: str) -> list[int]:
    """The likeliest sound after sound, without the end."""
    h = replay(speller.encoder.cell, speller.encoder.embed[encode(word)]).h[-1]
    sounds = [FIRST]
    while len(sounds) <= MOST:
        h = replay(speller.decoder.cell, speller.decoder.embed[sounds[-1:]], h=h).h[-1]
        sounds.append(int(speller.decoder.outputs(h).argmax()))
        if sounds[-1] == LAST:
            return sounds[1:-1]
    return sounds[1:]


@dataclass(frozen=True)
class SoundAccount:
    """The relevance of letters [N] (the end mark last), earlier sounds, bias and
    stabilizer for the logit of one sound.
    """

    letters: Array
    sounds: float
    bias: float
    stabilizer: float
    score: float

    @property
    def residual(self) -> float:
        """The sum of all relevances minus the score: rounding only."""
        return float(self.letters.sum() + self.sounds + self.bias + self.stabilizer - self.score)


def direction_of(sound: int) -> Array:
    """[S] the logit of a sound against the mean of all."""
    direction = np.full(len(SOUNDS), -1 / len(SOUNDS))
    direction[sound] += 1
    return direction


def relevance(speller: Speller, word: str, sounds: Sequence[int]) -> list[SoundAccount]:
    """LRP of every sound: back through the decoder to its first state, which is the
    encoder's last, and on to the letters.
    """
    speller = speller.astype(np.float64)
    letters = Reading.of(speller.encoder, encode(word))
    whole = Reading.of(speller.decoder, np.array([FIRST, *sounds[:-1]]), h=letters.trace.h[-1])
    found = []
    for place, sound in enumerate(sounds):
        rest, direction = Remainder(), direction_of(sound)
        read = Reading(whole.inputs[: place + 1], whole.trace, whole.before_h, whole.before_c)
        on_h = start(speller.decoder, whole.trace.h[place], direction, rest)
        before, on_h, _ = back(speller.decoder.cell, read, on_h, rest)
        given, _, _ = back(speller.encoder.cell, letters, on_h, rest)
        score = float(direction @ speller.decoder.outputs(whole.trace.h[place]))
        found.append(SoundAccount(given, float(before.sum()), rest.bias, rest.stabilizer, score))
    return found


def occlusion(speller: Speller, word: str, sounds: Sequence[int]) -> Array:
    """[S, N + 1] how much the logit of each sound falls when a letter's embedding
    is zero, the earlier sounds as they were.
    """
    speller = speller.astype(np.float64)
    inputs = speller.encoder.embed[encode(word)]
    earlier = speller.decoder.embed[np.array([FIRST, *sounds[:-1]])]

    def logits(letters: Array) -> Array:
        h = replay(speller.encoder.cell, letters).h[-1]
        outputs = speller.decoder.outputs(replay(speller.decoder.cell, earlier, h=h).h)
        return np.array([outputs[place] @ direction_of(sound) for place, sound in enumerate(sounds)])

    full = logits(inputs)
    kept = 1.0 - np.eye(len(inputs))
    return np.stack([full - logits(inputs * row[:, None]) for row in kept], 1)
