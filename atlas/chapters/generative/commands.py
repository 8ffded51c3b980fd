"""What the chapter adds to the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Name = Annotated[str, typer.Argument(help="a registered generator, such as face-dcgan")]
File = Annotated[Path | None, typer.Option("--out", "-o", help="the file [GENERATOR.onnx]")]


def export_onnx(generator: Name, out: File = None) -> None:
    """Write a generator as an ONNX file, for browsers and other programs, and check that it draws the same pictures."""
    from atlas.chapters.generative.latent import load
    from atlas.chapters.generative.onnx_file import export
    from atlas.networks.generators import GENERATORS

    path = out or Path(f"{generator}.onnx")
    difference = export(load(GENERATORS[generator]), path)
    size = path.stat().st_size / 1e6
    print(f"{path}: {size:.1f} MB; its pictures differ from torch's by at most {difference:.1g} of [-1, 1]")


COMMANDS = {"export-onnx": export_onnx}
