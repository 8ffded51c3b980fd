"""Why vectors have no layout: too few of them, all alike, or no numbers."""

from __future__ import annotations

import numpy as np

from atlas.core.specs import Array

FEWEST = 3  # points of a layout: two have no neighbourhoods


def unmapped(vectors: Array) -> str:
    """Why N vectors [N, C] cannot be laid out, as a clause; "" where they can."""
    if len(vectors) < FEWEST:
        return f"a map needs at least {FEWEST} probe images"
    if not np.isfinite(vectors).all():
        return "some of its responses are not finite numbers"
    if not vectors.any():
        return "this layer never responds: each of its responses is 0"
    if (vectors == vectors[0]).all():
        return "all probe images give the same response"
    return ""
