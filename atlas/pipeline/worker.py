"""What the steps of one worker process share: the store, the recipe, and what was loaded last."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TypeVar

from atlas.pipeline.store import Store
from atlas.recipe.recipe import Recipe

T = TypeVar("T")


class StepContext:
    """What a step works with. A worker has one, as long as it lives."""

    def __init__(self, store: Store, recipe: Recipe) -> None:
        self.store, self.recipe = store, recipe
        self._loaded: dict[str, tuple[Hashable, object]] = {}

    def load(self, kind: str, key: Hashable, make: Callable[[], T]) -> T:
        """What `make` loads for `key`; the last of each `kind` is kept: tasks about one network load it once."""
        if kind not in self._loaded or self._loaded[kind][0] != key:
            from atlas.runtime.memory import keep_memory

            keep_memory()
            self._loaded.pop(kind, None)  # before the next is loaded: memory holds one
            self._loaded[kind] = (key, make())
        found: T = self._loaded[kind][1]  # type: ignore[assignment]
        return found


def begin(root: Path, recipe: Recipe) -> StepContext:
    """What a worker process begins with."""
    return StepContext(Store(root), recipe)
