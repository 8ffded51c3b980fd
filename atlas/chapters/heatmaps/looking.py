"""What a network looks at: how much of what raises its score lies on the object, when it is right and when not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from atlas.chapters.heatmaps.maps import HeatMaps
from atlas.chapters.heatmaps.records import HeatmapResults
from atlas.chapters.heatmaps.words import why_not
from atlas.core.specs import Array


@dataclass(frozen=True)
class Looking:
    """Medians over images with a mask: the share of positive relevance on the object, and the object's area."""

    images: int
    mass: float
    area: float


def looking(chapter: HeatmapResults, maps: Mapping[str, HeatMaps], right: Sequence[bool | None]) -> dict[bool, Looking]:
    """By whether the network is right about an image, where that is known; `right` [W] of the wall's images.

    Of each image it is the median over the valid maps of all methods but controls.
    """
    explaining = [method.name for method in chapter.found if method.family != "control"]
    found: dict[bool, Looking] = {}
    for wanted in (True, False):
        pairs = [
            (on_object([maps[name] for name in explaining], image, mask), float(mask.mean()))
            for image, mask in enumerate(chapter.masks)
            if mask is not None and right[image] is wanted
        ]
        known = [(mass, area) for mass, area in pairs if mass is not None]
        if known:
            mass, area = np.median(np.array(known), axis=0).tolist()
            found[wanted] = Looking(len(known), mass, area)
    return found


def on_object(maps: Sequence[HeatMaps], image: int, mask: Array) -> float | None:
    """The median over methods of the share of positive relevance on the object; None without a valid map."""
    shares = []
    for one in maps:
        values = one.map_of(0, image)
        if values is None or why_not(one, 0, image):
            continue
        raises = np.clip(values.astype(np.float32), 0, None)
        if raises.sum() > 0:
            shares.append(float((raises * _resized(mask, len(raises))).sum() / raises.sum()))
    return float(np.median(shares)) if shares else None


def _resized(mask: Array, side: int) -> Array:
    """[side, side] the share of each pixel that the mask covers."""
    grey = Image.fromarray(mask.astype(np.uint8) * 255)
    out: Array = np.asarray(grey.resize((side, side), Image.Resampling.BOX), np.float32) / 255
    return out
