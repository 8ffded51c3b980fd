"""Sets of a user's own: labels, masks, columns, terms, and the line that sums one up."""

from __future__ import annotations

import json
import os

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from atlas.core.errors import ProbeError
from atlas.probes import OwnSettings, probe_source
from tests.probes.pictures import encoded, noise


def png(seed=0, size=(40, 30)):
    return encoded(noise(*size, seed=seed), "PNG")


def put(root, *names):
    for seed, name in enumerate(names):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(png(seed))
    return root


def folder(root, **fields):
    return probe_source(f"imagefolder:{root}", OwnSettings(**fields))


def parquet(path, **fields):
    return probe_source(f"parquet:{path}", OwnSettings(**fields))


def labels(source):
    return [image.label for part in source.parts() for image in source.make(part).images]


def write(path, columns, features=None, metadata=None):
    path.parent.mkdir(parents=True, exist_ok=True)
    stored = metadata if metadata is not None else json.dumps({"info": {"features": features}}) if features else None
    table = pa.table(columns).replace_schema_metadata({"huggingface": stored} if stored is not None else None)
    pq.write_table(table, path)
    return path


IMAGES = [{"bytes": png(seed), "path": None} for seed in range(4)]
IMAGE, CLASSES = {"_type": "Image"}, {"_type": "ClassLabel", "names": ["cat", "dog"]}


# ---------------------------------------------------------------- folders


def test_links_to_class_folders_are_followed_and_loops_end(tmp_path):
    store = put(tmp_path / "store", "fox/1.png", "owl/1.png")
    root = put(tmp_path / "set", "hare/1.png")
    for name in ("fox", "owl"):
        (root / name).symlink_to(store / name)
    (root / "hare" / "loop").symlink_to(root)
    (store / "fox" / "back").symlink_to(store)
    assert labels(folder(root)) == ["fox", "hare", "owl"]


def test_a_folder_is_read_once_by_its_own_name(tmp_path):
    root = put(tmp_path, "zebra/1.png")
    (root / "alias").symlink_to(root / "zebra")
    assert labels(folder(root)) == ["zebra"]


def test_what_is_no_file_is_passed_over_with_a_reason(tmp_path):
    root = put(tmp_path, "good.png")
    (root / "dead.png").symlink_to(root / "nowhere.png")
    os.mkfifo(root / "pipe.png")
    source = folder(root)
    part = source.make("0000")
    assert [(bad.place, bad.reason) for bad in part.skipped] == [
        ("dead.png", "a link to nothing"),
        ("pipe.png", "a named pipe"),
    ]
    assert "1 image;" in source.summary().line and "passed over: 2" in source.summary().line


@pytest.mark.parametrize(
    ("names", "wanted", "words"),
    [
        (["n01/images/1.png", "n02/images/1.png", "n01/boxes.txt"], ["n01", "n02"], "2 classes"),
        (["train/red fox/1.png", "val/red fox/1.png", "train/owl/1.png"], ["owl", "red fox", "red fox"], "2 classes"),
        (["fox/1.png", "fox/2.png"], ["fox", "fox"], "1 class only, the folder 'fox'"),
        (["1.png", "2.png"], [None, None], "no labels, because no image is in a folder of its class"),
    ],
)
def test_a_label_is_the_nearest_folder_that_differs(tmp_path, names, wanted, words):
    source = folder(put(tmp_path, *names))
    assert [label for label, name in zip(labels(source), sorted(names), strict=True) if name.endswith("png")] == wanted
    assert words in source.summary().line


def test_labels_from_a_csv_file(tmp_path):
    root = put(tmp_path / "set", "a/1.png", "a/2.png", "b/3.png")
    table = tmp_path / "labels.csv"
    table.write_bytes("\ufefflabel;file\r\nred fox;a/1.png\r\nŒuvre;b/3.png\r\nlost;c/9.png\r\n".encode())
    source = folder(root, label=str(table))
    assert labels(source) == ["red fox", None, "Œuvre"]
    assert "column label of labels.csv, 2 classes, 1 file without one" in source.summary().line
    before = source.identity()
    table.write_text("file,label\na/1.png,hare\n")
    assert folder(root, label=str(table)).identity() != before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,label\n1.png,x\n", "needs a first line"),
        ("file,label\n9.png,x\n", "labels none of the images"),
        ("", "empty"),
    ],
)
def test_a_csv_file_that_does_not_fit_is_one_clear_error(tmp_path, text, words):
    root = put(tmp_path / "set", "1.png")
    (tmp_path / "labels.csv").write_text(text)
    with pytest.raises(ProbeError, match=words) as caught:
        folder(root, label=str(tmp_path / "labels.csv")).found_labels  # noqa: B018
    assert len(str(caught.value)) < 400 and str(tmp_path) in str(caught.value)


