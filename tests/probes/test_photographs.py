"""The probe set `photographs`: its tables, its crops, its composites, and the way from packages to images."""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
import math
import re
from collections import Counter

import numpy as np
import pytest
from PIL import Image, ImageFilter

from atlas.core.errors import ProbeError
from atlas.core.licences import LICENCE_URLS
from atlas.networks.labels import class_names
from atlas.probes import decode, photograph_set, picture_store, picture_table, probe_source
from atlas.probes.cutouts import (
    ENLARGED,
    LETTERED,
    PLAIN,
    SCENERY,
    Backdrop,
    Composite,
    compose,
    grounds,
    plan,
    scenes_of,
    without_fringe,
)
from atlas.probes.download import cache_folder
from atlas.probes.photograph_set import Photographs
from atlas.probes.picture_crops import COUNTS, OVERLAP, choose_boxes, crop_boxes, overlap, shows_object, shows_whole
from atlas.probes.picture_store import PictureStore
from atlas.probes.picture_table import FREE, PACKAGES, Picture, left_out, pictures
from atlas.probes.scenes import Ground
from tests.probes.packages import package, resource_file
from tests.probes.pictures import encoded, noise

PHOTOGRAPHS = [picture for picture in pictures() if picture.is_photograph]
CUTOUTS = [picture for picture in pictures() if not picture.is_photograph]
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SIZE = 224
EXAMPLE = Picture(
    "thing-cut-out", PACKAGES[1], "things/thing.png", "0" * 64, "cut-out", 120, 80, 0.0, "thing", "tool", None,
    (0, 0, 120, 80), "Somebody", "GPL-2.0-or-later", "https://example.org/",
)  # fmt: skip


# ---------------------------------------------------------------- tables


def test_every_row_is_whole_and_no_file_is_there_twice():
    assert len(PHOTOGRAPHS) >= 250
    assert len(CUTOUTS) >= 280
    for key in ("id", "sha256", "path"):
        assert len({getattr(picture, key) for picture in pictures()}) == len(pictures())
    for picture in pictures():
        assert SLUG.fullmatch(picture.id)
        assert re.fullmatch(r"[0-9a-f]{64}", picture.sha256)
        assert picture.package in PACKAGES
        assert picture.kind in ("photograph", "cut-out")
        assert picture.label.strip()
        assert SLUG.fullmatch(picture.group)
        assert picture.author.strip()
        assert picture.licence in LICENCE_URLS
        assert picture.url.startswith("http")
        assert max(picture.width, picture.height) >= 69
        left, top, right, bottom = picture.focus
        assert 0 <= left < right <= picture.width
        assert 0 <= top < bottom <= picture.height
    assert [picture.id for picture in pictures()] == sorted(picture.id for picture in pictures())


def test_drawings_are_left_out_by_the_measure_too():
    assert all(picture.flat < 0.5 for picture in CUTOUTS if picture.id != "moon-cut-out-2")  # half of it is night
    assert max(picture.flat for picture in PHOTOGRAPHS) < 0.8  # studio grounds


def test_classes_fit_the_labels():
    """Most share a word with ImageNet's name; the rest are its names for the same thing."""
    names = class_names("imagenet-1k")
    others = {
        (picture.label, names[picture.class_index])
        for picture in pictures()
        if picture.class_index is not None
        and not set(picture.label.lower().split()) & set(names[picture.class_index].lower().split())
    }
    assert others == {
        ("mallard", "drake"), ("gander", "goose"), ("rooster", "cock"), ("chicken", "hen"), ("orca", "killer whale"),
        ("pig", "hog"), ("dromedary", "Arabian camel"), ("cherimoya", "custard apple"),
        ("trumpet", "cornet"), ("dustbin", "ashcan"), ("wheelie bin", "ashcan"),
        ("jug", "pitcher"), ("spade", "shovel"), ("plaster", "Band Aid"), ("naval shell", "projectile"),
        ("fighter jet", "warplane"), ("cep", "bolete"), ("bin lorry", "garbage truck"),
        ("racing car", "racer"), ("aqueduct", "viaduct"), ("horse", "sorrel"), ("clownfish", "anemone fish"),
        ("pufferfish", "puffer"), ("ring-tailed lemur", "Madagascar cat"), ("football", "soccer ball"),
    }, others  # fmt: skip


