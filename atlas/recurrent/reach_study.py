"""The study of how far back a character network looks: context cut short, what must be closed, where it errs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.recurrent.cell import net_of
from atlas.recurrent.errors import HALF, causes, tally
from atlas.recurrent.reach import KINDS, LENGTHS, gains, kinds, truncated_losses, windows_before
from atlas.recurrent.texts import Text
from atlas.recurrent.trace import losses, states
from atlas.types import Array

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
    cuts = np.cumsum([len(text) - 1 for text in texts])[:-1]
    other, uncommon = np.split(baseline, cuts), np.split(seldom, cuts)
    facts = {
        "loss": float(np.concatenate(own).mean()),
        "baseline": float(baseline.mean()),
        "characters": len(baseline),
        "closings": _closings(texts, own, other, seed=seed),
        "kinds": _by_kind(texts, own, other),
        "errors": _errors(texts, own, other, uncommon),
        "context": _by_context(module, texts, own, places=places, seed=seed),
    }
    return {}, facts


def _errors(
    texts: Sequence[Text], own: Sequence[Array], other: Sequence[Array], uncommon: Sequence[Array]
) -> dict[str, Any]:
    cause = [
        causes(text.text, known=np.concatenate([[False], base < HALF]), seldom=np.concatenate([[False], rare]))[1:]
        for text, base, rare in zip(texts, other, uncommon, strict=True)
    ]  # fmt: skip
    lost = np.concatenate(own)
    return {"share": float((lost > HALF).mean()), "n": int((lost > HALF).sum()),
            "causes": [asdict(one) for one in tally(np.concatenate(cause), lost)]}  # fmt: skip


def _closings(texts: Sequence[Text], own: Sequence[Array], other: Sequence[Array], *, seed: int) -> dict[str, Any]:
    gain, distance, quote = [], [], []
    for text, mine, base in zip(texts, own, other, strict=True):
        kept = text.pairs[:, 1] >= 1
        closing = text.pairs[kept, 1] - 1  # row t predicts character t + 1
        gain.append(base[closing] - mine[closing])
        distance.append(text.pairs[kept, 1] - text.pairs[kept, 0])
        quote.append(text.quotes[kept])
    gains_, distances, quotes = (np.concatenate(each) for each in (gain, distance, quote))
    return {
        name: [asdict(one) for one in gains(gains_[chosen], distances[chosen], seed=seed)]
        for name, chosen in (("bracket", ~quotes), ("quote", quotes))
    }


def _by_kind(texts: Sequence[Text], own: Sequence[Array], other: Sequence[Array]) -> list[dict[str, Any]]:
    kind = np.concatenate([kinds(text.text)[1:] for text in texts])
    mine, base = np.concatenate(own), np.concatenate(other)
    return [
        {"kind": name, "share": float((kind == number).mean()), "loss": float(mine[kind == number].mean()),
         "baseline": float(base[kind == number].mean()), "of_loss": float(mine[kind == number].sum() / mine.sum())}
        for number, name in enumerate(KINDS)
        if (kind == number).any()
    ]  # fmt: skip


def _by_context(
    module: Recurrent, texts: Sequence[Text], own: Sequence[Array], *, places: int, seed: int
) -> dict[str, Any]:
    """Mean loss with 1, 2, 4, … characters of context and with all of them, at the same places."""
    rng = np.random.default_rng(seed)
    reach = min(LENGTHS[-1], max(map(len, texts)) // 2)
    lengths = [length for length in LENGTHS if length <= reach]
    long = [number for number, text in enumerate(texts) if len(text) > reach + 10]
    each = max(1, places // len(long))
    windows, whole = [], []
    for number in long:
        free = np.arange(reach, len(texts[number]) - 1)
        rows = np.sort(rng.choice(free, min(each, len(free)), replace=False))
        windows.append(windows_before(texts[number].symbols, rows + 2, reach))  # row t predicts symbols[t + 2]
        whole.append(own[number][rows])
    found = truncated_losses(module, np.concatenate(windows), lengths)
    return {"lengths": lengths, "loss": found.mean(1).tolist(), "all": float(np.concatenate(whole).mean()),
            "n": int(found.shape[1])}  # fmt: skip
