"""The codes of an InfoGAN (Chen et al. 2016) as directions."""

from __future__ import annotations

import numpy as np

from atlas.chapters.generative.directions import Direction
from atlas.chapters.generative.method import Evidence, Method


def find(evidence: Evidence) -> list[Direction]:
    """One direction for each number of z; the dose is the number's own value, from -1 to 1."""
    spec = evidence.spec
    return [
        Direction("code", number, np.eye(spec.free)[spec.noise + number], 1.0, absolute=True)
        for number in range(spec.numbers)
    ]


METHOD = Method(
    "InfoGAN code", "chen2016infogan", "A number of z that training rewarded for being readable from the picture.", "Code", find
)  # fmt: skip
