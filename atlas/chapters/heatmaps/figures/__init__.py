"""The figures of the chapter: each file registers those that it makes. None needs torch.

An id is `heatmaps/<image>/<target>/<wall or network>` for the wall, else `heatmaps/<…>`.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module

from atlas.core.registry import Registry
from atlas.core.results import AtlasResults, Figure

FIGURES: Registry[Callable[[AtlasResults], Iterator[Figure]]] = Registry("figures of the heat maps")


def all_figures(results: AtlasResults) -> Iterator[Figure]:
    """All figures of the chapter."""
    for make in FIGURES.values():
        yield from make(results)


for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")
