"""Numbers and names as the site prints them, beside those of captions (`atlas.publish.words`)."""

from __future__ import annotations

import math

from atlas.publish.words import MINUS, number

THIN = "\N{NARROW NO-BREAK SPACE}"


def fixed(value: float, places: int = 2) -> str:
    """`value` with a fixed number of decimals, so that a column of them aligns."""
    if not math.isfinite(value):
        return "\N{EN DASH}"
    return f"{value:z.{places}f}".replace("-", MINUS)  # z: no minus before a zero


def whole(value: int) -> str:
    """A whole number with commas between thousands: 4,120."""
    return f"{value:,}".replace("-", MINUS)


def plural(amount: int, noun: str) -> str:
    """The noun alone, for `amount` of them."""
    return noun if amount == 1 else f"{noun}s"


def size(length: int) -> str:
    """A number of bytes in the unit that reads best: 4.2 MB."""
    for unit, scale in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if length >= scale:
            return f"{number(length / scale)}{THIN}{unit}"
    return f"{length}{THIN}B"


def letter(name: str) -> str:
    """A page of the index in words: B, B 2, 0–9."""
    first, _, part = name.partition("/")
    return f"{'0–9' if first == '0' else first.upper()} {part}".rstrip()
