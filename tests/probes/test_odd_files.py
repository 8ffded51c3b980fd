"""Own sets with what no set should hold: pipes, sockets, dead links, odd columns, texts of a million signs."""

import os
import socket

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from atlas.core.errors import ProbeError
from atlas.probes import OwnSettings, probe_source
from tests.probes.pictures import encoded, noise

PNG = encoded(noise(32, 32, seed=1), "PNG")
SHOWN = OwnSettings(show=True, licence="MIT", attribution="Ann")
MILLION = "x" * 1_000_000


def test_what_is_no_regular_file_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    (tmp_path / "a.png").write_bytes(PNG)
    os.mkfifo("pipe.png")
    (tmp_path / "dead.png").symlink_to("nowhere")
    (tmp_path / "circle.png").symlink_to("circle.png")
    (tmp_path / "to-pipe.png").symlink_to("pipe.png")
    with socket.socket(socket.AF_UNIX) as opened:
        opened.bind("socket.png")
        source = probe_source(f"imagefolder:{tmp_path}")
        assert "passed over: 5 (2 a link to nothing, 2 a named pipe, 1 a socket)" in source.summary().line
        part = source.make("0000")
    assert len(part.images) == 1 and {one.reason for one in part.skipped} == {
        "a link to nothing", "a named pipe", "a socket"
    }  # fmt: skip


def parquet(path, rows, **columns):
    image = pa.array(rows, pa.struct([("bytes", pa.binary()), ("path", columns.pop("kind_of_path", pa.string()))]))
    pq.write_table(pa.table({"image": image, **columns}), path)
    return probe_source(f"parquet:{path}", SHOWN)


def test_a_text_of_a_million_signs_is_cut(tmp_path):
    rows = [{"bytes": PNG, "path": f"{MILLION}.png"}, {"bytes": b"none", "path": MILLION}]
    part = parquet(tmp_path / "a.parquet", rows, label=[MILLION, MILLION]).make("0000")
    texts = [*vars(part.images[0]).values(), part.skipped[0].place, part.skipped[0].reason]
    assert len(part.images) == len(part.skipped) == 1
    assert max(len(text) for text in texts if isinstance(text, str)) < 300


def test_a_path_that_is_no_text_does_not_matter(tmp_path):
    part = parquet(tmp_path / "a.parquet", [{"bytes": PNG, "path": 5}], kind_of_path=pa.int64()).make("0000")
    assert [image.title for image in part.images] == ["row 0 of a"] and not part.skipped


@pytest.mark.parametrize(
    "stored",
    [b"[]", b"3", b'"text"', b"\xff\xfe", b'{"info": 3}', b'{"info": {"features": [1]}}', b"[" * 100_000,
     b'{"info": {"features": {"label": {"_type": "ClassLabel", "names": {"0": 1}}}}}',
     b'{"info": {"features": {"label": {"_type": "ClassLabel", "names": [1, null]}}}}'],
)  # fmt: skip
def test_odd_metadata_is_one_clear_error(tmp_path, stored):
    table = pa.table({"image": pa.array([{"bytes": PNG, "path": None}]), "label": pa.array([0])})
    pq.write_table(table.replace_schema_metadata({b"huggingface": stored}), tmp_path / "a.parquet")
    with pytest.raises(ProbeError, match="metadata `huggingface` cannot be read") as found:
        probe_source(f"parquet:{tmp_path}/a.parquet").identity()
    assert len(str(found.value)) <= 400 + len(str(tmp_path))


def test_two_columns_of_one_name_are_an_error(tmp_path):
    image = pa.array([{"bytes": PNG, "path": None}])
    pq.write_table(pa.Table.from_arrays([image, image], names=["image", "image"]), tmp_path / "a.parquet")
    with pytest.raises(ProbeError, match="'image' twice"):
        probe_source(f"parquet:{tmp_path}/a.parquet").identity()
