"""The tuning of a layer's units: responses along generated stimuli, what each prefers, and how sharply."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from atlas.core.specs import Array

QUANTITIES = ("orientation", "frequency", "hue", "size", "curvature", "position")
ROUND = {"orientation": 180.0, "hue": 360.0}  # quantities that come round, and after how much


@dataclass(frozen=True)
class Tuning:
    """The tuning of C units. Curves are responses at the centre minus that to grey, over the unit's whole range.

    `preferred`, `low`, `high` (95 % interval), `width` (at half height), `narrow` and `wide` (95 % interval of the
    width) are NaN where a unit is not tuned to a quantity, or the interval or width is not known. Columns are
    QUANTITIES; of the position the distance from the middle of the receptive field. Without tuning (`field` 0) all
    arrays are empty.
    """

    field: int  # receptive field in pixels
    orientations: Array  # degrees, of the bars
    frequencies: Array  # cycles per pixel
    hues: Array  # degrees of CIE LCh
    sizes: Array  # pixels
    curvatures: Array  # 1 / pixels
    places: Array  # pixels from the middle, along x and y
    orientation: Array  # [C, 12]
    frequency: Array  # [C, 8]
    hue: Array  # [C, 12]
    size: Array  # [C, 8]
    curvature: Array  # [C, 5]
    position: Array  # [C, 5, 5], rows from top
    preferred: Array  # [C, 6]
    low: Array  # [C, 6]
    high: Array  # [C, 6]
    width: Array  # [C, 6]
    narrow: Array  # [C, 6]
    wide: Array  # [C, 6]

    def axis(self, quantity: str) -> Array:
        """The values of the stimuli along a quantity."""
        names = {"frequency": "frequencies", "position": "places"}
        found: Array = getattr(self, names.get(quantity, f"{quantity}s"))
        return found

    def prefers(self, unit: int, quantity: str) -> float | None:
        """What a unit prefers, None where it is not tuned."""
        value = float(self.preferred[unit, QUANTITIES.index(quantity)])
        return value if np.isfinite(value) else None

    def bound(self, unit: int, quantity: str) -> str:
        """ "at most" or "at least" where the preferred frequency or size is the first or last stimulus, else ""."""
        value = self.prefers(unit, quantity)
        if value is None or quantity not in ("frequency", "size"):
            return ""
        first, last = (float(end) for end in self.axis(quantity)[[0, -1]])
        return "at most" if np.isclose(value, first) else "at least" if np.isclose(value, last) else ""


NO_TUNING = Tuning(0, *(np.zeros(0, np.float32) for _ in range(18)))

HUES = (
    (20, "pink"), (50, "red"), (75, "orange"), (110, "yellow"), (150, "green"), (210, "turquoise"), (290, "blue"),
    (330, "violet"), (360, "pink"),
)  # fmt: skip


def hue_word(degrees: float) -> str:
    """The name of a hue of CIE LCh."""
    return next(name for end, name in HUES if degrees % 360 <= end)


def traits(tuning: Tuning, unit: int, *, spread: bool = False) -> tuple[str, ...]:
    """What a unit is tuned to, in words: "bars at 45°", "0.12 cycles per pixel", "orange"; empty where it is not.

    With `spread` the 95 % interval follows each value that has one: "bars at 45° ± 5°", or "177° (121° to 179°)" where
    one side is more than twice the other.
    """

    def amount(quantity: str, unit_sign: str = "") -> str | None:
        value = tuning.prefers(unit, quantity)
        if value is None:
            return None
        bound, column = tuning.bound(unit, quantity), QUANTITIES.index(quantity)
        period = ROUND.get(quantity)
        middle = f"{round(value) % int(period)}" if period else plain(value)
        ends = float(tuning.low[unit, column]), float(tuning.high[unit, column])
        around = _spread(value, *ends, unit_sign) if spread and not bound else ""
        return f"{bound} {middle}{unit_sign}{around}".strip()

    angle, hue, bend = amount("orientation", "°"), tuning.prefers(unit, "hue"), tuning.prefers(unit, "curvature")
    frequency, size = amount("frequency"), amount("size")
    found = (
        f"bars at {angle}" if angle else "",
        f"{frequency} cycles per pixel" if frequency else "",
        hue_word(hue) if hue is not None else "",
        f"spots of {size} px" if size and not angle else "",
        f"arcs of radius {plain(1 / bend)} px" if bend else "",
    )
    return tuple(trait for trait in found if trait)


def sentence(tuning: Tuning, unit: int, *, spread: bool = True) -> str:
    """What a unit prefers: "Prefers bars at 45° ± 5°, 0.12 ± 0.01 cycles per pixel." or that it prefers nothing."""
    found = traits(tuning, unit, spread=spread)
    return f"Prefers {', '.join(found)}." if found else "Tuned to none of the stimuli."


def plain(value: float) -> str:
    """A number with two significant digits, whole from 10 on: 0.12, 4.5, 135."""
    return f"{value:.0f}" if abs(value) >= 9.95 else f"{value:.2g}"


def _spread(value: float, low: float, high: float, sign: str) -> str:
    """An interval as a distance where both sides are alike, else as its ends; nothing where it rounds to nothing."""

    def written(number: float) -> str:
        return f"{number:.0f}" if sign else plain(number)

    below, above = value - low, high - value
    near, far = min(below, above), max(below, above)
    if not np.isfinite(far) or float(written(far)) == 0 or written(low) == written(high):
        return ""
    return f" ± {written(far)}{sign}" if far <= 2 * near else f" ({written(low)}{sign} to {written(high)}{sign})"
