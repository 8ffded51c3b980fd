"""`atlas explain-image`: a folder that opens from a disk, for a user's own picture."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from atlas.chapters.heatmaps.explain import Wanted, explain_photo
from atlas.chapters.heatmaps.recipe import methods_named
from atlas.cli.app import command_line
from atlas.core.errors import AtlasError, UnknownName

METHODS = methods_named(["gradient-x-input", "lrp-epsilon"])


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    path = tmp_path_factory.mktemp("photo") / "My cat.png"
    rgb = np.random.default_rng(0).integers(0, 255, (60, 90, 3), np.uint8)
    Image.fromarray(rgb).resize((360, 240)).save(path)
    return path


@pytest.fixture(scope="module")
def folder(photo, tmp_path_factory):
    out, said = tmp_path_factory.mktemp("out"), []
    assert explain_photo(photo, ["resnet-64"], Wanted("goldfish", METHODS), out, said.append) == out / "index.html"
    assert said[0].startswith("ResNet-64: goldfish ") and "LRP-ε" in said[-2] and "units" in said[-1]
    return out


def test_every_link_leads_to_a_file_of_the_folder(folder):
    for page in folder.rglob("*.html"):
        for address in re.findall(r"""(?:href|src)="([^"#]+)""", page.read_text(encoding="utf-8")):
            if not address.startswith("https://"):
                assert (page.parent / address).is_file(), (page, address)
        for address in re.findall(r"url\('([^']+)'\)", page.read_text(encoding="utf-8")):
            assert (page.parent / address).is_file(), (page, address)


def test_the_asked_class_is_explained_by_the_asked_methods(folder):
    text = (folder / "index.html").read_text(encoding="utf-8")
    assert "goldfish" in text and "Gradient × input" in text and "Occlusion" not in text
    assert (folder / "heatmaps/methods/lrp-epsilon/index.html").is_file()
    assert not (folder / "heatmaps/methods/occlusion").exists()


def test_the_units_behind_the_decision_are_shown_without_links_to_pages_that_are_not_there(folder):
    text = (folder / "heatmaps/decisions/resnet-64/my-cat/index.html").read_text(encoding="utf-8")
    assert "goldfish" in text and "networks/resnet-64/" not in text
    assert text.count('class="lit"') == 25


@pytest.mark.parametrize(
    ("content", "words"), [(b"", "an empty file"), (b"no image at all", "not an image"), (None, "No such file")]
)
def test_a_file_that_is_no_image_is_one_clear_line(tmp_path, content, words):
    bad = tmp_path / "bad.png"
    if content is not None:
        bad.write_bytes(content)
    with pytest.raises(AtlasError, match=words) as error:
        explain_photo(bad, ["resnet-64"], Wanted("", METHODS), tmp_path / "out", print)
    assert "\n" not in str(error.value) and str(bad) in str(error.value)
    assert not (tmp_path / "out").exists()


def test_names_that_do_not_exist_are_told_with_those_that_do(photo, tmp_path):
    with pytest.raises(UnknownName, match=r"lino.*lion"):
        explain_photo(photo, ["resnet-64"], Wanted("lino", METHODS), tmp_path, print)
    with pytest.raises(UnknownName, match="resnet-65"):
        explain_photo(photo, ["resnet-65"], Wanted("", METHODS), tmp_path, print)
    with pytest.raises(UnknownName, match="lpr"):
        methods_named(["lpr-*"])


def test_the_help_teaches():
    result = CliRunner().invoke(command_line(), ["explain-image", "--help"], terminal_width=100)
    assert result.exit_code == 0
    for words in ("Example:", "--network", "--target", "Orange pixels raise the score"):
        assert words in result.output


def test_the_default_folder_is_named_after_the_photograph(photo, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked = ["explain-image", str(photo), "--network", "alexnet-64", "--methods", "saliency"]
    result = CliRunner().invoke(command_line(), asked)
    assert result.exit_code == 0, result.output
    assert Path("heatmaps-My cat/index.html").is_file()
