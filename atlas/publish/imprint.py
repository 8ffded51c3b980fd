"""Who publishes an atlas, and under which terms: what a recipe's table `site` states reaches every figure here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from atlas.core.licences import LICENCE_URLS
from atlas.core.results import Figure
from atlas.publish.provenance import CREDIT, LICENCE

DRAWN = f"{CREDIT} ({LICENCE})"  # what the attribution of every figure begins with
HANDED_ON = frozenset(("NC", "ND", "SA"))  # parts of a Creative Commons licence that bind what is made from a work


@dataclass(frozen=True)
class Imprint:
    """The author of an atlas, whom to credit, the licence of what it draws, and whether it is published at all."""

    author: str = f"{CREDIT} contributors"
    publisher: str = CREDIT
    licence: str = LICENCE
    published: bool = True

    def expression(self, licence: str, weights: Iterable[Mapping[str, Any]] = ()) -> str:
        """A figure's SPDX expression with the licence of this atlas, or that of `weights` which bind what is drawn."""
        own = [one["licence"] for one in weights if binds(one["licence"])] or [self.licence]
        return " AND ".join(dict.fromkeys((*own, *(part for part in licence.split(" AND ") if part != LICENCE))))

    def stamped(self, figure: Figure) -> Figure:
        """The figure under the terms of this atlas and of its networks."""
        weights = weights_of(figure.provenance)
        licence = self.expression(figure.licence, weights.values())
        drawn = self.expression(LICENCE, weights.values())
        told = {name: one["attribution"] for name, one in weights.items() if one.get("attribution")}
        credits = [f"weights of {name}: {who} ({weights[name]['licence']})" for name, who in told.items()]
        first, _, rest = figure.attribution.partition("; ")
        first = f"{self.publisher} ({drawn})" if first == DRAWN else first
        return replace(figure, licence=licence, attribution="; ".join(filter(None, (first, *credits, rest))))

    @property
    def words(self) -> str:
        """The licence of what the atlas draws, as a reader knows it."""
        return in_words(self.licence)

    @property
    def address(self) -> str:
        """The address of that licence, or "" where none is known."""
        return LICENCE_URLS.get(self.licence, "")


def imprint_of(recipe: Mapping[str, Any]) -> Imprint:
    """The imprint that a recipe (plain data) states; what it leaves out is that of the project."""
    site, plain = recipe.get("site", {}), Imprint()
    author = site.get("author") or plain.author
    publisher = site.get("attribution") or site.get("author") or plain.publisher
    return Imprint(author, publisher, site.get("licence") or plain.licence, recipe.get("publish", True))


def binds(licence: str) -> bool:
    """Whether pictures of a network under `licence` come under it too: CC BY-NC-4.0 does, CC BY or Apache do not."""
    return licence.startswith("CC-") and not HANDED_ON.isdisjoint(licence.split("-"))


def in_words(licence: str) -> str:
    """`CC BY-NC 4.0` of `CC-BY-NC-4.0`; others as they are."""
    if not licence.startswith("CC-BY"):
        return licence
    kind, _, version = licence.removeprefix("CC-").rpartition("-")
    return f"CC {kind} {version}"


def weights_of(provenance: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The weights that a figure was made from, by network."""
    networks = provenance.get("networks", (provenance,))
    return {one["network"]: one["weights"] for one in networks if "network" in one and "weights" in one}
