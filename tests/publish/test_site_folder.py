"""What may happen to the folder of a site: another site in it, missing pages, links out of it, files of somebody else."""

from dataclasses import replace

import pytest

from atlas.core.errors import AtlasError
from atlas.publish import site
from atlas.publish.folder import Folder, is_whole
from tests.fixtures.results import make_results


def wrote(root, *paths):
    with Folder(root) as folder:
        for path in paths:
            folder.write(path, b"x")
        folder.finish()


def test_a_site_is_whole_while_all_its_files_are_there(tmp_path):
    wrote(tmp_path, "index.html", "a/index.html")
    assert is_whole(tmp_path)
    (tmp_path / "a/index.html").unlink()
    assert not is_whole(tmp_path) and not is_whole(tmp_path / "none")


def test_a_site_that_is_stopped_half_way_has_no_key(tmp_path, monkeypatch):
    one = make_results().networks[0]
    spec = replace(one.spec, layers=one.spec.layers[-1:])
    network = replace(one, spec=spec, layer_names=one.layer_names[-1:])
    results = replace(make_results(), chapters={"networks": (network,)})
    site.write(results, tmp_path, key="first")
    assert '"key": "first"' in (tmp_path / "atlas.json").read_text()

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(site, "statics", stop)
    with pytest.raises(KeyboardInterrupt):
        site.write(results, tmp_path, key="second")
    assert not (tmp_path / "atlas.json").exists()


def test_what_lies_behind_a_link_is_neither_removed_nor_written(tmp_path):
    root, outside = tmp_path / "site", tmp_path / "outside"
    outside.mkdir()
    (outside / "mine.txt").write_text("kept")
    wrote(root, "index.html")
    (root / "link").symlink_to(outside, target_is_directory=True)
    (root / "site-files.txt").write_text("index.html\nlink/mine.txt\n")
    wrote(root, "index.html")
    assert (outside / "mine.txt").read_text() == "kept"
    with Folder(root) as folder, pytest.raises(AtlasError, match="link that leads out of the site"):
        folder.write("link/page.html", b"x")
    assert [path.name for path in outside.iterdir()] == ["mine.txt"]


def test_a_strangers_page_is_not_overwritten(tmp_path):
    (tmp_path / "index.html").write_text("mine")
    with pytest.raises(AtlasError, match=r"index\.html that no atlas wrote"):
        Folder(tmp_path)
    assert (tmp_path / "index.html").read_text() == "mine"
