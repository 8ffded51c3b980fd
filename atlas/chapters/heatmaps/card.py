"""The saliency card of a method (Boggust et al. 2023): methodology, sensitivity, perceptibility; its known failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atlas.chapters.heatmaps.scores import KINDS, NetworkScores
from atlas.core.specs import Array
from atlas.methods.attribution.method import Method
from atlas.methods.evaluation.randomization import UNCHANGED
from atlas.publish.words import count, listed, number, percent

NEEDS = {
    "scores": "the scores alone: any model",
    "gradient": "the gradient: any differentiable network",
    "layer": "the output of a layer of maps, and its gradient",
    "graph": "every operation of the network",
}


@dataclass(frozen=True)
class CardEntry:
    """A property of the method, and what was found."""

    name: str
    value: str


@dataclass(frozen=True)
class CardPart:
    """One of the three parts of a card."""

    title: str
    entries: tuple[CardEntry, ...]


def saliency_card(method: Method, networks: Sequence[NetworkScores]) -> tuple[CardPart, ...]:
    """The three parts; what is measured is the median over the images of all networks."""
    measured = {name: _median(method, networks, name) for name in ("randomized", "sensitivity", "agreement", "gini")}
    return (
        CardPart("Methodology", _methodology(method, measured["agreement"])),
        CardPart("Sensitivity", _sensitivity(method, networks, measured)),
        CardPart("Perceptibility", _perceptibility(method, networks, measured["gini"])),
    )


def _methodology(method: Method, agreement: float | None) -> tuple[CardEntry, ...]:
    seeds = f"draws noise; maps of two seeds correlate with {number(agreement, 2)}" if agreement is not None else ""
    parameters = ", ".join(f"{name} {value}" for name, value in method.parameters.items()) or "none"
    return (
        CardEntry("Determinism", (seeds or "draws noise from a seed") if method.seeded else "deterministic"),
        CardEntry("Parameters", parameters),
        CardEntry("Needs", NEEDS.get(method.needs, method.needs)),
        CardEntry("Cost", f"{_passes(method.forward, 'forward')}, {_passes(method.backward, 'backward')} an image"),
        CardEntry("Promise", method.promise or "none"),
    )


def _passes(amount: int, kind: str) -> str:
    return f"{amount:,} {kind} pass{'' if amount == 1 else 'es'}"


def _sensitivity(
    method: Method, networks: Sequence[NetworkScores], measured: Mapping[str, float | None]
) -> tuple[CardEntry, ...]:
    drops, random, noise = _score(method, networks, "patches"), measured["randomized"], measured["sensitivity"]
    return (
        CardEntry("To the input", _or_none(drops, "rank correlation with the true drops of patches: {}")),
        CardEntry("To small noise", _or_none(noise, "changes by {} of its norm")),
        CardEntry("To the model", _or_none(random, "rank correlation with the maps of the randomized network: {}")),
    )


def _perceptibility(method: Method, networks: Sequence[NetworkScores], gini: float | None) -> tuple[CardEntry, ...]:
    return (
        CardEntry("Minimality", _or_none(gini, "Gini index {} (0: spread evenly, 1: on one pixel)")),
        CardEntry("On the object", _or_none(_score(method, networks, "pointing"), "largest value on it: {} of images")),
        CardEntry("Resolution", "of a layer, enlarged" if method.coarse else "of the pixels"),
    )


def _or_none(value: float | None, words: str) -> str:
    return "not measured" if value is None else words.format(number(value, 2))


def _median(method: Method, networks: Sequence[NetworkScores], name: str) -> float | None:
    """The median over the images of all networks; of the randomization its last stage."""
    parts: list[Array] = []
    for network in networks:
        found = network.evaluations.get(method.name)
        values = getattr(found, name) if found is not None else None
        if values is not None and values.size:
            parts.append((values[:, -1] if values.ndim > 1 else values).astype(np.float64))
    values = np.concatenate(parts) if parts else np.zeros(0)
    values = values[np.isfinite(values)]
    return float(np.median(values)) if len(values) else None


def _score(method: Method, networks: Sequence[NetworkScores], kind: str) -> float | None:
    """The mean over networks of a score."""
    chosen = next(one for one in KINDS if one.name == kind)
    found = [score.mean for network in networks if (score := network.score(method.name, chosen)) is not None]
    return float(np.mean(found)) if found else None


def failures(method: Method, networks: Mapping[str, NetworkScores]) -> tuple[str, ...]:
    """What was measured against the method, a sentence each; `networks` by their titles."""
    marks = {title: network.mark(method) for title, network in networks.items()}
    reasons: dict[str, list[str]] = {}
    for title, mark in marks.items():
        if mark.reason:
            reasons.setdefault(mark.reason, []).append(title)
    found = [f"Not valid for {listed(titles)}: {reason.rstrip('.')}." for reason, titles in reasons.items()]
    flagged = [title for title, mark in marks.items() if mark.flagged]
    if flagged:
        found.append(
            f"For {listed(flagged)} the map hardly changes when the network is randomized (rank correlation above "
            f"{number(UNCHANGED, 2)}): it shows the image more than the decision."
        )
    weak = [title for title, mark in marks.items() if not mark.reason and mark.of and not mark.beaten]
    if weak and method.family != "control":
        found.append(f"For {listed(weak)} it beats all controls in none of the scores.")
    return tuple(found)


def worth(method: Method, networks: Sequence[NetworkScores]) -> str:
    """In one sentence how often the method beats every control."""
    marks = [network.mark(method) for network in networks]
    beaten, of = sum(mark.beaten for mark in marks), sum(mark.of for mark in marks)
    share = f" ({percent(beaten / of)})" if of else ""
    return f"It beats every control in {beaten} of {count(of, 'score')}{share} over all networks." if of else ""
