"""One small file for each architecture; importing this package registers all (none imports torch at the top)."""

from __future__ import annotations

import pkgutil
from importlib import import_module

from atlas.core.registry import Registry
from atlas.core.specs import NetworkSpec

NETWORKS: Registry[NetworkSpec] = Registry("network")


def register(spec: NetworkSpec) -> NetworkSpec:
    """Add a network to the registry and return it."""
    return NETWORKS.add(spec.name, spec)


for _module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
    import_module(f"{__name__}.{_module}")
