"""Numbers and lists as a caption writes them."""

from __future__ import annotations

import math
from collections.abc import Sequence

MINUS = "\u2212"


def number(value: float, digits: int = 3) -> str:
    """`value` with `digits` significant digits, never in powers of ten, with a real minus sign: −1.25, 4,000."""
    value = float(value)
    if 0.001 <= abs(value) < min(900, 9 * 10 ** (digits - 1)):  # most numbers of a site, in a third of the time
        return f"{value:#.{digits}g}".rstrip(".").replace("-", MINUS)
    if not math.isfinite(value):
        return "undefined" if math.isnan(value) else ("∞" if value > 0 else f"{MINUS}∞")
    rounded = float(f"{value:.{digits - 1}e}")
    places = max(0, digits - 1 - math.floor(math.log10(abs(rounded)))) if rounded else 0
    return f"{rounded:,.{places}f}".replace("-", MINUS)


def tiny(value: float) -> str:
    """The size of a rounding error: 2 × 10⁻¹³, 0 where there is none."""
    if not value:
        return "0"
    digit, power = f"{abs(value):.0e}".split("e")
    raised = str(int(power)).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{digit}\u202f×\u202f10{raised}"


def percent(share: float) -> str:
    """A share in [0, 1] as whole per cent with a narrow space: 63 %.

    0 % and 100 % are exact; shares that would round to them are at least 0.1 % and at most 99.9 %.
    """
    if not math.isfinite(share):
        return "undefined"
    percentage = 100 * float(share)
    if 0 < percentage <= 0.5 or 99.5 <= percentage < 100:
        return f"{min(max(percentage, 0.1), 99.9):.1f}\u202f%"
    return f"{round(percentage)}\u202f%".replace("-", MINUS)


def count(amount: int, noun: str) -> str:
    """`amount` with its noun: 1 image, 4,000 images."""
    return f"{int(amount):,} {noun}{'' if amount == 1 else 's'}"


def listed(items: Sequence[str], last: str = "and") -> str:
    """a; a and b; a, b and c."""
    return f" {last} ".join(filter(None, (", ".join(items[:-1]), *items[-1:])))


def short(digest: str) -> str:
    """The first 12 digits of a digest, which distinguish versions."""
    return digest[:12]


def first_name(name: str) -> str:
    """The first of a class name's synonyms: "tench, Tinca tinca" gives "tench"."""
    return name.split(",", maxsplit=1)[0].strip()


def one_line(text: str) -> str:
    """`text` on one line, without control characters: what every citation format can carry."""
    letters = (letter if letter.isprintable() or letter in "\u00a0\u202f" else " " for letter in text)
    return " ".join(filter(None, "".join(letters).split(" ")))
