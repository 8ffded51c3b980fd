"""Pictures that pages share: the images of the wall side by side, and the wall of the first one in small."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from atlas.chapters.heatmaps.overlay import blended
from atlas.chapters.heatmaps.pages import PAGES
from atlas.chapters.heatmaps.pages.context import WallContext
from atlas.chapters.heatmaps.places import FRONT_FILE, PICKER_FILE
from atlas.publish.page import Asset, Item
from atlas.publish.pixels import avif, contact_sheet, scaled

THUMB, TILE = 80, 44  # pixels of a side


def pages(context: WallContext) -> Iterator[Item]:
    """Both pictures, where the probe images may be shown."""
    pixels = context.atlas.pixels
    if pixels is None:
        return
    thumbs = [scaled(np.asarray(pixels[index]), THUMB) for index in context.chapter.images]
    yield Asset(PICKER_FILE, avif(contact_sheet(thumbs, len(thumbs), THUMB), quality=50, photographs=True))
    yield Asset(FRONT_FILE, avif(_front(context, pixels[context.chapter.images[0]]), quality=56))


def _front(context: WallContext, photograph: Image.Image) -> np.ndarray:
    """Rows of tiles; one that is not valid stays neutral."""
    rgb = scaled(np.asarray(photograph), TILE)
    tiles = [
        None if tile is None else blended(rgb, tile)
        for network in context.networks
        for tile in context.shown[network.spec.name, 0].tiles
    ]
    return contact_sheet(tiles, len(context.chapter.methods), TILE)


PAGES.add("pictures", pages)
