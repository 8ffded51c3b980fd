"""The options that several commands share, with their defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

RecipeOption = Annotated[
    str | None,
    typer.Option(
        "--recipe",
        "-r",
        envvar="ATLAS_RECIPE",
        help="default, full, tiny, imagenet, sprites, or a TOML file [atlas.toml if it is here]",
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", "-s", metavar="KEY=VALUE", help="change one field, such as pictures.steps=256"),
]
StoreOption = Annotated[Path, typer.Option("--store", envvar="ATLAS_STORE", help="where results are kept")]
OutOption = Annotated[Path, typer.Option("--out", "-o", envvar="ATLAS_OUT", help="folder of the site")]
DeviceOption = Annotated[str, typer.Option("--device", envvar="ATLAS_DEVICE", help="cpu or cuda")]
JobsOption = Annotated[
    int, typer.Option("--jobs", "-j", envvar="ATLAS_JOBS", help="worker processes [one a core]", min=0)
]
FormatOption = Annotated[str, typer.Option("--format", "-f", help="text or json")]
STORE, SITE = Path(".atlas/store"), Path("site")
