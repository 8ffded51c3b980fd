"""Reading the photographs: the errors a user can meet, and the cache."""

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from atlas.core.errors import ConfigError
from atlas.train.data import data_folder, load_photographs


def write_split(path, sizes):
    images = []
    for index, size in enumerate(sizes):
        file = io.BytesIO()
        Image.new("RGB", (size, size), (index, 10, 20)).save(file, "PNG")
        images.append({"bytes": file.getvalue(), "path": f"{index}.png"})
    pq.write_table(pa.table({"image": images, "label": pa.array(range(len(sizes)), pa.int64())}), path)


def make_folder(path, sizes=(64, 64, 64)):
    path.mkdir()
    write_split(path / "train.parquet", sizes)
    write_split(path / "valid.parquet", (64,))
    (path / "classes.tsv").write_text("0\tn1\tone\n1\tn2\ttwo\n2\tn3\tthree\n", "utf-8")
    return path


def test_says_how_to_name_the_data(monkeypatch):
    monkeypatch.delenv("ATLAS_DATA", raising=False)
    with pytest.raises(ConfigError, match="set ATLAS_DATA"):
        data_folder()


def test_names_the_missing_file(tmp_path, monkeypatch):
    monkeypatch.setenv("ATLAS_DATA", str(tmp_path))
    with pytest.raises(ConfigError, match=r"tiny-imagenet-60/train\.parquet is missing"):
        data_folder()


def test_reads_pixels_and_keeps_them(tmp_path):
    folder = make_folder(tmp_path / "tiny-imagenet-60")
    assert data_folder(tmp_path) == folder == data_folder(folder)
    first = load_photographs(folder, tmp_path / "cache")
    assert first.names == ("one", "two", "three")
    assert first.train.images.shape == (3, 64, 64, 3)
    assert first.train.images[2, 5, 5].tolist() == [2, 10, 20]
    files = sorted((tmp_path / "cache").iterdir())
    assert len(files) == 2
    times = [file.stat().st_mtime_ns for file in files]
    again = load_photographs(folder, tmp_path / "cache")
    assert np.array_equal(again.train.images, first.train.images)
    assert [file.stat().st_mtime_ns for file in files] == times


def test_changed_data_is_read_anew(tmp_path):
    folder = make_folder(tmp_path / "tiny-imagenet-60")
    first = load_photographs(folder, tmp_path / "cache")
    write_split(folder / "train.parquet", (64, 64))
    second = load_photographs(folder, tmp_path / "cache")
    assert len(second.train) == 2
    assert second.digest != first.digest


def test_names_the_row_of_a_wrong_size(tmp_path):
    folder = make_folder(tmp_path / "tiny-imagenet-60", sizes=(64, 32))
    with pytest.raises(ConfigError, match="row 1: the image is"):
        load_photographs(folder, tmp_path / "cache")
