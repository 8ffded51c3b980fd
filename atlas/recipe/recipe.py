"""The recipe: the content of an atlas. Every field has a default and a description; each chapter adds a section."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import Field, create_model

from atlas.core.chapter import parts
from atlas.core.errors import UnknownName
from atlas.recipe.network import RANDOM, NetworkRecipe
from atlas.recipe.paths import published
from atlas.recipe.probes import ProbeField, ProbeRecipe
from atlas.recipe.sections import ChapterSection, MapRecipe, PictureRecipe, Section, SiteRecipe


class Recipe(Section):
    """Everything that decides the content of the atlas."""

    name: str = Field("default", description="shown on the site")
    title: str = Field("Representation Atlas", description="title of the site")
    base_url: str = Field(
        "",
        pattern=r"^(https?://[^\s\"'<>]+)?$",
        description="where the site will be published; makes permalinks absolute",
    )
    site: SiteRecipe = SiteRecipe()
    publish: bool = Field(
        True, description="false: for your own eyes; shows all own images, marks every page and citation as unpublished"
    )
    seed: int = Field(0, ge=0, lt=2**32, description="the seed that all other seeds derive from")
    probes: ProbeField = ProbeRecipe()
    limit: int | None = Field(
        None, ge=1, description="use only so many parts (about 64 images each) of the probe set, spread over it"
    )
    networks: tuple[NetworkRecipe, ...] = Field((), description="the image networks, in the site's order")
    weights_folder: str = Field(
        "",
        description="folder of published weight files, searched before the caches of the hubs (after `ATLAS_WEIGHTS`)",
    )
    examples: int = Field(9, ge=1, le=36, description="top examples a unit")
    per_source: int = Field(
        2, ge=1, description="at most so many top examples from one source image, and as many on one ground"
    )
    relevance: int = Field(
        3, ge=0, le=9, description="strongest examples of each unit with a picture whose pixels are weighed; 0: none"
    )
    pictures: PictureRecipe = PictureRecipe()
    maps: MapRecipe = MapRecipe()

    def section(self, chapter: str) -> Any:
        """The section of the chapter named `chapter`, of the class that the chapter gives it."""
        return getattr(self, chapter)

    def sections(self) -> dict[str, ChapterSection]:
        """The sections of all chapters that have one, by the name of the chapter."""
        return {chapter.name: self.section(chapter.name) for chapter, _ in parts("recipe")}

    def with_sections(self, sections: Mapping[str, ChapterSection]) -> Recipe:
        """A copy with other sections of chapters."""
        return self.model_copy(update=dict(sections))

    def network(self, name: str) -> NetworkRecipe:
        """The image network named `name`; UnknownName lists those of the recipe."""
        for network in self.networks:
            if network.name == name:
                return network
        raise UnknownName("network of this recipe", name, (network.name for network in self.networks))

    def published(self) -> dict[str, Any]:
        """The recipe as plain data without the paths of this machine: of each file and folder only the name."""
        plain: dict[str, Any] = published(self.model_dump(mode="json"))
        return plain

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled without its class, which each process creates from its chapters."""
        return _restored, (self.__getstate__(),)

    def randomized(self) -> Recipe:
        """A copy with random weights for all image networks, for benchmarks and tests."""
        networks = (network.model_copy(update={"weights": RANDOM, "sha256": ""}) for network in self.networks)
        return self.model_copy(update={"networks": tuple(networks)})


@cache
def recipe_class() -> type[Recipe]:
    """`Recipe` with a field for the section of each chapter."""
    sections: dict[str, Any] = {chapter.name: (part.SECTION, part.SECTION()) for chapter, part in parts("recipe")}
    return create_model("Recipe", __base__=Recipe, __doc__=Recipe.__doc__, **sections)


def _restored(state: dict[str, Any]) -> Recipe:
    kind = recipe_class()
    recipe = kind.__new__(kind)
    recipe.__setstate__(state)
    return recipe
