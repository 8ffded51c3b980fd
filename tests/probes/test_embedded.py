"""The set that is always there: whole, the same every time, free to publish, with exact masks."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageFilter

from atlas.core.specs import IMAGE_KINDS
from atlas.probes import decode, probe_source
from atlas.probes.embedded import PART, _items
from atlas.probes.objects import CANVAS, DrawnObject, Placement, draw, objects, shape
from atlas.probes.photographs import PHOTOGRAPHS, crop_boxes
from atlas.probes.scenes import MARGIN, plan_scene

LICENCES = {"Public domain", "CC0-1.0", "CC-BY-2.0", "CC-BY-SA-4.0"}
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SIZE = 224


@pytest.fixture(scope="module")
def source():
    return probe_source("embedded")


@pytest.fixture(scope="module")
def parts(source):
    names = source.parts()
    return [source.make(name) for name in (names[0], names[31], names[-1])]


def test_about_four_thousand_images_in_parts(source):
    works = _items()
    assert 3_800 <= len(works) <= 4_200
    assert len(source.parts()) == -(-len(works) // PART)
    kinds = Counter(type(subject).__name__ for subject, _ in works)
    assert 2_500 <= kinds["DrawnObject"] <= 3_100
    assert len(set(works)) == len(works)


def test_every_image_is_wholly_described(parts):
    for part in parts:
        assert len(part.images) == len(part.webp) == len(part.masks)
        assert not part.skipped
        for image in part.images:
            assert SLUG.fullmatch(image.id), image.id
            assert image.licence in LICENCES
            assert len(image.attribution) > 15
            assert image.url.startswith("http")
            assert image.title


def test_ids_are_unique_in_the_whole_set(source):
    ids = Counter()
    for subject, number in _items():
        if isinstance(subject, DrawnObject):
            ids[f"{subject.name}-{subject.hexcode}-{number}"] += 1
        else:
            ids[f"{subject.slug}-{number}"] += 1
    assert max(ids.values()) == 1
    hexcodes = [item.hexcode.lower() for item in objects()]
    assert len(hexcodes) == len(set(hexcodes))


def test_scenes_carry_label_mask_and_both_credits(parts):
    on_photograph = 0
    for part in parts:
        for image, mask in zip(part.images, part.masks, strict=True):
            assert image.kind in IMAGE_KINDS
            if image.group == "photograph":
                assert image.kind in ("photograph", "crop")
                assert image.ground == image.source
                assert mask is None
                assert image.label is None
                continue
            assert image.kind == "drawing"
            grounds = {photograph.slug: photograph.credit for photograph in PHOTOGRAPHS}
            assert image.ground is None or grounds[image.ground] in image.attribution
            assert (image.ground is None) == image.title.endswith("ground")
            assert image.label
            assert image.licence == "CC-BY-SA-4.0"
            assert "OpenMoji" in image.attribution
            if not image.title.endswith("ground"):
                on_photograph += 1
                assert any(photograph.credit in image.attribution for photograph in PHOTOGRAPHS)
            assert mask.dtype == bool
            assert mask.shape == (SIZE, SIZE)
            assert mask.sum() > 100
            assert not (mask[:2].any() or mask[-2:].any() or mask[:, :2].any() or mask[:, -2:].any())
    assert on_photograph > 50


def test_pixels_differ_inside_the_mask_and_not_outside(source):
    """Outside the mask (and its soft rim), a scene is its ground; inside it is not."""
    from atlas.probes.scenes import paint, paint_ground

    for item in objects()[::151]:
        scene = plan_scene(item, 1, SIZE)
        picture, mask = paint(scene, SIZE)
        change = np.abs(np.asarray(picture).astype(int) - np.asarray(paint_ground(scene.ground, SIZE)).astype(int)).sum(
            -1
        )
        drawn, (left, top) = draw(item, scene.place)
        touched = np.zeros_like(mask)
        touched[top : top + drawn.height, left : left + drawn.width] = np.asarray(drawn.getchannel("A")) > 0
        assert change[~touched].max() == 0
        assert (change[mask] > 30).mean() > 0.6


def test_drawings_land_where_they_were_placed():
    item = next(item for item in objects() if item.name == "basketball")
    drawn, (left, top) = draw(item, Placement(100.0, 120.0, 80.0, 0.0))
    box = drawn.getchannel("A").getbbox()
    assert abs(left + (box[0] + box[2]) / 2 - 100) <= 2
    assert abs(top + (box[1] + box[3]) / 2 - 120) <= 2
    assert abs(max(box[2] - box[0], box[3] - box[1]) - 80) <= 4


def test_every_object_can_be_drawn_and_placed_inside():
    for item in objects():
        form = shape(item)
        assert 0 <= form.left < form.right <= CANVAS
        place = plan_scene(item, 3, SIZE).place
        width, height = (side * place.length / form.longest for side in form.rotated(place.degrees))
        assert place.x - width / 2 >= MARGIN - 1e-6
        assert place.x + width / 2 <= SIZE - MARGIN + 1e-6
        assert place.y - height / 2 >= MARGIN - 1e-6
        assert place.y + height / 2 <= SIZE - MARGIN + 1e-6


def test_no_drawing_lies_on_the_astronauts_face():
    grounds = [plan_scene(item, number, SIZE).ground for item in objects()[::5] for number in (1, 2, 3)]
    boxes = [ground.box for ground in grounds if ground.photograph and ground.photograph.slug == "astronaut"]
    assert len(boxes) > 10
    assert min(box[1] for box in boxes) >= 190


@pytest.mark.parametrize("photograph", PHOTOGRAPHS, ids=lambda photograph: photograph.slug)
def test_crops_lie_inside_and_differ(photograph):
    from atlas.probes.photographs import pixels

    assert pixels(photograph).size == photograph.size
    boxes = crop_boxes(photograph)
    assert len(boxes) == len(set(boxes)) == photograph.crops
    left, top, right, bottom = photograph.area
    for box in boxes:
        assert box[2] - box[0] == box[3] - box[1] >= photograph.smallest - 1
        assert left <= box[0]
        assert top <= box[1]
        assert box[2] <= right
        assert box[3] <= bottom


def digest(part) -> str:
    return hashlib.sha256(b"".join(part.webp) + b"".join(m.tobytes() for m in part.masks if m is not None)).hexdigest()


def test_the_same_bytes_in_another_process(source, parts):
    program = (
        "import sys; from atlas.probes import probe_source; from tests.probes.test_embedded import digest;"
        "print(digest(probe_source('embedded').make(sys.argv[1])))"
    )
    other = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, source.parts()[31]],
        capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert other.stdout.strip() == digest(parts[1]) == digest(source.make(source.parts()[31]))


def test_decoded_pixels_are_the_published_ones(parts):
    found = decode(parts[0].webp)
    assert found.shape == (PART, SIZE, SIZE, 3)
    assert found.dtype == np.uint8
    assert found.reshape(PART, -1).std(1).min() > 1


def test_identity_is_plain_and_stable_and_needs_no_image(source, monkeypatch):
    monkeypatch.setattr(type(source), "_make", lambda *_: pytest.fail("an image was made for the identity"))
    found = source.identity()
    source.parts()
    assert json.loads(json.dumps(found)) == json.loads(json.dumps(probe_source("embedded").identity()))


def test_bytes_stay_below_forty_megabytes(parts):
    mean = np.mean([len(data) for part in parts for data in part.webp])
    assert mean * len(_items()) < 40e6


def test_without_its_object_a_scene_is_its_ground(source, parts):
    """The same pixels wherever the drawing does not reach, up to WebP."""
    part = source.parts()[0]
    compared = 0
    for place, (image, mask) in enumerate(zip(parts[0].images, parts[0].masks, strict=True)):
        ground = source.without(part, place)
        assert (ground is None) == (image.kind != "drawing")
        if ground is None or compared == 4:
            continue
        compared += 1
        pixels = decode([parts[0].webp[place], ground]).astype(int)
        change = np.abs(pixels[0] - pixels[1]).mean(-1)
        near = np.asarray(Image.fromarray(mask).filter(ImageFilter.MaxFilter(25)))
        assert np.median(change[~near]) <= 3
        assert change[mask].mean() > 10 * max(change[~near].mean(), 1)
    assert compared == 4
