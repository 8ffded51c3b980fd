"""Sections of a recipe: pictures, maps and the chapters; every field has a default and says what it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from atlas.lock import Lock, pinned
from atlas.networks.generators import GENERATORS
from atlas.networks.recurrent import RECURRENT
from atlas.types import GeneratorSpec, NetworkSpec, RecurrentSpec


class Section(BaseModel):
    """Frozen; a field that does not exist is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class PictureRecipe(Section):
    """Feature visualization (activation maximization)."""

    size: int = Field(
        128,
        ge=32,
        le=512,
        description="pixels of the picture's side, as shown, at most 1.5 times the input; layers that see less have a smaller canvas",
    )
    steps: int = Field(64, ge=1, description="steps of gradient ascent on 128 pixels; a smaller canvas takes fewer")

    def side(self, spec: NetworkSpec) -> int:
        """Pixels of a picture's side: more than one and a half times what the network itself sees would show no more."""
        return min(self.size, spec.input_size * 3 // 2)


class MapRecipe(Section):
    """Activation maps (UMAP)."""

    neighbours: int = Field(50, ge=2, description="UMAP's n_neighbors")
    min_dist: float = Field(0.05, ge=0, description="UMAP's min_dist")
    metric: Literal["cosine", "euclidean"] = Field("cosine", description="distance between activation vectors")
    epochs: int = Field(100, ge=1, description="UMAP's n_epochs: more do not keep more neighbours (atlas/embed.py)")
    grid: int = Field(14, ge=2, le=80, description="cells a side")
    least: int = Field(6, ge=1, description="points that a cell needs")
    icon_size: int = Field(80, ge=32, description="pixels of an icon's side")


class RecurrentRecipe(Section):
    """The chapter on recurrent networks; without networks there is none."""

    networks: tuple[str, ...] = Field((), description="recurrent networks (`atlas list recurrent`)")
    characters: int = Field(4000, ge=300, description="characters read from the start of each held-out source file")
    places: int = Field(1000, ge=10, description="places where the context is cut short")

    def chosen(self) -> tuple[RecurrentSpec, ...]:
        """The registered networks; UnknownName lists what exists."""
        return tuple(RECURRENT[name] for name in self.networks)


class GenerativeRecipe(Section):
    """The chapter on generators; without generators there is none."""

    generators: tuple[str, ...] = Field((), description="generators (`atlas list generators`)")
    locks: dict[str, Lock] = Field(
        {}, description="SHA-256 and revision of fetched weights by generator; filled in from `atlas.lock`"
    )
    samples: int = Field(1500, ge=40, description="pictures of the sample that is measured and laid out")
    directions: int = Field(8, ge=1, le=32, description="directions of each unsupervised method")
    vectors: int = Field(20, ge=4, description="latent vectors on which a direction is tried")
    chance: int = Field(100, ge=4, description="random directions that it is compared with")
    units: int = Field(12, ge=1, description="dissected units of each layer, spread evenly")

    def chosen(self) -> tuple[GeneratorSpec, ...]:
        """The registered generators, fetched weights with the digest that is locked; UnknownName lists what exists."""
        return tuple(self._known(GENERATORS[name]) for name in self.generators)

    def _known(self, spec: GeneratorSpec) -> GeneratorSpec:
        lock = self.locks.get(spec.name)
        return replace(spec, weights=pinned(spec.weights, lock)) if lock else spec
