"""Exported figures: a single picture as PNG as it is, others with title, caption and citation (PNG, SVG, PDF).

The same input gives the same bytes.
"""

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
from atlas.publish.cite import cite
from atlas.publish.drawing import INK, INNER, MARGIN, WIDTH, drawing_of
from atlas.publish.imprint import Imprint, imprint_of
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
    """A single picture as it was optimized, other figures on a page; the file contains licence and credit (XMP)."""
    info = PngInfo()
    info.add_itxt(XMP_KEY, xmp(figure, base_url, imprint=imprint_of(results.recipe)))
    pixels = drawing_of(figure.kind).pixels
    if pixels is None:
        return _save(results, figure, base_url, format="png", dpi=DPI, pil_kwargs={"pnginfo": info})
    file = io.BytesIO()
    Image.fromarray(pixels(results, figure)).save(file, "PNG", pnginfo=info, optimize=True)
    return file.getvalue()


def svg(results: AtlasResults, figure: Figure, base_url: str) -> bytes:
    """The page of a figure; words are outlines, so that they look the same everywhere, and text in the metadata."""
    imprint = imprint_of(results.recipe)
    stamped = imprint.stamped(figure)
    metadata = {
        "Date": None,
        "Title": one_line(figure.title),
        "Description": one_line(f"{figure.alt} {figure.caption}"),
        "Creator": one_line(imprint.author),
        "Identifier": one_line(figure.id),
        "Rights": one_line(f"{stamped.licence}: {stamped.attribution}"),
    }
    return _save(results, figure, base_url, format="svg", metadata=metadata)


def pdf(results: AtlasResults, figure: Figure, base_url: str) -> bytes:
    """The page of a figure with its fonts embedded."""
    imprint = imprint_of(results.recipe)
    metadata = {
        "CreationDate": None,
        "Title": one_line(figure.title),
        "Author": one_line(imprint.author),
        "Subject": one_line(figure.caption),
        "Keywords": one_line(f"{figure.id}; {imprint.stamped(figure).licence}"),
    }
    return _save(results, figure, base_url, format="pdf", metadata=metadata)


for _format, _maker in (("png", png), ("svg", svg), ("pdf", pdf)):
    FILE_FORMATS.add(_format, _maker)


# Characters that fit a line of INNER inches in DejaVu at that size, measured with a margin of 4 %.
LINES = {11.0: 66, 8.0: 103, 6.0: 132}
SPACING = 1.45


def _save(results: AtlasResults, figure: Figure, base_url: str, **options: Any) -> bytes:
    """Draw the page of `figure` and save it; nothing in it depends on the clock or on a setting of the machine."""
    import matplotlib as mpl

    file = io.BytesIO()
    with mpl.rc_context(), warnings.catch_warnings():
        mpl.rcdefaults()
        mpl.rcParams.update({"svg.hashsalt": figure.id, "pdf.fonttype": 42, "font.family": "DejaVu Sans"})
        # DejaVu lacks some scripts that a credit may hold; the character is drawn as a box.
        warnings.filterwarnings("ignore", message="Glyph .* missing", category=UserWarning)
        _page(results, figure, base_url).savefig(file, **options)
    return file.getvalue()


def _page(results: AtlasResults, figure: Figure, base_url: str) -> Any:
    """Title, drawing, caption, citation and credit below each other, as a matplotlib figure as tall as they need."""
    from matplotlib.figure import Figure as Canvas

    title, body = _wrapped(one_line(figure.title), 11.0), _body(figure, base_url, imprint_of(results.recipe))
    drawing = drawing_of(figure.kind)
    head, middle = _height(title, 11.0) + 0.12, drawing.height(results, figure)
    height = 2 * MARGIN + head + middle + 0.15 + sum(_height(text, size) + 0.1 for text, size in body)
    canvas = Canvas(figsize=(WIDTH, height), facecolor="white")
    y = _put(canvas, title, 11.0, MARGIN, height) + 0.12
    drawing.draw(results, figure, canvas.add_axes(_axes(y, middle, drawing.indent, height)))
    y += middle + 0.15
    for text, size in body:
        y = _put(canvas, text, size, y, height) + 0.1
    return canvas


def _body(figure: Figure, base_url: str, imprint: Imprint) -> list[tuple[str, float]]:
    """Caption, citation and credit in lines, each with its font size."""
    stamped = imprint.stamped(figure)
    texts = (
        (one_line(figure.caption), 8.0),
        (cite(figure, "text", base_url=base_url, imprint=imprint), 6.0),
        (one_line(f"{stamped.licence}: {stamped.attribution}"), 6.0),
    )
    return [(_wrapped(text, size), size) for text, size in texts]


def _axes(y: float, middle: float, indent: float, height: float) -> tuple[float, float, float, float]:
    """Left, bottom, width and height of the drawing, as shares of the page."""
    return (
        (MARGIN + indent) / WIDTH,
        1 - (y + middle - indent) / height,
        (INNER - indent) / WIDTH,
        (middle - indent) / height,
    )


def _wrapped(text: str, size: float) -> str:
    return "\n".join(textwrap.wrap(text, LINES[size], break_long_words=True))


def _height(text: str, size: float) -> float:
    """Inches that the lines of `text` take."""
    return (text.count("\n") + 1) * size * SPACING / 72


def _put(canvas: Any, text: str, size: float, y: float, height: float) -> float:
    """Write `text` at `y` inches from the top; returns where it ends. Dollar signs are no mathematics here."""
    family = "DejaVu Serif" if size > 6 else "DejaVu Sans"
    style = {"color": INK, "va": "top", "linespacing": SPACING / 1.17, "family": family, "parse_math": False}
    canvas.text(MARGIN / WIDTH, 1 - y / height, text, fontsize=size, **style)
    return y + _height(text, size)
