"""The study of how far back a network looks that reads code: context cut short, what must be closed, where it errs.

All losses are told in nats a character, so that networks can be compared whatever they read: what tokens cost is divided by their characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.chapters.recurrent.cell import net_of
from atlas.chapters.recurrent.context_length import KINDS, LENGTHS, gains, kinds, truncated_losses, windows_before
from atlas.chapters.recurrent.errors import HALF, causes, tally
from atlas.chapters.recurrent.texts import Text
from atlas.chapters.recurrent.tokens import by_token, spelling
from atlas.chapters.recurrent.trace import losses, states
from atlas.core.specs import Array

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent


def study_reach(
    module: Recurrent, texts: Sequence[Text], baseline: Array, seldom: Array, *, places: int, seed: int
) -> tuple[dict[str, Array], dict[str, Any]]:
    """Loss by context length, gain at closings by distance, and where the loss lies, beside an n-gram model.

    `baseline` is the model's loss at every character but each text's first, one text after the other; `seldom` says which of
    them are part of a rare word.
    """
    net = net_of(module)
    read = states(net, [text.symbols for text in texts])
    own = [losses(net, text.rows(h), text.following) for text, (h, _) in zip(texts, read, strict=True)]
    cuts = np.cumsum([len(text.text) - 1 for text in texts])[:-1]
    other, uncommon = by_token(texts, np.split(baseline, cuts)), np.split(seldom, cuts)
    besides = spelling(texts, other)
    own = [mine + more for mine, more in zip(own, besides, strict=True)]
    characters = int(sum(text.lengths[1:].sum() for text in texts))
    facts = {
        "loss": float(np.concatenate(own).sum() / characters),
        "baseline": float(np.concatenate(other).sum() / characters),
        "characters": characters,
        "closings": _closings(texts, own, other, seed=seed),
        "kinds": _by_kind(texts, own, other),
        "errors": _errors(texts, own, other, uncommon),
        "context": _by_context(module, texts, own, besides, places=places, seed=seed),
    }
    return {}, facts


def _errors(
    texts: Sequence[Text], own: Sequence[Array], other: Sequence[Array], uncommon: Sequence[Array]
) -> dict[str, Any]:
    cause = [_causes(text, base, rare) for text, base, rare in zip(texts, other, uncommon, strict=True)]
    lost = np.concatenate(own)
    return {"share": float((lost > HALF).mean()), "n": int((lost > HALF).sum()),
            "causes": [asdict(one) for one in tally(np.concatenate(cause), lost)]}  # fmt: skip


def _causes(text: Text, base: Array, rare: Array) -> Array:
    """[N - 1] the cause of each symbol but the first: that of the character with which it begins."""
    begins = text.firsts[1:]
    known = np.zeros(len(text.text), bool)
    known[begins] = base < HALF
    return causes(text.text, known=known, seldom=np.concatenate([[False], rare]))[begins]


def _closings(texts: Sequence[Text], own: Sequence[Array], other: Sequence[Array], *, seed: int) -> dict[str, Any]:
    gain, distance, quote = [], [], []
    for text, mine, base in zip(texts, own, other, strict=True):
        kept = text.pairs[:, 1] >= 1
        closing = text.pairs[kept, 1] - 1  # row t predicts character t + 1
        gain.append(base[closing] - mine[closing])
        distance.append(text.firsts[text.pairs[kept, 1]] - text.firsts[text.pairs[kept, 0]])
        quote.append(text.quotes[kept])
    gains_, distances, quotes = (np.concatenate(each) for each in (gain, distance, quote))
    return {
        name: [asdict(one) for one in gains(gains_[chosen], distances[chosen], seed=seed)]
        for name, chosen in (("bracket", ~quotes), ("quote", quotes))
    }


def _by_kind(texts: Sequence[Text], own: Sequence[Array], other: Sequence[Array]) -> list[dict[str, Any]]:
    """By the character with which a symbol begins; shares and losses are of all its characters."""
    kind = np.concatenate([kinds(text.text)[text.firsts[1:]] for text in texts])
    size = np.concatenate([text.lengths[1:] for text in texts])
    mine, base = np.concatenate(own), np.concatenate(other)
    found = []
    for number, name in enumerate(KINDS):
        here = kind == number
        if here.any():
            many = size[here].sum()
            found.append({
                "kind": name, "share": float(many / size.sum()), "loss": float(mine[here].sum() / many),
                "baseline": float(base[here].sum() / many), "of_loss": float(mine[here].sum() / mine.sum()),
            })  # fmt: skip
    return found


def _by_context(
    module: Recurrent, texts: Sequence[Text], own: Sequence[Array], besides: Sequence[Array], *, places: int, seed: int
) -> dict[str, Any]:
    """Mean loss with 1, 2, 4, … symbols of context and with all of them, at the same places; `lengths` in characters.

    `besides` is what each symbol costs whatever was read.
    """
    rng = np.random.default_rng(seed)
    reach = min(LENGTHS[-1], max(map(len, texts)) // 2)
    lengths = [length for length in LENGTHS if length <= reach]
    long = [number for number, text in enumerate(texts) if len(text) > reach + 10]
    each = max(1, places // len(long))
    windows, whole, more, sizes = [], [], [], []
    for number in long:
        free = np.arange(reach, len(texts[number]) - 1)
        rows = np.sort(rng.choice(free, min(each, len(free)), replace=False))
        windows.append(windows_before(texts[number].symbols, rows + 2, reach))  # row t predicts symbols[t + 2]
        whole.append(own[number][rows])
        more.append(besides[number][rows])
        sizes.append(texts[number].lengths[rows + 1])
    found = truncated_losses(module, np.concatenate(windows), lengths) + np.concatenate(more)
    characters = np.concatenate(sizes).sum()
    spread = np.mean([text.spread for text in texts])
    return {"lengths": [round(length * spread) for length in lengths], "loss": (found.sum(1) / characters).tolist(),
            "all": float(np.concatenate(whole).sum() / characters), "n": int(found.shape[1])}  # fmt: skip