def test_every_pattern_leaves_something_out_for_a_reason():
    assert all(rule.files > 0 and rule.reason and rule.package in PACKAGES for rule in left_out())
    known = {
        "seasonal/halloween/grave-d.png": "name",
        "symbols/chess/king.png": "signs",
        "household/dishes/glass.png": "mask",
    }
    assert left_out()[0].fits(PACKAGES[0], "gcompris/src/activities/paintings/resource/a.webp")
    for path, word in known.items():
        first = next(rule for rule in left_out() if rule.fits(PACKAGES[1], path))
        assert word in first.reason


# ---------------------------------------------------------------- crops


@pytest.mark.parametrize("photograph", PHOTOGRAPHS, ids=lambda photograph: photograph.id)
def test_crops_are_squares_that_overlap_by_at_most_half(photograph):
    boxes = crop_boxes(photograph)
    most = next(count for side, count in COUNTS if min(photograph.width, photograph.height) >= side)
    assert 1 <= len(boxes) <= most <= 24
    for left, top, right, bottom in boxes:
        assert right - left == bottom - top >= 100
        assert left >= 0
        assert top >= 0
        assert right <= photograph.width
        assert bottom <= photograph.height
    assert boxes[0][2] - boxes[0][0] == min(photograph.width, photograph.height)
    assert max((overlap(*pair) for pair in itertools.combinations(boxes, 2)), default=0) <= OVERLAP


