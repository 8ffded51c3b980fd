"""The protocol of attribution methods of images: a network with a target and images in, signed maps out.

A method is one file of this folder that ends in `METHODS.add(…)`. The registry imports all of them (`methods()`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from atlas.core.errors import AtlasError
from atlas.core.registry import Registry

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target

# The order of the survey's taxonomy; `control`: what is no explanation, and which a method must beat.
FAMILIES = ("perturbation", "gradient", "relevance", "cam", "control")


class NotValid(AtlasError):
    """The method does not exist for this network or target; the message is the reason, one sentence."""


@dataclass(frozen=True)
class Attribution:
    """Signed maps [B, S, S] in units of the score, float32: positive where a pixel raises the score.

    Where the method promises that its relevances add up, `expected` [B] is what the map and all terms of `ledger`
    ([B] each: biases, stabilizer, …) should sum to.
    """

    maps: Tensor
    expected: Tensor | None = None
    ledger: Mapping[str, Tensor] = field(default_factory=dict)

    def error(self) -> Tensor | None:
        """[B] |sum - expected| / |expected|, None where nothing is promised."""
        if self.expected is None:
            return None
        total = self.maps.flatten(1).double().sum(1) + sum(term.double() for term in self.ledger.values())
        error: Tensor = (total - self.expected).abs() / self.expected.abs().clamp(min=1e-12)
        return error


# Images [B, 3, S, S] are normalized; a seed for each image, from which all noise of its map is drawn, so that a map
# does not depend on the others of its batch.
Attribute = Callable[["Explained", "Tensor", "Target", Sequence[int]], Attribution]


@dataclass(frozen=True)
class Method:
    """An attribution method of images."""

    name: str  # path segment of the site, as "integrated-gradients"
    title: str
    family: str  # one of FAMILIES
    year: int
    paper: str  # key into templates/bibliography.bib; "" for a control
    formula: str  # one line
    summary: str  # what it computes, one paragraph of plain sentences
    attribute: Attribute
    promise: str = ""  # "completeness" or "conservation": what `Attribution.expected` stands for
    needs: str = "gradient"  # what of the network: "scores", "gradient", "layer" (a map) or "graph" (every operation)
    forward: int = 1  # passes of the network an image; those that methods share are counted for each
    backward: int = 1
    seeded: bool = False  # whether it draws noise: another seed gives another map
    coarse: bool = False  # the map has the resolution of a layer, and is enlarged
    parameters: Mapping[str, float | int | str] = field(default_factory=dict)  # all that decide a map; part of keys
    version: int = 1  # raised whenever the code changes a map; part of keys


# Files of this folder that need torch when imported, and hold no method: pages list methods without torch.
MACHINERY = ("explained", "prepared", "propagation", "quick", "relevance", "strided", "target")

METHODS: Registry[Method] = Registry("attribution method")


def methods() -> Registry[Method]:
    """All attribution methods of images, in the order of their families, then years."""
    import pkgutil
    from importlib import import_module

    import atlas.methods.attribution as package

    for module in pkgutil.iter_modules(package.__path__):
        if module.name not in MACHINERY:
            import_module(f"{package.__name__}.{module.name}")
    ordered: Registry[Method] = Registry(METHODS.kind)
    for method in sorted(METHODS.values(), key=lambda method: (FAMILIES.index(method.family), method.year)):
        ordered.add(method.name, method)
    return ordered
