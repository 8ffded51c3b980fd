"""Tiny ImageNet from a folder or from its archive, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from atlas.core.errors import ProbeError
from atlas.networks.labels import TINY, class_names
from atlas.probes import probe_source
from atlas.probes.download import Remote, fetch
from atlas.probes.tiny_imagenet import HOME, TinyArchive
from atlas.runtime.offline import VARIABLES
from tests.probes.pictures import encoded, noise, table


def archive() -> bytes:
    """The layout of the real archive: 120 pictures of our classes, ten of others, one of them damaged."""
    wnids = [row.split("\t")[1] for row in TINY.read_text().splitlines()]
    buffer, rows = io.BytesIO(), []
    with zipfile.ZipFile(buffer, "w") as file:
        for number in range(130):
            wnid = wnids[number % 60] if number < 120 else f"n9999{number:04}"
            rows.append(f"val_{number}.JPEG\t{wnid}\t0\t0\t10\t10\n")
            data = encoded(noise(64, 64, seed=number), "JPEG")
            file.writestr(f"tiny-imagenet-200/val/images/val_{number}.JPEG", data[:99] if number == 7 else data)
        file.writestr("tiny-imagenet-200/val/val_annotations.txt", "".join(rows))
    return buffer.getvalue()


DATA = archive()
MD5 = hashlib.md5(DATA).hexdigest()


class Server(ThreadingHTTPServer):
    """Serves DATA; can break off after some bytes, and can ignore ranges."""

    stop_after: int | None = None
    ranges = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str | None] = []

    def remote(self, *, size: int = len(DATA), md5: str = MD5) -> Remote:
        return Remote(f"http://127.0.0.1:{self.server_address[1]}/set.zip", size, md5)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        wanted = self.headers.get("Range")
        self.server.asked.append(wanted)
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.server.ranges else 0
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(DATA) - start))
        self.end_headers()
        stop = self.server.stop_after
        self.wfile.write(DATA[start : stop if stop is not None else len(DATA)])

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch, tmp_path):
    monkeypatch.delenv("ATLAS_DATA", raising=False)
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_from_the_archive(server, tmp_path):
    source = TinyArchive(server.remote(), tmp_path)
    first, second = source.make("0000"), source.make("0001")
    images = [*first.images, *second.images]
    assert len(images) == 119
    assert [bad.place for bad in (*first.skipped, *second.skipped)] == ["val_7.JPEG"]
    for image in images:
        number = int(image.id.rsplit("-", 1)[1])
        number = sorted(range(120), key=lambda one: f"val_{one}.JPEG")[number]
        assert image.class_index == number % 60
        assert image.label == class_names("tiny-imagenet-60")[number % 60]
    assert (source.publish, source.labels, source.size) == (False, "tiny-imagenet-60", 64)
    assert len(server.asked) == 1
    assert TinyArchive(server.remote(), tmp_path).make("0000") == first
    assert len(server.asked) == 1


def test_a_wrong_digest_is_named_and_the_file_is_not_kept(server, tmp_path):
    with pytest.raises(ProbeError, match=f"MD5 {MD5}, expected {'0' * 32}.*ATLAS_DATA"):
        TinyArchive(server.remote(md5="0" * 32), tmp_path).make("0000")
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".lock" and path.is_file()] == []


def test_a_file_put_there_by_hand_is_checked(server, tmp_path):
    (tmp_path / "set.zip").write_bytes(b"something else")
    with pytest.raises(ProbeError, match=r"14 bytes, expected .*Delete"):
        TinyArchive(server.remote(), tmp_path).make("0000")


def test_a_broken_download_goes_on_where_it_stopped(server, tmp_path):
    server.stop_after = 20_000
    with pytest.raises(ProbeError, match="Run again"):
        fetch(server.remote(), tmp_path, way_out="")
    server.stop_after = None
    assert fetch(server.remote(), tmp_path, way_out="").read_bytes() == DATA
    assert server.asked == [None, "bytes=20000-"]


def test_a_server_without_ranges_begins_anew(server, tmp_path):
    server.ranges = False
    (tmp_path / "set.zip.part").write_bytes(b"old")
    assert fetch(server.remote(), tmp_path, way_out="").read_bytes() == DATA


def test_more_bytes_than_expected_are_refused(server, tmp_path):
    with pytest.raises(ProbeError, match="expected 1,000"):
        fetch(server.remote(size=1_000), tmp_path, way_out="")


def test_no_server(tmp_path):
    with pytest.raises(ProbeError, match=r"could not be downloaded .*the way out"):
        fetch(Remote("http://127.0.0.1:9/x.zip", 10, MD5), tmp_path, way_out="the way out")


@pytest.mark.parametrize("name", VARIABLES)
def test_offline_says_what_to_do(name, monkeypatch):
    monkeypatch.setenv(name, "1")
    source = probe_source("tiny-imagenet-60")
    assert len(source.parts()) == 47
    assert source.identity()["archive"] == [HOME.bytes, HOME.md5]
    with pytest.raises(ProbeError, match=r"downloads are forbidden .*set ATLAS_DATA"):
        source.make("0000")


def test_from_the_folder_of_atlas_data(monkeypatch, tmp_path):
    import pyarrow.parquet as pq

    names = class_names("tiny-imagenet-60")
    rows = [(encoded(noise(64, 64, seed=number), "JPEG"), f"val_{number}.JPEG", number) for number in range(60)]
    (tmp_path / "tiny-imagenet-60").mkdir()
    pq.write_table(table(rows, names), tmp_path / "tiny-imagenet-60" / "valid.parquet")
    monkeypatch.setenv("ATLAS_DATA", str(tmp_path))
    source = probe_source("tiny-imagenet-60")
    assert (source.name, source.labels, source.publish, source.size) == (
        "tiny-imagenet-60",
        "tiny-imagenet-60",
        False,
        64,
    )
    images = source.make("0000").images
    assert [image.class_index for image in images] == list(range(60))
    assert all("ImageNet" in image.attribution and "research" in image.licence for image in images)
    assert str(tmp_path) not in str(source.identity())


def test_atlas_data_that_points_nowhere(monkeypatch, tmp_path):
    monkeypatch.setenv("ATLAS_DATA", str(tmp_path))
    with pytest.raises(ProbeError, match=r"valid\.parquet is missing"):
        probe_source("tiny-imagenet-60")
