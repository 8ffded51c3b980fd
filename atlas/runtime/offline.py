"""Whether downloads are forbidden: of weights and of probe images alike."""

from __future__ import annotations

import os

VARIABLES = ("ATLAS_OFFLINE", "HF_HUB_OFFLINE")  # the first is also what --offline sets
FORBIDDEN = "downloads are forbidden (--offline, ATLAS_OFFLINE or HF_HUB_OFFLINE)"


def offline() -> bool:
    """Whether the user forbids downloads, by one of VARIABLES being set to something other than 0, false or no."""
    return any(os.environ.get(name, "").lower() not in ("", "0", "false", "no") for name in VARIABLES)