def half(width, height, side="left"):
    """A mask whose left (or upper) half is the object."""
    values = np.zeros((height, width), np.uint8)
    if side == "left":
        values[:, : width // 2] = 255
    else:
        values[: height // 2] = 255
    return encoded(Image.fromarray(values), "PNG")


def test_masks_lie_where_the_image_is_cropped(tmp_path):
    root = put(tmp_path / "set", "fox/1.png", "fox/2.png", "owl/3.png", "owl/4.png", "owl/5.png")
    masks = tmp_path / "masks"
    (masks / "fox").mkdir(parents=True)
    (masks / "fox" / "1.gif").write_bytes(half(40, 30))
    (masks / "3.png").write_bytes(half(80, 60, "top"))  # twice the size, elsewhere: the only file with this stem
    (masks / "4.png").write_bytes(half(30, 40))  # other proportions
    (masks / "5.png").write_bytes(half(40, 30))
    source = folder(root, masks=str(masks))
    part = source.make("0000")
    left, none, top, wrong, _ = part.masks
    assert left.shape == (224, 224) and left[:, :108].all() and not left[:, 116:].any()
    assert top[:108].all() and not top[116:].any()
    assert none is None and wrong is None
    assert [image.group for image in part.images] == ["fox", None, "owl", None, "owl"]
    assert "30 x 40 pixels for an image of 40 x 30" in part.skipped[0].reason
    assert "masks: 4 of the folder masks" in source.summary().line


def test_masks_of_zero_and_one_and_empty_ones(tmp_path):
    root = put(tmp_path / "set", "1.png", "2.png")
    (tmp_path / "masks").mkdir()
    ones = (np.indices((30, 40))[1] < 20).astype(np.uint8)
    for name, values in (("1.png", ones), ("2.png", ones * 0)):
        (tmp_path / "masks" / name).write_bytes(encoded(Image.fromarray(values), "PNG"))
    found = folder(root, masks=str(tmp_path / "masks")).make("0000").masks
    assert 0.45 < found[0].mean() < 0.55 and found[1] is None


def test_masks_that_fit_no_image_are_an_error(tmp_path):
    root = put(tmp_path / "set", "1.png")
    put(tmp_path / "masks", "other.png")
    with pytest.raises(ProbeError, match="holds no mask for any image"):
        folder(root, masks=str(tmp_path / "masks")).identity()


def test_the_digest_sees_masks(tmp_path):
    root = put(tmp_path / "set", "1.png")
    masks = put(tmp_path / "masks", "1.png")
    before = folder(root, masks=str(masks)).identity()
    (masks / "1.png").write_bytes(half(40, 30))
    assert folder(root, masks=str(masks)).identity() != before


# ---------------------------------------------------------------- terms


def test_names_of_files_are_known_only_of_images_that_may_be_shown(tmp_path):
    root = put(tmp_path, "fox/patient-17.png")
    hidden, shown = (
        folder(root, **fields).make("0000").images[0]
        for fields in ({}, {"show": True, "licence": "CC0-1.0", "attribution": "Ann", "url": "https://a.org/"})
    )
    assert "patient" not in str(hidden) and hidden.label == "fox"
    assert (shown.title, shown.licence, shown.attribution, shown.url) == (
        "fox (patient-17)",
        "CC0-1.0",
        "Ann",
        "https://a.org/",
    )


def test_no_path_of_the_machine_is_part_of_a_set(tmp_path):
    root = put(tmp_path / "photos", "fox/1.png")
    table = write(tmp_path / "deep" / "set.parquet", {"image": [IMAGES[0] | {"path": "/home/ann/x.png"}]})
    for source in (folder(root), parquet(table), folder(root, masks=str(root), show=True)):
        text = f"{source.name} {source.title} {json.dumps(source.identity())} {source.make('0000').images} {source.summary()}"
        assert str(tmp_path) not in text and "/home/ann" not in text
    assert (folder(root).name, parquet(table).name) == ("imagefolder:photos", "parquet:set.parquet")


def test_settings_are_for_own_sets(tmp_path):
    with pytest.raises(ProbeError, match="its own terms"):
        probe_source("sprites", OwnSettings(licence="MIT"))


# ---------------------------------------------------------------- Parquet


def test_the_named_column_else_the_known_one_else_the_first(tmp_path):
    masks = [{"bytes": half(40, 30), "path": None}] * 4
    both = {"mask": masks, "image": IMAGES}
    kinds = {"mask": IMAGE, "image": IMAGE}
    path = write(tmp_path / "a.parquet", both, kinds)
    known = parquet(path).make("0000")
    assert "images: column image, not mask" in parquet(path).summary().line
    assert known.webp != parquet(path, image="mask").make("0000").webp
    with_masks = parquet(path, masks="mask")
    assert known.webp == with_masks.make("0000").webp and all(mask.any() for mask in with_masks.make("0000").masks)
    other = write(tmp_path / "b.parquet", {"photo": IMAGES, "depth": masks})
    assert parquet(other).make("0000").webp == known.webp
    with pytest.raises(ProbeError, match=r"no column 'nope' that holds images.*photo, depth"):
        parquet(other, image="nope").identity()


def test_two_columns_of_classes(tmp_path):
    fine = {"_type": "ClassLabel", "names": ["trout", "shark", "rose", "tulip"]}
    coarse = {"_type": "ClassLabel", "names": ["fish", "flowers"]}
    columns = {"img": IMAGES, "fine_label": [0, 1, 2, 3], "coarse_label": [0, 0, 1, 1]}
    path = write(tmp_path / "a.parquet", columns, {"img": IMAGE, "fine_label": fine, "coarse_label": coarse})
    assert labels(parquet(path)) == ["trout", "shark", "rose", "tulip"]
    assert "column fine_label, 4 classes (not coarse_label)" in parquet(path).summary().line
    assert labels(parquet(path, label="coarse_label")) == ["fish", "fish", "flowers", "flowers"]


@pytest.mark.parametrize(
    ("values", "features", "wanted", "words"),
    [
        (["cat", "dog", None, "cat"], None, ["cat", "dog", None, "cat"], "column label, 2 classes, 1 row without one"),
        ([0.0, 1.0, None, 1.0], {"label": CLASSES}, ["cat", "dog", None, "dog"], "2 classes, 1 row without one"),
        ([0, 1, -1, 7], {"label": CLASSES}, ["cat", "dog", None, None], "2 classes, 2 rows without one"),
        ([0, 1, 0, 1], None, [None] * 4, "no labels, because the numbers of column label have no names"),
        ([[0], [1], [0], [1]], None, [None] * 4, "no labels, because column label holds list"),
        (["  ", "x" * 10**6, "a", "b"], None, [None, "x" * 120, "a", "b"], "3 classes"),
    ],
)
def test_labels_of_any_type_are_read_or_said_to_be_missing(tmp_path, values, features, wanted, words):
    path = write(tmp_path / "a.parquet", {"image": IMAGES, "label": values}, features and {"image": IMAGE} | features)
    assert labels(parquet(path)) == wanted
    assert words in parquet(path).summary().line


def test_each_file_has_its_own_schema(tmp_path):
    turned = {"_type": "ClassLabel", "names": ["dog", "cat"]}
    write(tmp_path / "a-test.parquet", {"image": IMAGES[:1]}, {"image": IMAGE})
    write(tmp_path / "b.parquet", {"image": IMAGES[:2], "label": [0, 1]}, {"image": IMAGE, "label": CLASSES})
    write(tmp_path / "c.parquet", {"pic": IMAGES[:2], "label": [0, 1]}, {"pic": IMAGE, "label": turned})
    source = parquet(tmp_path)
    assert labels(source) == [None, "cat", "dog", "dog", "cat"]
    assert "column label, 2 classes, 1 row without one" in source.summary().line


def test_a_file_without_images_is_named_when_the_set_is_opened(tmp_path):
    write(tmp_path / "a.parquet", {"image": IMAGES})
    write(tmp_path / "z.parquet", {"text": ["a"]})
    with pytest.raises(ProbeError, match=r"z\.parquet: no column of images"):
        parquet(tmp_path).identity()


@pytest.mark.parametrize(
    "metadata", ["{broken", "null", "[1]", '{"info": null}', '{"info": {"features": [1]}}', "[" * 100_000]
)
def test_bad_metadata_is_one_clear_error(tmp_path, metadata):
    path = write(tmp_path / "a.parquet", {"image": IMAGES, "label": [0, 1, 0, 1]}, metadata=metadata)
    with pytest.raises(ProbeError, match="its metadata `huggingface` cannot be read") as caught:
        parquet(path).identity()
    assert len(str(caught.value)) < 400


def test_names_that_are_no_texts_are_an_error(tmp_path):
    odd = {"image": IMAGE, "label": {"_type": "ClassLabel", "names": [1, 2]}}
    path = write(tmp_path / "a.parquet", {"image": IMAGES, "label": [0, 1, 0, 1]}, odd)
    with pytest.raises(ProbeError, match="names of column label are no list of texts"):
        parquet(path).identity()


def test_images_as_plain_bytes_are_read(tmp_path):
    path = write(tmp_path / "a.parquet", {"image": [row["bytes"] for row in IMAGES], "label": ["a", "b"] * 2})
    assert labels(parquet(path)) == ["a", "b", "a", "b"]
