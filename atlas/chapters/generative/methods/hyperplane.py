"""InterFaceGAN (Shen et al. 2020): the normal of a hyperplane in z that separates pictures by a measured attribute."""

from __future__ import annotations

import numpy as np

from atlas.chapters.generative.directions import Direction
from atlas.chapters.generative.method import Evidence, Method
from atlas.core.specs import Array

EXTREME = 0.3  # share of the samples at each end that is learned
LEAST = 1e-6  # difference of the ends below which they are rounding


def varies(values: Array) -> bool:
    """Whether an attribute [N] differs between pictures: its ends are not the same, as saturation where all is grey."""
    low, high = np.quantile(values[: len(values) // 2], (EXTREME, 1 - EXTREME))
    return bool(high - low > LEAST)


def fit(z: Array, values: Array) -> tuple[Array, float]:
    """(unit normal towards high values [free], held-out accuracy) for latent vectors z [N, free] and an attribute [N].

    A linear support vector machine separates the highest from the lowest 30 % of the first half of the samples;
    accuracy is on the other half, above against below their median.
    """
    from sklearn.svm import LinearSVC

    half = len(z) // 2
    low, high = np.quantile(values[:half], (EXTREME, 1 - EXTREME))
    ends = np.flatnonzero((values[:half] <= low) | (values[:half] >= high))
    machine = LinearSVC(C=0.01, random_state=0).fit(z[ends], values[ends] >= high)
    right = machine.predict(z[half:]) == (values[half:] > np.median(values[half:]))
    normal = machine.coef_[0]
    return normal / np.linalg.norm(normal), float(right.mean())


def find(evidence: Evidence) -> list[Direction]:
    """One direction for each attribute."""
    found = []
    for number, name in enumerate(evidence.names):
        normal, accuracy = fit(evidence.z, evidence.measures[:, number])
        found.append(Direction("hyperplane", number, normal, accuracy, attribute=name))
    return found


METHOD = Method(
    "InterFaceGAN",
    order=30,
    paper="shen2020interfacegan",
    words="The normal of a hyperplane in z that separates images by a measured attribute.",
    weight="Held-out accuracy",
    find=find,
)
