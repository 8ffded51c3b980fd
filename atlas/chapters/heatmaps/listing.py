"""The attribution methods of images, as rows for `atlas list methods`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from atlas.core.specs import NetworkSpec
from atlas.methods.attribution import method as attribution


def methods() -> list[dict[str, Any]]:
    """All attribution methods of images, in the order of their families."""
    return [
        {"name": one.name, "kind": "image attribution", "title": one.title, "paper": one.paper}
        for one in attribution.methods().values()
    ]


def specs() -> Iterable[NetworkSpec]:
    """No network of its own: those of the image networks."""
    return ()


LISTINGS = {"methods": methods}
