"""The study of what a character network's decisions rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.chapters.recurrent.cell import Net, net_of
from atlas.chapters.recurrent.explain import explain
from atlas.chapters.recurrent.relevance import EPSILON, propagate
from atlas.chapters.recurrent.texts import Text, halves
from atlas.chapters.recurrent.trace import replay_net
from atlas.core.specs import Array
from atlas.networks.recurrent import ALPHABET

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent

WINDOW = 64  # characters before a decision that its relevance is shared among
DECISIONS = 6
EPSILONS = (EPSILON, 0.01, 0.1, 1.0)
CANCEL = 100  # times the score: where the entries of a ledger are larger, they cancel and say nothing about it


@dataclass(frozen=True)
class Decision:
    """The closing sign `right` after `symbols` [WINDOW], whose opening one is at place `opening` of them."""

    path: str
    symbols: Array
    opening: int
    right: int
    outputs: int = len(ALPHABET)
    seen: Array | None = None  # the names of the symbols, where they are tokens

    @property
    def direction(self) -> Array:
        """[V] the logit of the right sign against the mean of all."""
        found = np.full(self.outputs, -1 / self.outputs)
        found[self.right] += 1
        return found


def decisions(
    texts: Sequence[Text], *, count: int = DECISIONS, least: int = 16, most: int = 48, outputs: int = len(ALPHABET)
) -> list[Decision]:
    """The first bracket or quote of `count` texts that closes after least to most characters, for a network with so many outputs.

    Chosen by the text alone, so that no network is favoured; quotes and brackets take turns.
    """
    found: list[Decision] = []
    for text in texts:
        far = text.firsts[text.pairs[:, 1]] - text.firsts[text.pairs[:, 0]]
        wanted = (far >= least) & (far <= most) & (text.pairs[:, 1] > WINDOW) & (text.quotes == (len(found) % 2 == 1))
        if wanted.any() and len(found) < count:
            opening, closing = text.pairs[np.argmax(wanted)].tolist()
            rows = slice(closing + 1 - WINDOW, closing + 1)  # up to the character before the closing one
            right = int(text.symbols[closing + 1])
            found.append(
                Decision(
                    text.path, text.symbols[rows], opening - (closing - WINDOW), right, outputs, text.seen[rows]
                )
            )  # fmt: skip
    return found


def settled_epsilon(net: Net, chosen: Sequence[Decision]) -> float:
    """The smallest of EPSILONS with which no decision's entries add up to more than CANCEL times its score; else the largest."""
    for epsilon in EPSILONS:
        ledgers = (propagate(net, one.symbols, one.direction, epsilon=epsilon) for one in chosen)
        if all(ledger.turnover <= CANCEL * abs(ledger.score) for ledger in ledgers):
            return epsilon
    return EPSILONS[-1]


def study_relevance(module: Recurrent, texts: Sequence[Text], *, seed: int) -> tuple[dict[str, Array], dict[str, Any]]:
    """What the logit of a closing sign rests on, by four methods: arrays `0/lrp`, …, `0/curve/lrp`, …, `0/symbols`; facts with the
    ledger of LRP.
    """
    exact = module.double()
    net = net_of(exact)
    chosen = decisions(halves(texts)[1], outputs=len(net.b_out))
    epsilon = settled_epsilon(net, chosen)
    arrays: dict[str, Array] = {}
    facts: list[dict[str, Any]] = []
    for place, one in enumerate(chosen):
        given, told = explain(exact, one.symbols, one.direction, seed=seed, epsilon=epsilon)
        logits = net.outputs(replay_net(net, one.symbols).h[-1])
        arrays |= {f"{place}/{name}": values for name, values in given.items()}
        arrays[f"{place}/symbols"] = one.symbols if one.seen is None else one.seen
        facts.append({
            "path": one.path, "opening": one.opening, "right": one.right,
            "probability": float(np.exp(logits[one.right] - np.logaddexp.reduce(logits))),
            **told,
        })  # fmt: skip
    return arrays, {"decisions": facts, "epsilon": epsilon}
