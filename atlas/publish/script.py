"""Data for the page as a classic script: a page opened from a file may not fetch, but it may load scripts."""

from __future__ import annotations

import json

FINE = 4095  # points of maps are written as whole numbers in [0, FINE], two signs each


def put(key: str, value: object) -> bytes:
    """`value` as a script that hands it to the page under `key`; safe to read in any context."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    text = text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"window.__atlas.put({json.dumps(key)},{text});\n".encode()
