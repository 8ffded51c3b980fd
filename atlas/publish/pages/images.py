"""Images and licences: every work that a probe image was cut from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from atlas.core.licences import LICENCE_URLS
from atlas.core.specs import ProbeImage
from atlas.publish.context import AtlasContext
from atlas.publish.credits import WORKS_A_PAGE, Work, list_page, numbers
from atlas.publish.page import Asset, Item, Page
from atlas.publish.pixels import avif, contact_sheet
from atlas.publish.places import probe_file
from atlas.publish.script import put

PAGE = list_page(0)
GROUND = "ground "  # how the credit of a ground begins
SIDE, COLUMNS = 64, 12
WORKS = "images/works.js"  # the number of each image's work, in the order of the images; loaded when someone comes near


@dataclass(frozen=True)
class Credit:
    """A work in words, shown by its whole photograph, else by its first image.

    `terms` are (licence, attribution, address): the attributions of images with the same licence and address, each part
    once. `grounds` are the credits of what lies behind it; their works are listed themselves.
    """

    anchor: str
    place: int  # on the page's sheet
    title: str
    label: str | None
    terms: tuple[tuple[str, str, str], ...]
    grounds: tuple[str, ...]
    files: tuple[tuple[str, str], ...]  # (title, site path), none where the images may not be shown


def pages(context: AtlasContext) -> Iterator[Item]:
    """The list of works, some dozens a page, each page with one sheet of thumbnails."""
    found = context.works
    parts = [found[start : start + WORKS_A_PAGE] for start in range(0, len(found), WORKS_A_PAGE)] or [()]
    if context.results.probes.publish:
        yield Asset(
            WORKS, put("works", {"page": WORKS_A_PAGE, "work": numbers(found, len(context.results.probes.images))})
        )
    for number, part in enumerate(parts):
        file = f"pictures/images-{number + 1}.avif" if context.pixels and part else None
        if file:
            yield Asset(file, _sheet(context, part))
        yield Page(list_page(number), "images.html", _values(context, part, number, len(parts), file))


def _sheet(context: AtlasContext, part: Sequence[Work]) -> bytes:
    pixels = context.pixels
    tiles = [
        np.asarray(pixels[_shown(context, work)].resize((SIDE, SIDE), Image.Resampling.LANCZOS)) if pixels else None
        for work in part
    ]
    return avif(contact_sheet(tiles, COLUMNS, SIDE), quality=60, photographs=True)


def _values(
    context: AtlasContext, part: Sequence[Work], number: int, parts: int, file: str | None
) -> dict[str, object]:
    probes = context.results.probes
    return {
        "probes": probes,
        "credits": [_credit(context, work, place) for place, work in enumerate(part)],
        "number": number,
        "pages": [list_page(other) for other in range(parts)],
        "sheet_file": file,
        "columns": COLUMNS,
        "rows": -(-len(part) // COLUMNS),
        "licences": _licences(probes.images),
        "works": len(context.works),
        "licence_urls": LICENCE_URLS,
    }


def _credit(context: AtlasContext, work: Work, place: int) -> Credit:
    images = [context.image(index) for index in work.images]
    shown = context.image(_shown(context, work))
    publish = context.results.probes.publish
    return Credit(
        work.anchor,
        place,
        shown.label if shown.label and len(images) > 1 else shown.title,
        shown.label,
        _terms(images),
        _grounds(images),
        tuple((context.image(index).title, probe_file(index)) for index in work.images) if publish else (),
    )


def _shown(context: AtlasContext, work: Work) -> int:
    """The image that stands for a work."""
    whole = (index for index in work.images if context.image(index).kind == "photograph")
    return next(whole, work.images[0])


def _parts(image: ProbeImage) -> list[str]:
    return image.attribution.split("; ")


def _grounds(images: Sequence[ProbeImage]) -> tuple[str, ...]:
    """The credits of all grounds, each once."""
    return tuple(dict.fromkeys(part for image in images for part in _parts(image) if part.startswith(GROUND)))


def _terms(images: Sequence[ProbeImage]) -> tuple[tuple[str, str, str], ...]:
    """Objects on several grounds share their maker, who is named once."""
    parts: dict[tuple[str, str], dict[str, None]] = {}
    for image in images:
        parts.setdefault((image.licence, image.url), {}).update(
            dict.fromkeys(part for part in _parts(image) if not part.startswith(GROUND))
        )
    return tuple((licence, "; ".join(names), url) for (licence, url), names in parts.items())


def _licences(images: Sequence[ProbeImage]) -> tuple[tuple[str, int], ...]:
    """How many images come under each licence, the most common first."""
    tally: dict[str, int] = {}
    for image in images:
        tally[image.licence] = tally.get(image.licence, 0) + 1
    return tuple(sorted(tally.items(), key=lambda item: (-item[1], item[0])))
