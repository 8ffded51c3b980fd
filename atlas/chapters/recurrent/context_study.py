"""The study of a network's context: its loss with a shortened context, at closing characters, and where it errs.

All losses are in nats per character, so that networks compare whatever they read: the loss of tokens is divided by
their characters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.recurrent.baseline_study import Baselines
from atlas.chapters.recurrent.cell import net_of
from atlas.chapters.recurrent.context_length import KINDS, LENGTHS, Gain, gains, kinds, truncated_losses, windows_before
from atlas.chapters.recurrent.errors import HALF, Cause, causes, tally
from atlas.chapters.recurrent.texts import Text
from atlas.chapters.recurrent.tokens import by_token, spelling
from atlas.chapters.recurrent.trace import losses, states
from atlas.core.pack import stored
from atlas.core.specs import Array

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent


@dataclass(frozen=True)
class KindLoss:
    """Characters of one of KINDS: their share of the text, and their loss; of
    tokens by the character with which they begin.
    """

    kind: str
    share: float  # of the text
    loss: float  # nats per character
    baseline: float  # the same of the n-gram model
    of_loss: float  # share of the network's whole loss


@dataclass(frozen=True, kw_only=True)
class Errors:
    """The errors of a network: symbols with a probability below one half."""

    share: float  # of all symbols
    count: int = stored("n")
    causes: tuple[Cause, ...]


@dataclass(frozen=True, kw_only=True)
class ContextLoss:
    """The loss with 1, 2, 4, … symbols of context and with the whole context, at the same positions."""

    lengths: tuple[int, ...]  # characters
    loss: tuple[float, ...]  # nats per character
    whole: float = stored("all")
    positions: int = stored("n")


@dataclass(frozen=True)
class ContextLengthStudy:
    """How much context a network uses, beside an n-gram model; losses in nats per character."""

    loss: float
    baseline: float  # of the n-gram model
    characters: int
    closings: Mapping[str, tuple[Gain, ...]]  # over the n-gram model, at closing brackets and quotes, by distance
    kinds: tuple[KindLoss, ...]
    errors: Errors
    context: ContextLoss
    by_order: tuple[float, ...]  # loss of n-gram models of order 1, 2, …


def study_context_lengths(
    module: Recurrent, texts: Sequence[Text], baselines: Baselines, *, places: int, seed: int
) -> ContextLengthStudy:
    """Loss by context length at `places` positions, gain at closing characters by
    distance, and a taxonomy of errors.
    """
    net = net_of(module)
    read = states(net, [text.symbols for text in texts])
    own = [losses(net, text.rows(h), text.following) for text, (h, _) in zip(texts, read, strict=True)]
    cuts = np.cumsum([len(text.text) - 1 for text in texts])[:-1]
    other, uncommon = by_token(texts, np.split(baselines.losses, cuts)), np.split(baselines.rare, cuts)
    spelled = spelling(texts, other)
    own = [mine + more for mine, more in zip(own, spelled, strict=True)]
    characters = int(sum(text.lengths[1:].sum() for text in texts))
    return ContextLengthStudy(
        loss=float(np.concatenate(own).sum() / characters),
        baseline=float(np.concatenate(other).sum() / characters),
        characters=characters,
        closings=_closings(texts, own, other, seed=seed),
        kinds=tuple(_by_kind(texts, own, other)),
        errors=_errors(texts, own, other, uncommon),
        context=_by_context(module, texts, own, spelled, places=places, seed=seed),
        by_order=baselines.by_order,
    )


def _errors(texts: Sequence[Text], own: Sequence[Array], other: Sequence[Array], uncommon: Sequence[Array]) -> Errors:
    cause = [_causes(text, base, rare) for text, base, rare in zip(texts, other, uncommon, strict=True)]
    lost = np.concatenate(own)
    wrong = lost > HALF
    return Errors(share=float(wrong.mean()), count=int(wrong.sum()), causes=tuple(tally(np.concatenate(cause), lost)))


def _causes(text: Text, base: Array, rare: Array) -> Array:
    """[N - 1] the cause of each symbol but the first: that of the character with which it begins."""
    begins = text.firsts[1:]
    known = np.zeros(len(text.text), bool)
    known[begins] = base < HALF
    return causes(text.text, known=known, seldom=np.concatenate([[False], rare]))[begins]


def _closings(
    texts: Sequence[Text], own: Sequence[Array], other: Sequence[Array], *, seed: int
) -> dict[str, tuple[Gain, ...]]:
    gain, distance, quote = [], [], []
    for text, mine, base in zip(texts, own, other, strict=True):
        kept = text.pairs[:, 1] >= 1
        closing = text.pairs[kept, 1] - 1  # row t predicts character t + 1
        gain.append(base[closing] - mine[closing])
        distance.append(text.firsts[text.pairs[kept, 1]] - text.firsts[text.pairs[kept, 0]])
        quote.append(text.quotes[kept])
    all_gains, distances, quotes = (np.concatenate(each) for each in (gain, distance, quote))
    return {
        name: tuple(gains(all_gains[chosen], distances[chosen], seed=seed))
        for name, chosen in (("bracket", ~quotes), ("quote", quotes))
    }


def _by_kind(texts: Sequence[Text], own: Sequence[Array], other: Sequence[Array]) -> list[KindLoss]:
    """By the character with which a symbol begins; shares and losses are of all its characters."""
    kind = np.concatenate([kinds(text.text)[text.firsts[1:]] for text in texts])
    size = np.concatenate([text.lengths[1:] for text in texts])
    mine, base = np.concatenate(own), np.concatenate(other)
    found = []
    for index, name in enumerate(KINDS):
        here = kind == index
        if here.any():
            count = size[here].sum()
            found.append(
                KindLoss(
                    name,
                    share=float(count / size.sum()),
                    loss=float(mine[here].sum() / count),
                    baseline=float(base[here].sum() / count),
                    of_loss=float(mine[here].sum() / mine.sum()),
                )
            )
    return found


def _by_context(
    module: Recurrent, texts: Sequence[Text], own: Sequence[Array], spelled: Sequence[Array], *, places: int, seed: int
) -> ContextLoss:
    """Mean loss by length of context. `spelled` is what each symbol costs besides, whatever was read."""
    rng = np.random.default_rng(seed)
    longest = min(LENGTHS[-1], max(map(len, texts)) // 2)
    lengths = [length for length in LENGTHS if length <= longest]
    chosen = [index for index, text in enumerate(texts) if len(text) > longest + 10]
    each = max(1, places // len(chosen))
    windows, whole, more, sizes = [], [], [], []
    for index in chosen:
        free = np.arange(longest, len(texts[index]) - 1)
        rows = np.sort(rng.choice(free, min(each, len(free)), replace=False))
        windows.append(windows_before(texts[index].symbols, rows + 2, longest))  # row t predicts symbols[t + 2]
        whole.append(own[index][rows])
        more.append(spelled[index][rows])
        sizes.append(texts[index].lengths[rows + 1])
    found = truncated_losses(module, np.concatenate(windows), lengths) + np.concatenate(more)
    characters = np.concatenate(sizes).sum()
    spread = np.mean([text.spread for text in texts])
    return ContextLoss(
        lengths=tuple(round(length * spread) for length in lengths),
        loss=tuple((found.sum(1) / characters).tolist()),
        whole=float(np.concatenate(whole).sum() / characters),
        positions=int(found.shape[1]),
    )