def test_overlap_is_intersection_over_union():
    assert overlap((0, 0, 2, 2), (0, 0, 2, 2)) == 1
    assert overlap((0, 0, 2, 2), (2, 0, 4, 2)) == 0
    assert overlap((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)


def test_a_crop_shows_its_object_or_not():
    photograph = dataclasses.replace(EXAMPLE, kind="photograph", width=1000, height=500, focus=(0, 0, 200, 200))
    assert shows_object(photograph, (0, 0, 300, 300))
    assert shows_whole(photograph, (0, 0, 500, 500))
    assert shows_object(photograph, (0, 0, 50, 50))  # all of the crop is object
    assert not shows_whole(photograph, (0, 0, 50, 50))
    assert not shows_object(photograph, (500, 0, 1000, 500))


def test_crops_show_something():
    """Half of the picture is noise, the other half plain: no crop but the first is mostly plain."""
    photograph = dataclasses.replace(EXAMPLE, kind="photograph", width=1000, height=700, focus=(0, 0, 1000, 700))
    boxes = choose_boxes(photograph, noise(1000, 700))
    assert len(boxes) > 3
    assert all(box[2] > 550 for box in boxes)


# ---------------------------------------------------------------- composites


def cutout() -> Image.Image:
    """An orange ellipse with a soft rim, and a colour below the transparency that must not shine through."""
    rows, columns = np.mgrid[-1:1:80j, -1:1:120j]
    alpha = np.clip((1 - np.hypot(rows, columns)) * 12, 0, 1)
    pixels = np.zeros((80, 120, 4), np.uint8)
    pixels[..., :3] = np.where(alpha[..., None] > 0, (230, 120, 20), (255, 0, 255))
    pixels[..., 3] = 255 * alpha
    return Image.fromarray(pixels)


def scene(**changes) -> Composite:
    white = Backdrop(None, graded=Ground(None, colours=((250, 250, 250), (250, 250, 250))))
    return dataclasses.replace(Composite(EXAMPLE, 1, 0.8, 0.0, False, 0.5, 0.5, (white,)), **changes)


@pytest.mark.parametrize(("share", "degrees"), [(0.55, 0), (0.8, 8), (0.95, -8)])
def test_the_mask_is_the_alpha(share, degrees):
    """An ellipse of known axes, in its place: area, middle and extent of the mask are those of the geometry."""
    picture, mask, _ = compose(scene(share=share, degrees=degrees), SIZE, lambda _: cutout())
    cos, sin = math.cos(math.radians(degrees)), abs(math.sin(math.radians(degrees)))
    scale = share * SIZE / (120 * cos + 80 * sin)
    assert mask.sum() == pytest.approx(math.pi / 4 * 120 * 80 * scale**2 * (1 - 1 / 24) ** 2, rel=0.03)
    rows, columns = np.nonzero(mask)
    assert (columns.mean(), rows.mean()) == pytest.approx((SIZE / 2 - 0.5, SIZE / 2 - 0.5), abs=1.5)
    inside = np.asarray(picture, dtype=int)[mask]
    assert (inside[:, 2] < 140).mean() > 0.97  # orange, and nothing of the white ground but at the rim
    outside = np.asarray(picture, dtype=int)[~mask]
    assert (outside.max(1) - outside.min(1) > 60).mean() < 0.03  # no magenta rim
    assert outside[:, 0].min() > 165  # the shadow is soft


def test_a_soft_edge_is_a_mixture():
    picture, mask, _ = compose(scene(), SIZE, lambda _: cutout())
    blue = np.asarray(picture, dtype=int)[SIZE // 2, :, 2]
    between = (blue > 60) & (blue < 190)
    assert 2 <= between.sum() <= 20
    assert mask.dtype == bool


def test_a_fringe_is_taken_away_and_the_alpha_stays():
    """A red square whose outermost pixels are white."""
    pixels = np.zeros((160, 160, 4), np.uint8)
    pixels[20:140, 20:140] = 255
    pixels[21:139, 21:139, 1:3] = 0
    cleaned = np.asarray(without_fringe(Image.fromarray(pixels)))
    assert np.array_equal(cleaned[..., 3], pixels[..., 3])
    shown = cleaned[pixels[..., 3] > 0].astype(int)
    assert shown[:, 0].min() > 245
    assert shown[:, 1:3].max() < 10


def test_a_ground_on_which_the_object_stands_out_is_taken():
    def plain(*colour):
        return Backdrop(None, graded=Ground(None, colours=(colour, colour)))

    like, unlike = plain(230, 120, 20), plain(20, 60, 200)
    assert compose(scene(backdrops=(like, unlike)), SIZE, lambda _: cutout())[2] == unlike
    assert compose(scene(backdrops=(unlike, like)), SIZE, lambda _: cutout())[2] == unlike
    assert compose(scene(backdrops=(like, like)), SIZE, lambda _: cutout())[2] == like


def test_light_follows_the_ground():
    dark, light = (
        Backdrop(None, graded=Ground(None, colours=((value,) * 3, (value,) * 3))) for value in (15, 245)
    )  # fmt: skip
    means = [
        np.asarray(picture)[mask].mean()
        for picture, mask, _ in (
            compose(scene(backdrops=(ground,)), SIZE, lambda _: cutout()) for ground in (dark, light)
        )
    ]
    assert means[0] + 5 < means[1] < 1.5 * means[0]


def test_rules_of_scenes():
    free = grounds(pictures())
    assert len(free) > 60
    assert all(photograph.licence in FREE and photograph.group in SCENERY for photograph in free)
    used: Counter[str] = Counter()
    scenes = [plan(picture, n + 1, SIZE, free) for picture in CUTOUTS for n in range(scenes_of(picture))]
    for planned in scenes:
        picture = planned.picture
        assert 0.55 <= planned.share <= 0.95
        longest = max(picture.width, picture.height)
        assert planned.share * SIZE <= max(ENLARGED * longest, 0.68 * SIZE)
        assert not (planned.mirrored and picture.group in LETTERED)
        for backdrop in planned.backdrops:
            ground = backdrop.photograph
            assert (ground is None) == (planned.number in PLAIN)
            if ground is not None:
                assert ground.group != picture.group
                assert ground.label != picture.label
                assert ground.licence in FREE
                used[ground.id] += 1
    total = len(scenes) + sum(len(crop_boxes(photograph)) for photograph in PHOTOGRAPHS)
    assert 3_600 <= total <= 4_400
    # of four backdrops that may be taken one is: were it always the same ground's, it would still be rare
    assert max(used.values()) <= 0.02 * total * 4 / 3
    assert len({planned.x for planned in scenes}) == len(scenes)


def test_never_behind_its_own_kind():
    thing = dataclasses.replace(EXAMPLE, group="building", label="tower")
    free = grounds(pictures())
    planned = plan(thing, 1, SIZE, free)
    assert all(backdrop.photograph.group != "building" for backdrop in planned.backdrops)


# ---------------------------------------------------------------- from packages to images


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A table of four pictures, packages that hold three of them and one that nobody knows, and a cache of its own."""
    files = {
        "castle.webp": encoded(noise(800, 640, seed=1), "WEBP", lossless=True),
        "lake.webp": encoded(noise(320, 240, seed=2), "WEBP", lossless=True),
        "thing.png": encoded(cutout(), "PNG"),
    }
    rows = [
        ("castle", PACKAGES[0], "castle.webp", "photograph", 800, 640, "castle", "building", "483", "CC0-1.0"),
        ("lake", PACKAGES[0], "lake.webp", "photograph", 320, 240, "lake", "landscape", "", "Public domain"),
        ("lost", PACKAGES[0], "lost.webp", "photograph", 320, 240, "lost", "landscape", "", "Public domain"),
        ("thing-cut-out", PACKAGES[1], "thing.png", "cut-out", 118, 78, "thing", "tool", "587", "GPL-2.0-or-later"),
    ]
    table, crops = ["head"], ["head"]
    for name, where, path, kind, width, height, label, group, index, licence in rows:
        sha256 = hashlib.sha256(files.get(path, b"lost")).hexdigest()
        fields = (name, where, path, sha256, kind, width, height, 0.1, label, group, index, "", "Somebody", licence)
        table.append("\t".join(map(str, (*fields, "https://example.org/"))))
        if kind == "photograph":
            crops.append(f"{name}\t0,0,{height} 5,5,200")
    (tmp_path / "table.tsv").write_text("\n".join(table) + "\n")
    (tmp_path / "crops.tsv").write_text("\n".join(crops) + "\n")
    monkeypatch.setattr(picture_table, "TABLE", tmp_path / "table.tsv")
    monkeypatch.setattr(picture_store, "TABLE", tmp_path / "table.tsv")
    monkeypatch.setattr(photograph_set, "TABLE", tmp_path / "table.tsv")
    monkeypatch.setattr("atlas.probes.picture_crops.BOXES", tmp_path / "crops.tsv")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    caches = (picture_table.pictures, photograph_set._decoded)
    from atlas.probes.cutouts import ground_picture
    from atlas.probes.picture_crops import _table

    for cache in (*caches, ground_picture, _table):
        cache.cache_clear()
    origin = tmp_path / "origin"
    origin.mkdir()
    unknown = encoded(noise(64, 64, seed=9), "WEBP")
    rcc = resource_file({"castle.webp": files["castle.webp"], "lake.webp": files["lake.webp"]}, deflated=True)
    (origin / "gcompris-qt-data_9_all.deb").write_bytes(package({"usr/share/gcompris-qt/rcc/some.rcc": rcc}))
    stamps = {"usr/share/tuxpaint/stamps/thing.png": files["thing.png"], "usr/share/tuxpaint/stamps/new.png": unknown}
    (origin / "tuxpaint-stamps-default_9_all.deb").write_bytes(package(stamps))
    yield origin
    for cache in (*caches, ground_picture, _table):
        cache.cache_clear()


def test_from_a_folder_with_packages(small):
    source = probe_source(f"photographs:{small}")
    part = source.make("0000")
    assert source.parts() == ("0000",)
    assert len(part.images) == 2 + 2 + 8
    assert [(bad.place, bad.reason) for bad in part.skipped] == [
        ("lost.webp", f"not in this version of {PACKAGES[0]}"),
        ("1 more images", "not in the reviewed table"),
    ]
    assert decode(part.webp).shape == (12, SIZE, SIZE, 3)
    for image, mask in zip(part.images, part.masks, strict=True):
        assert SLUG.fullmatch(image.id)
        assert image.source in ("castle", "lake", "thing-cut-out")
        assert (mask is not None) == (image.source == "thing-cut-out")
        assert "Somebody" in image.attribution
        assert image.url == "https://example.org/"
        if mask is not None:
            assert image.licence == "GPL-2.0-or-later"
            assert image.class_index == 587
            assert ("ground cropped from" in image.attribution) == ("plain" not in image.id)
    assert str(small) not in json.dumps(source.identity()) + source.name


def test_the_same_bytes_again_and_from_unpacked_files(small, tmp_path):
    first = Photographs(origin=str(small))
    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    for picture in first.store.present:
        (unpacked / picture.path).write_bytes(first.store.read(picture))
    second = Photographs(PictureStore(tmp_path / "other", unpacked))
    one, two = first.make("0000"), second.make("0000")
    assert one.images == two.images
    assert one.webp == two.webp
    assert all(np.array_equal(a, b) for a, b in zip(one.masks, two.masks, strict=True))
    assert first.identity() == second.identity()


def test_identity_covers_what_is_there(small):
    whole = Photographs(origin=str(small)).identity()
    assert json.loads(json.dumps(whole)) == whole
    (small / "tuxpaint-stamps-default_9_all.deb").unlink()
    elsewhere = Photographs(PictureStore(cache_folder() / "other", small))
    assert elsewhere.identity() != whole
    assert elsewhere.identity()["pictures"][0] == whole["pictures"][0] - 1


def test_packages_are_read_once(small, monkeypatch):
    Photographs(origin=str(small)).identity()
    monkeypatch.setattr(picture_store, "package_files", lambda *_: pytest.fail("the packages were read again"))
    assert len(Photographs(origin=str(small)).works) == 12


def test_a_picture_changed_on_disk_is_refused(small):
    source = Photographs(origin=str(small))
    picture = source.store.present[0]
    (source.store.folder / picture.sha256).write_bytes(b"something else")
    with pytest.raises(ProbeError, match=r"is not what it was.*Delete it and run again"):
        source.store.read(picture)
    (source.store.folder / picture.sha256).unlink()
    again = Photographs(origin=str(small)).store
    assert hashlib.sha256(again.read(again.present[0])).hexdigest() == picture.sha256


def test_what_to_do_where_there_is_nothing(small, tmp_path, monkeypatch):
    monkeypatch.setenv("ATLAS_OFFLINE", "1")
    with pytest.raises(ProbeError, match=r"ATLAS_OFFLINE.*photographs:FOLDER.*probes=embedded"):
        probe_source("photographs").identity()
    with pytest.raises(ProbeError, match="there is no such folder"):
        probe_source("photographs:nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProbeError, match="holds none of the pictures"):
        probe_source(f"photographs:{tmp_path / 'empty'}").parts()
    (tmp_path / "empty" / "bad.rcc").write_bytes(b"qres" + bytes(9))
    with pytest.raises(ProbeError, match=r"bad\.rcc"):
        probe_source(f"photographs:{tmp_path / 'empty'}").parts()


# ---------------------------------------------------------------- the packages themselves


@pytest.fixture(scope="module")
def real():
    """The whole set, from the cache or by apt; skipped where neither has it."""
    source = Photographs()
    try:
        if len(source.store.present) < len(pictures()) // 2:
            pytest.skip("this version of the packages has few of the pictures")
    except ProbeError as error:
        pytest.skip(str(error))
    return source


def test_every_image_of_the_packages_is_in_a_table(real):
    if len(real.store.present) == len(pictures()):  # the versions that were reviewed
        assert real.store.unknown == 0


def test_pictures_are_as_the_table_says(real):
    for picture in real.store.present[::12]:
        image = real._open(picture)
        assert image.size == (picture.width, picture.height)
        assert image.mode == ("RGB" if picture.is_photograph else "RGBA")


def test_crops_of_the_table_are_those_that_are_chosen(real):
    for photograph in PHOTOGRAPHS[::40]:
        if photograph in real.store.present:
            assert choose_boxes(photograph, real._open(photograph)) == crop_boxes(photograph)


def test_a_part_of_the_real_set(real):
    part = real.make(real.parts()[7])
    assert len(part.images) == 64
    assert part.webp == real.make(real.parts()[7]).webp
    assert sum(mask is not None for mask in part.masks) > 16
    shares = [mask.mean() for mask in part.masks if mask is not None]
    assert min(shares) > 0.01
    assert max(shares) < 0.8
    spread = decode(part.webp).reshape(64, -1).std(1)
    assert spread.min() > 4


def test_without_its_object_a_composite_is_its_ground(real):
    """Where object and shadow are far, the pixels stay; photographs have nothing to take out."""
    name = real.parts()[5]
    part, compared = real.make(name), 0
    for place, (image, mask) in enumerate(zip(part.images, part.masks, strict=True)):
        ground = real.without(name, place)
        assert (ground is None) == (image.kind != "cut-out")
        if ground is None or compared == 4:
            continue
        compared += 1
        pixels = decode([part.webp[place], ground]).astype(int)
        change = np.abs(pixels[0] - pixels[1]).mean(-1)
        near = np.asarray(Image.fromarray(mask).filter(ImageFilter.MaxFilter(61)))
        assert near.all() or np.median(change[~near]) <= 4
        assert change[mask].mean() > 10
    assert compared == 4
