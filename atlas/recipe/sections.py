"""Sections of a recipe; every field has a default and a description. A chapter's section lies with the chapter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self, get_origin

from pydantic import BaseModel, ConfigDict, Field, model_validator

from atlas.core.specs import GeneratorSpec, NetworkSpec, RecurrentSpec
from atlas.weights.lock import Lock

Spec = NetworkSpec | RecurrentSpec | GeneratorSpec


class Section(BaseModel):
    """Frozen; a field that does not exist is an error, as are `true` for a number and infinite numbers."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _numbers_are_no_truth_values(cls, data: Any) -> Any:
        """`true` would be read as 1."""
        for name, value in data.items() if isinstance(data, Mapping) else ():
            field = cls.model_fields.get(name)
            if field and field.annotation is not bool and _holds_bool(value, get_origin(field.annotation) is dict):
                raise ValueError(f"{name} takes no true or false")
        return data


def _holds_bool(value: Any, table: bool) -> bool:
    """Whether it is true or false, or has one in a list or, of a `table`, among its values."""
    if table and isinstance(value, Mapping):
        value = list(value.values())
    return any(isinstance(one, bool) for one in (value if isinstance(value, list | tuple) else (value,)))


class ChapterSection(Section):
    """The section of a chapter: its networks, and how its entries are completed from files and locks."""

    def chosen(self) -> tuple[Spec, ...]:
        """The networks of the chapter, in the recipe's order; UnknownName where one is not registered."""
        return ()

    def found(self, folder: Path, lock: Mapping[str, Lock]) -> Self:
        """A copy completed from files: digests, shapes, and paths relative to the recipe's `folder`.

        ConfigError where a file does not fit.
        """
        return self

    def locked(self, locks: Mapping[str, Lock]) -> Self:
        """A copy with the digests of downloaded weights, by the name of the network."""
        return self

    def code(self) -> tuple[str, ...]:
        """What of it runs as a program when it is read or loaded: fields of the recipe with their values."""
        return ()

    def check(self) -> None:
        """Check custom networks before anything is computed; ConfigError where one does not fit its entry."""


class SiteRecipe(Section):
    """Who publishes the atlas: in every citation, in the metadata of pictures, and on the page About."""

    author: str = Field("", description="author of the atlas; left out: Representation Atlas contributors")
    attribution: str = Field("", description="whom to credit, and the publisher in citations; left out: the author")
    licence: str = Field("CC-BY-4.0", min_length=1, description="licence of what the atlas draws, an SPDX id")


class PictureRecipe(Section):
    """Feature visualization (activation maximization)."""

    size: int = Field(
        128,
        ge=32,
        le=512,
        description="pixels of a picture's side, as shown, at most 1.5 times the input; "
        "layers that see less have a smaller canvas",
    )
    steps: int = Field(
        48, ge=1, le=10_000, description="steps of gradient ascent on 128 pixels; a smaller canvas takes fewer"
    )

    def side(self, spec: NetworkSpec) -> int:
        """Pixels of a picture's side, at most 1.5 times the network's input, beyond which nothing is gained."""
        return min(self.size, spec.input_size * 3 // 2)


class MapRecipe(Section):
    """Activation maps (UMAP)."""

    neighbours: int = Field(50, ge=2, le=1000, description="UMAP's n_neighbors")
    min_dist: float = Field(0.05, ge=0, le=1, description="UMAP's min_dist")
    metric: Literal["cosine", "euclidean"] = Field("cosine", description="distance between activation vectors")
    epochs: int = Field(
        100,
        ge=1,
        le=10_000,
        description="UMAP's n_epochs: more do not preserve more neighbours (atlas/methods/embed.py)",
    )
    grid: int = Field(14, ge=2, le=80, description="cells a side")
    least: int = Field(6, ge=1, description="points that a cell needs")
    icon_size: int = Field(80, ge=32, le=512, description="pixels of an icon's side")
