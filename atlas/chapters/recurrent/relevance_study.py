"""The study of which characters a network's predictions of closing brackets and quotes rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.recurrent.cell import Net, net_of
from atlas.chapters.recurrent.explain import Explanation, explain
from atlas.chapters.recurrent.relevance import EPSILON, propagate
from atlas.chapters.recurrent.texts import Text, halves
from atlas.chapters.recurrent.trace import replay_net
from atlas.core.pack import PLACE, stored
from atlas.core.specs import Array
from atlas.networks.recurrent import ALPHABET

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent

WINDOW = 64  # characters before a decision that its relevance is shared among
DECISIONS = 6
EPSILONS = (EPSILON, 0.01, 0.1, 1.0)
CANCEL = 100  # times the score: above it the relevances cancel, and say nothing about the score


@dataclass(frozen=True)
class Decision:
    """The closing character `right` after `symbols` [WINDOW]; the opening one is at position `opening` of them."""

    path: str
    symbols: Array
    opening: int
    right: int
    outputs: int = len(ALPHABET)
    seen: Array | None = None  # the names of the symbols, where they are tokens

    @property
    def direction(self) -> Array:
        """[V] the logit of the right symbol minus the mean of all."""
        found = np.full(self.outputs, -1 / self.outputs)
        found[self.right] += 1
        return found


@dataclass(frozen=True, kw_only=True)
class ExplainedDecision:
    """A decision as the site shows it; `symbols` [WINDOW] are indices into the names of the network's symbols."""

    path: str
    opening: int  # position among the symbols
    right: int
    probability: float  # of the right symbol
    symbols: Array
    explanation: Explanation = stored("")


@dataclass(frozen=True, kw_only=True)
class RelevanceStudy:
    """The decisions of a network by four attribution methods; `epsilon` is LRP's stabilizer."""

    decisions: tuple[ExplainedDecision, ...] = stored(by=PLACE)
    epsilon: float


def decisions(
    texts: Sequence[Text], *, count: int = DECISIONS, least: int = 16, most: int = 48, outputs: int = len(ALPHABET)
) -> list[Decision]:
    """The first bracket or quote of `count` texts that closes after least to most
    characters, for a network with so many outputs.

    Chosen by the text alone, so that no network is favoured; quotes and brackets take turns.

    """
    found: list[Decision] = []
    for text in texts:
        far = text.firsts[text.pairs[:, 1]] - text.firsts[text.pairs[:, 0]]
        wanted = (far >= least) & (far <= most) & (text.pairs[:, 1] > WINDOW) & (text.quotes == (len(found) % 2 == 1))
        if wanted.any() and len(found) < count:
            opening, closing = text.pairs[np.argmax(wanted)].tolist()
            found.append(_decision(text, opening, closing, outputs))
    return found


def _decision(text: Text, opening: int, closing: int, outputs: int) -> Decision:
    rows = slice(closing + 1 - WINDOW, closing + 1)  # up to the character before the closing one
    right = int(text.symbols[closing + 1])
    return Decision(text.path, text.symbols[rows], opening - (closing - WINDOW), right, outputs, text.seen[rows])


def settled_epsilon(net: Net, chosen: Sequence[Decision]) -> float:
    """The smallest of EPSILONS with which no decision's absolute sum exceeds CANCEL
    times its score; else the largest.
    """
    for epsilon in EPSILONS:
        accounts = (propagate(net, one.symbols, one.direction, epsilon=epsilon) for one in chosen)
        if all(account.absolute_sum <= CANCEL * abs(account.score) for account in accounts):
            return epsilon
    return EPSILONS[-1]


def study_relevances(module: Recurrent, texts: Sequence[Text], *, seed: int) -> RelevanceStudy:
    """The attribution of the logits of closing characters, by four methods."""
    exact = module.double()
    net = net_of(exact)
    chosen = decisions(halves(texts)[1], outputs=len(net.b_out))
    epsilon = settled_epsilon(net, chosen)

    def explained(one: Decision) -> ExplainedDecision:
        explanation = explain(exact, one.symbols, one.direction, seed=seed, epsilon=epsilon)
        logits = net.outputs(replay_net(net, one.symbols).h[-1])
        probability = float(np.exp(logits[one.right] - np.logaddexp.reduce(logits)))
        symbols = one.symbols if one.seen is None else one.seen
        return ExplainedDecision(
            path=one.path,
            opening=one.opening,
            right=one.right,
            probability=probability,
            symbols=symbols,
            explanation=explanation,
        )

    return RelevanceStudy(decisions=tuple(map(explained, chosen)), epsilon=epsilon)
