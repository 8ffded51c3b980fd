"""The codes of an InfoGAN (Chen et al. 2016) as directions."""

from __future__ import annotations

import numpy as np

from atlas.chapters.generative.directions import Direction
from atlas.chapters.generative.method import Evidence, Method


def find(evidence: Evidence) -> list[Direction]:
    """One direction for each continuous code; the edit strength is the code's own value, from -1 to 1."""
    spec = evidence.spec
    return [
        Direction("code", number, np.eye(spec.free)[spec.noise + number], 1.0, absolute=True)
        for number in range(spec.numbers)
    ]


METHOD = Method(
    "InfoGAN code",
    order=50,
    paper="chen2016infogan",
    words="A latent dimension that training rewarded for being readable from the image.",
    weight="Code",
    find=find,
)
