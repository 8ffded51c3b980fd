"""Resource files and Debian packages: read as written, and refused when damaged."""

from __future__ import annotations

import struct

import pytest

from atlas.core.errors import ProbeError
from atlas.probes.apt import apt_download
from atlas.probes.deb import package_files
from atlas.probes.qres import ResourceError, resources
from tests.probes.packages import package, resource_file

FILES = {
    "app/images/cat.webp": b"a cat" * 40,
    "app/images/näpf.png": b"",
    "app/readme": b"text",
    "top.jpg": b"\x00\x01",
}


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("deflated", [False, True])
def test_every_file_of_a_resource_file(version, deflated):
    found = list(resources(resource_file(FILES, version=version, deflated=deflated)))
    assert {resource.path: resource.read() for resource in found} == FILES


def test_what_is_no_resource_file():
    for data in (b"", b"qres", b"RIFF" + bytes(40), resource_file(FILES)[:30]):
        with pytest.raises(ResourceError):
            list(resources(data))
    with pytest.raises(ResourceError, match="version 9"):
        list(resources(b"qres" + struct.pack(">4I", 9, 20, 20, 20)))


def test_a_resource_file_that_breaks_off():
    """Wherever it ends: files, or an error, never another exception."""
    whole = resource_file(FILES, deflated=True)
    for end in range(len(whole) - 8):  # the last 8 bytes are a time that nobody reads
        with pytest.raises(ResourceError):
            assert {resource.path: resource.read() for resource in resources(whole[:end])} == FILES


def test_a_damaged_tree_ends():
    whole = bytearray(resource_file({"a/b": b"x"}))
    node = len(whole) - 2 * 22  # the folder a: its first child becomes itself
    whole[node + 6 : node + 14] = struct.pack(">II", 1, 1)
    with pytest.raises(ResourceError, match="leads back"):
        list(resources(bytes(whole)))
    whole[node + 6 : node + 14] = struct.pack(">II", 0xFFFFFFFF, 1)
    with pytest.raises(ResourceError, match="folder with"):
        list(resources(bytes(whole)))


def test_contents_that_lie_about_their_size():
    whole = bytearray(resource_file({"a": b"x" * 100}, deflated=True))
    whole[28:32] = struct.pack(">I", 50)
    with pytest.raises(ResourceError, match="50"):
        next(resources(bytes(whole))).read()
    whole[28:32] = struct.pack(">I", 0xFFFFFFFF)
    with pytest.raises(ResourceError, match="larger"):
        next(resources(bytes(whole))).read()


def test_a_compression_that_is_not_read_is_named():
    with pytest.raises(ResourceError, match="Zstandard"):
        next(resources(resource_file({"a": b"x"}, flags=4))).read()


@pytest.mark.parametrize("member", ["data.tar.xz", "data.tar"])
def test_wanted_files_of_a_package(tmp_path, member):
    path = tmp_path / "some_1_all.deb"
    path.write_bytes(package({"usr/share/a.png": b"aa", "usr/share/doc/b": b"b"}, member=member))
    assert list(package_files(path, lambda name: name.endswith(".png"))) == [("usr/share/a.png", b"aa")]


def test_what_is_no_package(tmp_path):
    path = tmp_path / "some_1_all.deb"
    whole = package({"usr/share/a.png": b"aa" * 5000})
    for data in (b"", b"no archive at all", whole[:70], whole[:-40], whole[:200] + bytes(60)):
        path.write_bytes(data)
        with pytest.raises(ProbeError, match="some_1_all"):
            list(package_files(path, lambda _: True))
    path.write_bytes(package({"a": b"a"}, member="data.tar.zst"))
    with pytest.raises(ProbeError, match="dpkg-deb -x"):
        list(package_files(path, lambda _: True))


def apt(folder, monkeypatch, script):
    """An apt-get of our own, first in the path."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "apt-get"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder / 'bin'}:/usr/bin:/bin")
    monkeypatch.delenv("ATLAS_OFFLINE", raising=False)
    (folder / "here").mkdir()
    return folder / "here"


def test_apt_puts_files_into_the_folder(tmp_path, monkeypatch):
    here = apt(tmp_path, monkeypatch, "touch one.deb two.deb")
    assert [path.name for path in apt_download(["one", "two"], here, way_out="")] == ["one.deb", "two.deb"]


def test_empty_lists_are_filled_by_root_once(tmp_path, monkeypatch):
    listed = tmp_path / "listed"
    here = apt(
        tmp_path,
        monkeypatch,
        f'case "$*" in *update*) touch {listed};; *) [ -e {listed} ] && touch one.deb && exit 0;'
        " echo 'E: Unable to locate package one' >&2; exit 100;; esac",
    )
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert len(apt_download(["one"], here, way_out="")) == 1
    listed.unlink()
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    with pytest.raises(ProbeError, match=r"Unable to locate package one.*the way out"):
        apt_download(["one"], here, way_out="the way out")


def test_without_apt_or_network(tmp_path, monkeypatch):
    here = apt(tmp_path, monkeypatch, "echo 'E: Failed to fetch' >&2; exit 100")
    with pytest.raises(ProbeError, match=r"Failed to fetch.*the way out"):
        apt_download(["one"], here, way_out="the way out")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProbeError, match=r"no apt-get.*the way out"):
        apt_download(["one"], here, way_out="the way out")
    monkeypatch.setenv("ATLAS_OFFLINE", "1")
    with pytest.raises(ProbeError, match=r"ATLAS_OFFLINE.*the way out"):
        apt_download(["one"], here, way_out="the way out")
