"""The methods that find latent directions: each file of this folder has one as METHOD, under the file's name."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from atlas.chapters.generative.method import Method
from atlas.core.registry import Registry

METHODS: Registry[Method] = Registry("method of finding directions")

_found = {module.name: import_module(f"{__name__}.{module.name}").METHOD for module in pkgutil.iter_modules(__path__)}
for _name, _method in sorted(_found.items(), key=lambda found: found[1].order):
    METHODS.add(_name, _method)
