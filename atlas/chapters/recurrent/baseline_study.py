"""What a network's predictions are compared with: n-gram models of the training
files, and which words these rarely contain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from atlas.chapters.recurrent.errors import rare
from atlas.chapters.recurrent.ngram import ngram_losses
from atlas.chapters.recurrent.source import SourceFile, encode_file
from atlas.chapters.recurrent.texts import Text
from atlas.core.specs import Array
from atlas.networks.recurrent import ALPHABET


@dataclass(frozen=True)
class Baselines:
    """Of all held-out texts, one after the other, at every character but each text's first; N characters."""

    losses: Array  # [N] float32, nats of the n-gram model of the highest order
    rare: Array  # [N] bool: is it part of a word that is rare in the training files?
    order: int  # the highest; a model of order n reads n - 1 characters
    by_order: tuple[float, ...]  # mean loss of order 1, 2, …


def study_baselines(training: Sequence[SourceFile], texts: Sequence[Text], *, order: int) -> Baselines:
    """Losses of n-gram models counted on the `training` files, up to `order`."""
    whole = np.concatenate([text.symbols for text in texts])
    losses = ngram_losses([encode_file(file) for file in training], whole, order=order, symbols=len(ALPHABET))
    starts = np.cumsum([0, *(len(text) + 1 for text in texts)])[:-1]
    rows = np.concatenate([np.arange(start + 1, start + len(text)) for start, text in zip(starts, texts, strict=True)])
    flags = rare((file.text for file in training), [text.text for text in texts])
    return Baselines(
        losses=losses[-1, rows].astype(np.float32),
        rare=np.concatenate([one[1:] for one in flags]),
        order=order,
        by_order=tuple(losses[:, rows].mean(1).tolist()),
    )
