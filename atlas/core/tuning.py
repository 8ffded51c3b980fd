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

    `preferred`, `low`, `high` (95 % interval) and `width` (at half height) are NaN where a unit is not tuned to a
    quantity, or the interval or width is not known. Columns are QUANTITIES; of the position the distance from the
    middle of the receptive field. Without tuning (`field` 0) all arrays are empty.
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

    def axis(self, quantity: str) -> Array:
        """The values of the stimuli along a quantity."""
        names = {"frequency": "frequencies", "position": "places"}
        found: Array = getattr(self, names.get(quantity, f"{quantity}s"))
        return found

    def prefers(self, unit: int, quantity: str) -> float | None:
        """What a unit prefers, None where it is not tuned."""
        value = float(self.preferred[unit, QUANTITIES.index(quantity)])
        return value if np.isfinite(value) else None


NO_TUNING = Tuning(0, *(np.zeros(0, np.float32) for _ in range(16)))

HUES = (
    (20, "pink"), (50, "red"), (75, "orange"), (110, "yellow"), (150, "green"), (210, "turquoise"), (290, "blue"),
    (330, "violet"), (360, "pink"),
)  # fmt: skip


def hue_word(degrees: float) -> str:
    """The name of a hue of CIE LCh."""
    return next(name for end, name in HUES if degrees % 360 <= end)


def traits(tuning: Tuning, unit: int) -> tuple[str, ...]:
    """What a unit is tuned to, in words: "bars at 45°", "0.12 cycles per pixel", "orange"; empty where it is not."""
    found = []
    angle, frequency = tuning.prefers(unit, "orientation"), tuning.prefers(unit, "frequency")
    hue, size = tuning.prefers(unit, "hue"), tuning.prefers(unit, "size")
    bend = tuning.prefers(unit, "curvature")
    if angle is not None:
        found.append(f"bars at {angle % 180:.0f}°")
    if frequency is not None:
        found.append(f"{frequency:.2g} cycles per pixel")
    if hue is not None:
        found.append(hue_word(hue))
    if size is not None and angle is None:
        found.append(f"spots of {size:.0f} px")
    if bend:
        found.append(f"arcs of radius {1 / bend:.0f} px")
    return tuple(found)
