"""From the store to its record."""

from atlas.chapters.palette.clusters import Palette

from atlas.core.pack import unpack
from atlas.pipeline.plan import Plan
from atlas.pipeline.store import Store


def read(plan: Plan, store: Store) -> Palette:
    entry = store.get(plan.get("palettes", "palette").digest)
    return unpack(Palette, entry.arrays, entry.facts)
