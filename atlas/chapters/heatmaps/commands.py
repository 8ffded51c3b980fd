"""What the chapter adds to the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Photo = Annotated[Path, typer.Argument(help="an image file: JPEG, PNG, WebP; its middle square is explained")]
Networks = Annotated[
    list[str], typer.Option("--network", "-n", help="a registered network (`atlas list networks`); may be repeated")
]
TargetClass = Annotated[
    str, typer.Option("--target", "-t", help="explain this class, by name or number [the predicted one]")
]
Methods = Annotated[
    str,
    typer.Option("--methods", "-m", help="names or patterns: 'lrp-*,grad-cam' (`atlas list methods`)"),
]
Folder = Annotated[Path | None, typer.Option("--out", "-o", help="the folder to write [heatmaps-PHOTO]")]
Seed = Annotated[int, typer.Option("--seed", help="of the methods that draw noise", min=0)]


def explain_image(
    photo: Photo,
    networks: Networks,
    target: TargetClass = "",
    methods: Methods = "*",
    out: Folder = None,
    seed: Seed = 0,
) -> None:
    """Show what networks' decisions about your own picture rest on: heat maps by every attribution method.

    Writes a folder of pages that open from the disk. Orange pixels raise the score, blue ones lower it; the score is
    the difference between the class and the next best one ("why this and not that?"), and, on a second page, the class
    alone. Marked maps break what their method promises.

    Example: atlas explain-image cat.jpg --network resnet-64 --network efficientnet-lite0 --target tabby
    """
    from rich.console import Console

    from atlas.chapters.heatmaps.explain import Wanted, explain_photo
    from atlas.chapters.heatmaps.recipe import methods_named

    chosen = methods_named(part.strip() for part in methods.split(",") if part.strip())
    console = Console(highlight=False, soft_wrap=True)
    folder = out or Path(f"heatmaps-{photo.stem}")
    page = explain_photo(photo, networks, Wanted(target, chosen, seed), folder, console.print)
    console.print(f"Open {page} in a browser.")


COMMANDS = {"explain-image": explain_image}
