"""Seeds derived from names, so that a result does not depend on what else is computed."""

from __future__ import annotations

import hashlib


def name_seed(name: str, seed: int) -> int:
    """A seed in [0, 2^63) from the recipe's seed and a name."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{name}".encode()).digest()[:8], "big") >> 1
