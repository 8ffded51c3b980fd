"""A chapter of one's own, which nothing in the package knows, is in everything that an atlas has: `own_chapters/palette`."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

OWN = Path(__file__).parent / "own_chapters"
ROOT = Path(__file__).parents[2]
RECIPE = """name = "own"
limit = 1
[[networks]]
name = "alexnet-64"
layers = ["conv1", "logits"]
pictures = {"*" = 0}
maps = []
[palette]
colours = 4
"""


@pytest.fixture(scope="module")
def atlas(tmp_path_factory):
    """Runs the command line with the chapter, in a folder with a recipe that has its section; the atlas is built."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "atlas.toml").write_text(RECIPE)
    environment = os.environ | {"ATLAS_CHAPTERS": str(OWN), "PYTHONPATH": str(ROOT)}

    def run(*arguments, code=0):
        command = [sys.executable, "-m", "atlas", *arguments]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    run("build", "--jobs", "2")
    run.site = folder / "site"
    run.folder = folder
    return run


def test_nothing_outside_its_folder_knows_it():
    files = [
        path
        for folder in ("atlas", "templates")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", ".html", ".js", ".toml")
    ]
    named = re.compile(r"""["'/.]palettes?["'/.]""")
    assert len(files) > 100 and not [path for path in files if named.search(path.read_text("utf-8"))]


def test_its_section_is_checked(atlas):
    said = atlas("plan", "--set", "palette.colours=99", code=1)
    assert "palette.colours = 99" in said
    assert "did you mean" in atlas("plan", "--set", "palette.colour=2", code=1).lower()


def test_its_step_is_planned_listed_and_explained(atlas):
    assert re.search(r"palettes +1 +1 +0", atlas("plan"))
    assert "palettes" in atlas("list", "steps")
    assert re.search(r"palettes +stored", atlas("explain", "palette"))
    assert "colours: 4 -> 5" in atlas("explain", "palette", "--set", "palette.colours=5")


def test_its_pages_are_written_and_in_the_menu_of_every_page(atlas):
    colours = json.loads((atlas.site / "atlas.json").read_text())["palette"]
    assert len(colours) == 4
    page = (atlas.site / "palette/index.html").read_text()
    for colour in colours:
        assert f"palette/{colour}/index.html" in page and (atlas.site / f"palette/{colour}/index.html").is_file()
    every = list(atlas.site.rglob("*.html"))
    assert len(every) > 100 and all(
        re.search(r'href="(\.\./)*palette/index\.html">Palette<', one.read_text()) for one in every
    )


def test_search_and_index_find_it(atlas):
    assert "palette" in (atlas.site / "search/shelves.js").read_text()
    assert (
        "hue" in (atlas.site / "search/words-h.js").read_text()
        and "hue" in (atlas.site / "search/h/index.html").read_text()
    )


def test_its_figure_is_found_cited_counted_and_exported(atlas):
    assert "palette/colours" in atlas("list", "figures")
    assert "Colours of the probe images" in atlas("cite", "palette/colours")
    assert "palette/colours" in atlas("cite", "palette/none", code=1)
    file = Path(atlas("figure", "palette/colours", "--format", "svg").strip())
    assert (atlas.folder / file).read_text().startswith("<?xml")
    figures = atlas("list", "figures").split()
    assert json.loads((atlas.site / "atlas.json").read_text())["counts"]["figures"] == len(figures)


def test_it_fills_a_slot_on_the_pages_of_another_chapter(atlas):
    page = (atlas.site / "networks/alexnet-64/conv1/3/index.html").read_text()
    assert re.search(r'<p class="mean-colour">[^<]*: \d+, \d+, \d+; <a href="../../../../palette/index.html">', page)


def test_lists_and_doctor_know_what_it_registers(atlas):
    assert atlas("list", "tints").split() == ["tint-net"]
    assert "weights of tint-net" in atlas("doctor")


def test_a_second_build_has_nothing_to_do(atlas):
    assert "Up to date" in atlas("build")
