"""How its figure is drawn for export."""

from typing import Any

from atlas.chapters.palette.figures import palette_of

from atlas.core.results import AtlasResults, Figure
from atlas.publish.drawing import DRAWINGS, Drawing


def draw(results: AtlasResults, figure: Figure, axes: Any) -> None:
    palette = palette_of(results)
    axes.bar(palette.names, palette.images, color=palette.rgb / 255)
    axes.set_ylabel("probe images")


DRAWINGS.add("palette", Drawing(lambda results, figure: 2.0, draw, indent=0.5))
