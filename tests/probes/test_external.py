"""Folders, Parquet files and the sources' common ground."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from atlas.core.errors import ProbeError, UnknownName
from atlas.networks.labels import class_names
from atlas.probes import PROBES, decode, probe_source
from atlas.probes.external import fit
from atlas.probes.parquet import class_list
from atlas.probes.slug import slug
from tests.probes.pictures import encoded, noise, table


@pytest.fixture
def png() -> bytes:
    return encoded(noise(), "PNG")


def test_unknown_sets_list_the_known_ones():
    with pytest.raises(UnknownName, match="imagefolder"):
        probe_source("imagefoldr:here")
    assert list(PROBES) == ["embedded", "photographs", "tiny-imagenet-60", "sprites", "imagefolder", "parquet"]


@pytest.mark.parametrize("name", ["imagefolder", "photographs:", "imagefolder:", "parquet:", "embedded:x"])
def test_a_path_where_it_belongs_and_nowhere_else(name):
    with pytest.raises(ProbeError, match="write it as"):
        probe_source(name)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ("Übung №3 (copy)", "ubung-no3-copy"),
        ("猫", "image"),
        ("", "image"),
        ("a" * 300, "a" * 60),
        ("-._", "image"),
        ("woman’s hat", "womans-hat"),
    ],
)
def test_slugs_are_safe(text, wanted):
    assert slug(text) == wanted


@pytest.mark.parametrize("size", [(500, 375), (375, 500), (64, 64), (900, 300)])
def test_fit_is_the_standard_evaluation_crop(size):
    x, y = np.meshgrid(np.linspace(0, 255, size[0]), np.linspace(0, 255, size[1]))
    image = Image.fromarray(np.stack([x, y, (x + y) / 2], -1).astype(np.uint8))
    short = min(size)
    resized = image.resize((round(size[0] * 256 / short), round(size[1] * 256 / short)), Image.Resampling.BICUBIC)
    left, top = (resized.width - 224) // 2, (resized.height - 224) // 2
    slow = np.asarray(resized.crop((left, top, left + 224, top + 224))).astype(int)
    fast = np.asarray(fit(image, 224)).astype(int)
    assert fast.shape == (224, 224, 3)
    assert np.abs(slow - fast).max() <= 3


def test_external_images_lose_nothing(tmp_path):
    image = noise(224, 224)
    image.save(tmp_path / "exact.png")
    found = decode(probe_source(f"imagefolder:{tmp_path}").make("0000").webp)[0]
    assert (found == np.asarray(fit(image, 224))).all()


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "photos"
    for name in ("cats/one.png", "cats/two.jpg", "dogs/one.png", "top.png", ".hidden/no.png"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(encoded(noise(seed=len(name)), "PNG"))
    (root / "dogs" / "broken.jpg").write_bytes(encoded(noise(200, 200), "JPEG")[:3000])
    (root / "notes.txt").write_text("no picture")
    (root / "loop").symlink_to(root)
    (root / "cats" / "dot.png").write_bytes(encoded(Image.new("RGB", (1, 1)), "PNG"))
    return root


def test_folder_of_images(folder):
    source = probe_source(f"imagefolder:{folder}")
    assert (source.publish, source.labels, source.parts()) == (False, None, ("0000",))
    part = source.make("0000")
    assert [image.label for image in part.images] == ["cats", "cats", "dogs", None]
    assert len({image.id for image in part.images}) == 4
    assert {(bad.place, bad.reason.split(" (")[0].split(";")[0]) for bad in part.skipped} == {
        ("cats/dot.png", "1 x 1 pixels"),
        ("dogs/broken.jpg", "cannot be decoded"),
        ("notes.txt", "not an image that can be read: a text"),
    }
    assert decode(part.webp).shape == (4, 224, 224, 3)
    assert part == source.make("0000")


def test_folder_identity_sees_every_byte(folder):
    def identity():
        return json.dumps(probe_source(f"imagefolder:{folder}").identity(), sort_keys=True)

    before = identity()
    assert identity() == before
    path = folder / "cats" / "one.png"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    changed = identity()
    path.rename(folder / "cats" / "renamed.png")
    assert len({before, changed, identity()}) == 3


def test_folder_in_parts_keeps_order_and_ids(tmp_path):
    for number in range(70):
        (tmp_path / f"{number:02}.png").write_bytes(encoded(noise(10, 10, seed=number), "PNG"))
    source = probe_source(f"imagefolder:{tmp_path}")
    assert source.parts() == ("0000", "0001")
    ids = [image.id for part in source.parts() for image in source.make(part).images]
    assert ids == [f"image-{number:05}" for number in range(70)]


def test_unreadable_file_is_passed_over(tmp_path, png):
    (tmp_path / "good.png").write_bytes(png)
    (tmp_path / "gone.png").write_bytes(png)
    source = probe_source(f"imagefolder:{tmp_path}")
    assert source.parts() == ("0000",)
    (tmp_path / "gone.png").unlink()
    part = source.make("0000")
    assert [image.title for image in part.images] == ["image 2"]
    assert "cannot be opened" in part.skipped[0].reason


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_folder_that_is_not_there_or_empty(tmp_path, name):
    (tmp_path / "empty").mkdir()
    with pytest.raises(ProbeError, match="folder"):
        probe_source(f"imagefolder:{tmp_path / name}").parts()


def test_parquet_labels_and_bad_rows(tmp_path, png):
    rows = [
        (png, "a/one.png", 1),
        (b"broken", "two.png", 0),
        (None, "three.png", 0),
        (png, None, -1),
        (png, "../x.png", 0),
    ]
    pq.write_table(table(rows, ["cat", "dog"], image="img", label="kind"), tmp_path / "set.parquet")
    source = probe_source(f"parquet:{tmp_path / 'set.parquet'}")
    part = source.make("0000")
    assert source.labels is None
    assert [image.label for image in part.images] == ["dog", None, "cat"]
    assert [image.class_index for image in part.images] == [None] * 3
    assert [image.id for image in part.images] == ["image-00000", "image-00003", "image-00004"]
    assert [(bad.place, bad.reason) for bad in part.skipped] == [
        ("two.png", "not an image that can be read: a text"),
        ("row 2 of set.parquet", "the row holds no bytes"),
    ]


def test_parquet_rows_across_files_and_row_groups(tmp_path):
    names = class_names("tiny-imagenet-60")
    rows = [(encoded(noise(10, 10, seed=number), "PNG"), f"{number}.png", number % 60) for number in range(150)]
    pq.write_table(table(rows[:90], names), tmp_path / "a.parquet", row_group_size=25)
    pq.write_table(table(rows[90:], names), tmp_path / "b.parquet", row_group_size=7)
    source = probe_source(f"parquet:{tmp_path}")
    assert source.labels == "tiny-imagenet-60"
    images = [image for part in source.parts() for image in source.make(part).images]
    assert [image.id for image in images] == [f"image-{number:05}" for number in range(150)]
    assert [image.class_index for image in images] == [number % 60 for number in range(150)]


def test_class_lists_are_recognized_by_their_names():
    imagenet = class_names("imagenet-1k")
    assert class_list(tuple(f"{name.upper()}, and more" for name in imagenet)) == "imagenet-1k"
    assert class_list(tuple(reversed(imagenet))) is None
    assert class_list(tuple(str(number) for number in range(1000))) is None
    assert class_list(()) is None


def test_parquet_without_images(tmp_path):
    pq.write_table(pa.table({"text": ["a"], "label": [0]}), tmp_path / "text.parquet")
    with pytest.raises(ProbeError, match="text, label"):
        probe_source(f"parquet:{tmp_path / 'text.parquet'}").make("0000")
    (tmp_path / "fake.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(ProbeError, match="cannot be read as Parquet"):
        probe_source(f"parquet:{tmp_path / 'fake.parquet'}").parts()
    with pytest.raises(ProbeError, match="no such file"):
        probe_source(f"parquet:{tmp_path / 'none.parquet'}").parts()


def test_parquet_in_its_plainest_form(tmp_path, png):
    pq.write_table(pa.table({"image": [{"bytes": png, "path": "x.png"}]}), tmp_path / "plain.parquet")
    part = probe_source(f"parquet:{tmp_path / 'plain.parquet'}").make("0000")
    assert [image.label for image in part.images] == [None]
