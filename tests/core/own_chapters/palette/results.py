"""Its record."""

from dataclasses import dataclass

from atlas.core.pack import unpack
from atlas.core.specs import Array
from atlas.pipeline.plan import Plan
from atlas.pipeline.store import Store


@dataclass(frozen=True)
class Palette:
    """The colours of the probe images, the most frequent first."""

    rgb: Array  # [K, 3] uint8
    images: Array  # [K] images of each

    @property
    def names(self) -> list[str]:
        return [f"{red:02x}{green:02x}{blue:02x}" for red, green, blue in self.rgb.tolist()]


def read(plan: Plan, store: Store) -> Palette:
    entry = store.get(plan.get("palettes", "palette").digest)
    return unpack(Palette, entry.arrays, entry.facts)
