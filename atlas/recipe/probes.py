"""The probe set of a recipe: a name, or a table with the terms and columns of a set of the user's own."""

from __future__ import annotations

from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from atlas.probes import ProbeSource, probe_source
from atlas.probes.own import UNKNOWN, OwnSettings
from atlas.recipe.sections import Section


class ProbeRecipe(Section):
    """The probe set; all fields but `source` are for a set of one's own."""

    source: str | Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        "embedded",
        description="embedded, photographs, tiny-imagenet-60, sprites, imagefolder:PATH, parquet:PATH; of a list the "
        "first that can be had",
    )
    title: str = Field("", description="own set: its title on the site; left out: the name of the folder or file")
    licence: str = Field(UNKNOWN, description="own set: the licence of its images, an SPDX id where there is one")
    attribution: str = Field("", description="own set: whom to name beside its images, as the licence asks")
    url: str = Field("", description="own set: where its images come from")
    show: bool = Field(False, description="own set: the site may show its images; needs licence and attribution")
    image: str = Field("", description="Parquet: the column of images; `image` or `img`, else the first")
    label: str = Field(
        "", description="Parquet: the column of labels, `label` or the first with class names; a folder: a CSV file"
    )
    masks: str = Field("", description="objects in white: a column of Parquet; a folder with the paths of the images")

    @model_validator(mode="after")
    def _is_shown_under_terms(self) -> Self:
        if self.show and (self.licence in ("", UNKNOWN) or not self.attribution):
            raise ValueError('show = true needs a licence and an attribution, such as licence = "CC-BY-4.0"')
        return self

    @property
    def sources(self) -> tuple[str, ...]:
        """The sets to try, in order."""
        return (self.source,) if isinstance(self.source, str) else self.source

    @property
    def settings(self) -> OwnSettings:
        """What it states of an own set."""
        return OwnSettings(**self.model_dump(exclude={"source"}))

    @property
    def is_own(self) -> bool:
        """Whether the set is of the user's own files."""
        return any(source.startswith(("imagefolder:", "parquet:")) for source in self.sources)

    def only(self, source: str) -> ProbeRecipe:
        """The same with one set."""
        return self.model_copy(update={"source": source})

    def open(self) -> ProbeSource:
        """The first set of the recipe.

        Raises:
            UnknownName, ProbeError: there is no such set, or it cannot have these settings.
        """
        return probe_source(self.sources[0], self.settings)


def as_table(value: Any) -> Any:
    """A name, or a list of names, as the table that it is short for."""
    return {"source": value} if isinstance(value, str | list | tuple) else value


ProbeField = Annotated[ProbeRecipe, BeforeValidator(as_table)]
