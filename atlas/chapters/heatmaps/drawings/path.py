"""How one decision is drawn: a row for each layer, in it units with picture, map, relevance and true drop."""

from __future__ import annotations

from typing import Any

import numpy as np

from atlas.chapters.heatmaps.drawings.wall import _photograph
from atlas.chapters.heatmaps.figures.path import stages
from atlas.chapters.heatmaps.overlay import blended
from atlas.chapters.heatmaps.paths import UNITS
from atlas.chapters.heatmaps.records import Case, chapter_of
from atlas.core.results import AtlasResults, Figure
from atlas.publish.drawing import DRAWINGS, INK, INNER, Drawing, frame, place
from atlas.publish.signed import SHADES
from atlas.publish.words import number

LEFT, ROW = 1.0, 0.78  # inches


def _of(results: AtlasResults, figure: Figure) -> Case:
    chapter, images = chapter_of(results), results.probes.images
    _, image_id, _, name = figure.id.split("/")
    network = next(one for one in chapter.networks if one.spec.name == name)
    return next(case for case in chapter.cases(network) if images[case.index].id == image_id)


def _height(results: AtlasResults, figure: Figure) -> float:
    return ROW * len(_of(results, figure).paths.layers)


def _draw(results: AtlasResults, figure: Figure, axes: Any) -> None:
    case = _of(results, figure)
    photograph = _photograph(results, case.index)
    maps = case.paths.maps[case.row, ::-1].astype(np.float32) / 127
    width = (INNER - LEFT) / UNITS
    whole = next(one for one in results.networks if one.spec.name == case.network.spec.name)
    for row, stage in enumerate(stages(case.paths, case.row)):
        top, pictures = row * ROW, whole.load(stage.layer).pictures
        axes.text(0, top + 0.3, stage.layer, fontsize=6, color=INK)
        axes.text(0, top + 0.45, f"others {number(stage.rest, 2)}, lost {number(stage.lost, 2)}", fontsize=4, color=INK)
        for column, one in enumerate(stage.carriers):
            x, side = LEFT + column * width, min(width / 2 - 0.05, ROW - 0.2)
            if one.unit in pictures:
                place(axes, pictures[one.unit].rgb, (x, top), side)
            shades = np.rint(maps[row, column] * SHADES).astype(np.int8)
            place(axes, blended(photograph, shades), (x + side + 0.02, top), side)
            axes.text(
                x,
                top + side + 0.12,
                f"{one.unit}: {number(one.relevance, 2)} ({number(one.drop, 2)})",
                fontsize=5,
                color=INK,
            )
    frame(axes, INNER, _height(results, figure))


DRAWINGS.add("heatmap-path", Drawing(_height, _draw))
