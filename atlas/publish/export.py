"""A figure as a file: a picture itself as PNG, every figure as a plate (PNG, SVG, PDF). Same input, same bytes."""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from atlas.core.errors import AtlasError
from atlas.core.registry import Registry
from atlas.core.results import AtlasResults, Figure
from atlas.publish.cite import AUTHOR, cite
from atlas.publish.drawing import INK, INNER, MARGIN, WIDTH, drawing_of
from atlas.publish.metadata import xmp
from atlas.publish.words import one_line

DPI = 200
XMP_KEY = "XML:com.adobe.xmp"

Maker = Callable[[AtlasResults, Figure, str], bytes]
FILE_FORMATS: Registry[Maker] = Registry("file format of figures")


def write_figure(results: AtlasResults, figure: Figure, format: str, out: Path, *, base_url: str = "") -> Path:
    """Write `figure` as "png", "svg" or "pdf" to `out` (a file, or a folder that gets `file_name`); returns the file.

    Raises UnknownName for another format, AtlasError where `out` cannot be written.
    """
    data = FILE_FORMATS[format](results, figure, base_url)
    path = out / file_name(figure, format) if out.is_dir() else out
    try:
        path.write_bytes(data)
    except OSError as error:
        raise AtlasError(f"{path} cannot be written: {error.strerror}. Choose another place with --out.") from error
    return path


def file_name(figure: Figure, format: str) -> str:
    """`efficientnet-lite0-block3b-17-channel.png`."""
    return f"{figure.id.replace('/', '-')}.{format}"


def png(results: AtlasResults, figure: Figure, base_url: str) -> bytes:
    """A picture in full as it was optimized, other figures as a plate; licence and credit are inside (XMP)."""
    info = PngInfo()
    info.add_itxt(XMP_KEY, xmp(figure, base_url))
    pixels = drawing_of(figure.kind).pixels
    if pixels is None:
        return _save(results, figure, base_url, format="png", dpi=DPI, pil_kwargs={"pnginfo": info})
    file = io.BytesIO()
    Image.fromarray(pixels(results, figure)).save(file, "PNG", pnginfo=info, optimize=True)
    return file.getvalue()


def svg(results: AtlasResults, figure: Figure, base_url: str) -> bytes:
    """A plate; words are outlines, so that it looks the same everywhere, and are in the metadata as text."""
    metadata = {
        "Date": None,
        "Title": one_line(figure.title),
        "Description": one_line(f"{figure.alt} {figure.caption}"),
        "Creator": AUTHOR,
        "Identifier": one_line(figure.id),
        "Rights": one_line(f"{figure.licence}: {figure.attribution}"),
    }
    return _save(results, figure, base_url, format="svg", metadata=metadata)


def pdf(results: AtlasResults, figure: Figure, base_url: str) -> bytes:
    """A plate with its fonts embedded."""
    metadata = {
        "CreationDate": None,
        "Title": one_line(figure.title),
        "Author": AUTHOR,
        "Subject": one_line(figure.caption),
        "Keywords": one_line(f"{figure.id}; {figure.licence}"),
    }
    return _save(results, figure, base_url, format="pdf", metadata=metadata)


for _format, _maker in (("png", png), ("svg", svg), ("pdf", pdf)):
    FILE_FORMATS.add(_format, _maker)


# Characters that fit a line of INNER inches in DejaVu at that size, measured with a margin of 4 %.
LINES = {11.0: 66, 8.0: 103, 6.0: 132}
SPACING = 1.45


def _save(results: AtlasResults, figure: Figure, base_url: str, **options: Any) -> bytes:
    """Draw the plate of `figure` and save it; nothing in it depends on the clock or on a setting of the machine."""
    import matplotlib as mpl

    file = io.BytesIO()
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update({"svg.hashsalt": figure.id, "pdf.fonttype": 42, "font.family": "DejaVu Sans"})
        # DejaVu lacks some scripts that a credit may hold; the character is drawn as a box.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        _plate(results, figure, base_url).savefig(file, **options)
    return file.getvalue()


def _plate(results: AtlasResults, figure: Figure, base_url: str) -> Any:
    """Title, drawing, caption, citation and credit below each other; as tall as they need."""
    from matplotlib.figure import Figure as Sheet

    drawing = drawing_of(figure.kind)
    words = [
        (one_line(figure.caption), 8.0),
        (cite(figure, "text", base_url=base_url), 6.0),
        (one_line(f"{figure.licence}: {figure.attribution}"), 6.0),
    ]
    title, body = _wrapped(one_line(figure.title), 11.0), [(_wrapped(text, size), size) for text, size in words]
    head, middle = _height(title, 11.0) + 0.12, drawing.height(results, figure)
    foot = sum(_height(text, size) + 0.1 for text, size in body)
    height = 2 * MARGIN + head + middle + 0.15 + foot
    sheet = Sheet(figsize=(WIDTH, height), facecolor="white")
    y = _put(sheet, title, 11.0, MARGIN, height) + 0.12
    indent = drawing.indent
    axes = sheet.add_axes(
        (
            (MARGIN + indent) / WIDTH,
            1 - (y + middle - indent) / height,
            (INNER - indent) / WIDTH,
            (middle - indent) / height,
        )
    )
    drawing.draw(results, figure, axes)
    y += middle + 0.15
    for text, size in body:
        y = _put(sheet, text, size, y, height) + 0.1
    return sheet


def _wrapped(text: str, size: float) -> str:
    return "\n".join(textwrap.wrap(text, LINES[size], break_long_words=True))


def _height(text: str, size: float) -> float:
    """Inches that the lines of `text` take."""
    return (text.count("\n") + 1) * size * SPACING / 72


def _put(sheet: Any, text: str, size: float, y: float, height: float) -> float:
    """Write `text` at `y` inches from the top; returns where it ends. Dollar signs are no mathematics here."""
    sheet.text(
        MARGIN / WIDTH, 1 - y / height, text, fontsize=size, color=INK, va="top", linespacing=SPACING / 1.17,
        family="DejaVu Serif" if size > 6 else "DejaVu Sans", parse_math=False,
    )  # fmt: skip
    return y + _height(text, size)
