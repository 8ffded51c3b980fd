"""The report of a latent direction: its effect on every attribute, leakage, and the effects of random directions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.chapters.generative.directions import Direction
from atlas.chapters.generative.identity import identity_preservation
from atlas.core.pack import stored
from atlas.core.specs import Array

STRENGTHS = 7  # edit strengths of a strip, from -span to +span


@dataclass(frozen=True)
class Edits:
    """Measurements of pictures along a direction: D edit strengths, N latent vectors, A attributes."""

    strengths: Array  # [D] in units of z
    measures: Array  # [D, N, A], in standard deviations of each attribute over unedited pictures
    estimates: Array  # [D, N, free]: z as read back


@dataclass(frozen=True)
class Effect:
    """What a direction does; effects are in standard deviations of the attribute, from end to end."""

    curve: Array  # [D, A] mean change against no edit
    effects: Array  # [A]
    target: int  # the attribute that it is about
    monotone: (
        float  # share of the latent vectors whose target measure rises (or falls) at every step of the edit strength
    )
    leakage: float  # mean |effect| on the other attributes, in shares of the target's
    identities: Array  # [D] mean cosine of what else is read from the picture with that of the unedited one
    percentile: float  # share of random directions whose effect is smaller
    cleaner: float  # share of random directions that leak more


@dataclass(frozen=True, kw_only=True)
class DirectionReport:
    """A direction with its effect, as its page shows it: D edit strengths, A attributes; shares are in [0, 1]."""

    name: str
    method: str
    index: int
    weight: float  # the method's own figure, see `Direction`
    attribute: str  # what a supervised method looked for; empty for the others
    target: str  # the attribute that it is about
    span: float  # the largest edit strength
    effect: float  # on the target, in standard deviations from end to end
    monotone: float  # see `Effect`, as the next one
    leakage: float  # infinite where the target does not move
    identity: float  # mean identity preservation at both ends
    identity_percentile: float  # share of random directions that preserve less
    percentile: float  # see `Effect`, as the next one
    cleaner: float
    nearest: str  # the nearest direction of another method, empty without one
    nearest_cosine: float
    nearest_percentile: float  # share of random directions whose nearest one is farther
    effects: Array = stored("effect")  # [A]
    curve: Array  # [D, A]
    identities: Array = stored("identity")  # [D]
    strip: Array  # [D, 3, S, S, 3] uint8
    strengths: Array = stored("doses")  # [D]


def effects(measures: Array) -> Array:
    """[A] mean difference of the last and the first edit strength of measures [D, N, A]."""
    found: Array = (measures[-1] - measures[0]).mean(0)
    return found


def monotone(values: Array) -> float:
    """Share of the columns of [D, N] that strictly rise, or of those that strictly fall, whichever is larger."""
    steps = np.diff(values, axis=0)
    return float(max((steps > 0).all(0).mean(), (steps < 0).all(0).mean()))


def leakage(effect: Array, target: int) -> float:
    """Mean |effect| [A] on the other attributes in shares of the target's; infinite where the target does not move."""
    others = np.abs(np.delete(effect, target)).mean() if len(effect) > 1 else 0.0
    return float(others / abs(effect[target])) if effect[target] else float("inf")


def against_chance(effect: Array, chance: Array) -> Array:
    """Effects [..., A] in units of the root mean square effect of random directions (effects [R, A]) on each attribute.

    So attributes that any direction moves, such as brightness, do not hide those that few move, such as a turned head.
    """
    found: Array = effect / np.maximum(np.sqrt((chance**2).mean(0)), 1e-9)
    return found


def percentile(effect: Array, target: int, chance: Array, *, chosen: bool) -> float:
    """Share of random directions (effects [R, A]) whose effect is smaller than effect [A] on its target.

    A target that was `chosen` after the fact, as the attribute with the largest effect in units of chance, is compared
    with the largest such effect of each random direction, which corrects for the selection; a supervised target is
    compared with their effect on the same attribute.
    """
    own, others = np.abs(against_chance(effect, chance)), np.abs(against_chance(chance, chance))
    rivals = others.max(1) if chosen else others[:, target]
    return float((rivals < own[target]).mean())


def effect_of(direction: Direction, edits: Edits, chance: Array, names: tuple[str, ...]) -> Effect:
    """What a direction does, from measured edits, effects of random directions [R, A] and the attributes' names [A]."""
    effect = effects(edits.measures)
    supervised = direction.attribute in names
    target = names.index(direction.attribute) if supervised else int(np.abs(against_chance(effect, chance)).argmax())
    leak, middle = leakage(effect, target), len(edits.strengths) // 2
    unedited, vector = edits.estimates[middle], direction.vector
    identities = [identity_preservation(one, unedited, vector).mean() for one in edits.estimates]
    return Effect(
        curve=(edits.measures - edits.measures[middle]).mean(1),
        effects=effect,
        target=target,
        monotone=monotone(edits.measures[:, :, target]),
        leakage=leak,
        identities=np.array(identities),
        percentile=percentile(effect, target, chance, chosen=not supervised),
        cleaner=float((_leakages(chance) > leak).mean()),
    )


def _leakages(chance: Array) -> Array:
    """[R] leakage of random directions (effects [R, A]), each with the target that an unsupervised one would get."""
    targets = np.abs(against_chance(chance, chance)).argmax(1)
    return np.array([leakage(effect, target) for effect, target in zip(chance, targets, strict=True)])


def unrelated_pairs(estimates: Array) -> float:
    """Mean cosine of the estimates of z [N, free] of two unrelated pictures: the baseline of identity preservation."""
    unit = estimates / np.linalg.norm(estimates, axis=1, keepdims=True)
    return float((unit * np.roll(unit, 1, axis=0)).sum(1).mean())
