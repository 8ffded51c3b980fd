"""The passport of a latent direction: what it does to every attribute, how cleanly, and whether chance does as well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.chapters.generative.directions import Direction
from atlas.chapters.generative.identity import likeness
from atlas.core.specs import Array

DOSES = 7  # from -span to +span


@dataclass(frozen=True)
class Edits:
    """Pictures along a direction, measured: D doses, N latent vectors, A attributes."""

    doses: Array  # [D]
    measures: Array  # [D, N, A], in standard deviations of each attribute over unedited pictures
    estimates: Array  # [D, N, free]: z as read back


@dataclass(frozen=True)
class Passport:
    """What a direction does. Effects are in standard deviations of the attribute, from the lowest to the highest dose."""

    curve: Array  # [D, A] mean change against dose 0
    effect: Array  # [A]
    target: int  # the attribute that it is about
    monotone: float  # share of the latent vectors whose target measure grows (or falls) at every step of the dose
    leakage: float  # mean |effect| on the other attributes, in shares of the target's
    identity: Array  # [D] mean cosine of what else is read from the picture with that of the unedited one
    percentile: float  # share of random directions whose effect is smaller
    cleaner: float  # share of random directions that leak more


def effects(measures: Array) -> Array:
    """[A] mean difference of the last and the first dose of measures [D, N, A]."""
    found: Array = (measures[-1] - measures[0]).mean(0)
    return found


def monotone(values: Array) -> float:
    """Share of the columns of [D, N] that strictly grow, or of those that strictly fall, whichever is larger."""
    steps = np.diff(values, axis=0)
    return float(max((steps > 0).all(0).mean(), (steps < 0).all(0).mean()))


def leakage(effect: Array, target: int) -> float:
    """Mean |effect| on the other attributes in shares of the target's; infinite where the target does not move."""
    others = np.abs(np.delete(effect, target)).mean() if len(effect) > 1 else 0.0
    return float(others / abs(effect[target])) if effect[target] else float("inf")


def against_chance(effect: Array, chance: Array) -> Array:
    """Effects [..., A] in units of what random directions (effects [R, A]) do to each attribute: their root mean square.

    Attributes that anything moves, such as brightness, so do not hide those that little else moves, such as a turned head.
    """
    found: Array = effect / np.maximum(np.sqrt((chance**2).mean(0)), 1e-9)
    return found


def percentile(effect: Array, target: int, chance: Array, *, chosen: bool) -> float:
    """Share of random directions (effects [R, A]) that do less.

    A target that was `chosen` after the fact, as the attribute that moves most in units of chance, meets the random directions'
    own largest such effect, so that the choice costs what it is worth; a supervised one meets their effect on the same attribute.
    """
    own, others = np.abs(against_chance(effect, chance)), np.abs(against_chance(chance, chance))
    rivals = others.max(1) if chosen else others[:, target]
    return float((rivals < own[target]).mean())


def passport(direction: Direction, edits: Edits, chance: Array, names: tuple[str, ...]) -> Passport:
    """The passport from measured edits and the effects of random directions [R, A]."""
    effect = effects(edits.measures)
    supervised = direction.attribute in names
    target = names.index(direction.attribute) if supervised else int(np.abs(against_chance(effect, chance)).argmax())
    rivals = np.abs(against_chance(chance, chance)).argmax(1)
    middle = len(edits.doses) // 2
    same = [likeness(found, edits.estimates[middle], direction.vector).mean() for found in edits.estimates]
    return Passport(
        curve=(edits.measures - edits.measures[middle]).mean(1),
        effect=effect,
        target=target,
        monotone=monotone(edits.measures[:, :, target]),
        leakage=leakage(effect, target),
        identity=np.array(same),
        percentile=percentile(effect, target, chance, chosen=not supervised),
        cleaner=float(
            np.mean([leakage(e, at) > leakage(effect, target) for e, at in zip(chance, rivals, strict=True)])
        ),
    )


def strangers(estimates: Array) -> float:
    """Mean cosine of the estimates [N, free] of two unrelated pictures: where likeness starts from."""
    unit = estimates / np.linalg.norm(estimates, axis=1, keepdims=True)
    return float((unit * np.roll(unit, 1, axis=0)).sum(1).mean())
