"""Its section of a recipe."""

from pydantic import Field

from atlas.recipe.recipe import Recipe
from atlas.recipe.sections import ChapterSection


class PaletteRecipe(ChapterSection):
    """The colours of the probe images."""

    colours: int = Field(3, ge=1, le=8, description="colours of the palette")


def section(recipe: Recipe) -> PaletteRecipe:
    found = recipe.section("palette")
    assert isinstance(found, PaletteRecipe)
    return found


SECTION = PaletteRecipe
