"""One file per kind of page: results -> pages and files. Importing this package registers every view; none needs torch.

A layer view is called once a layer, right after the layer was read; an atlas view once, at the end, with the entries
that were kept of every layer.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator, Sequence
from importlib import import_module

from atlas.registry import Registry
from atlas.views.desk import Chapter, Desk, Sheet
from atlas.views.page import Item

LayerView = Callable[[Sheet], Iterator[Item]]
AtlasView = Callable[[Desk, Sequence[Chapter]], Iterator[Item]]

LAYER_VIEWS: Registry[LayerView] = Registry("layer view")
ATLAS_VIEWS: Registry[AtlasView] = Registry("atlas view")

for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")
