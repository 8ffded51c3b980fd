"""The site is written anew whenever anything that it shows, or the code that shows it, changed."""

import ast
import shutil

import pytest

from atlas.pipeline import build as building
from atlas.pipeline.plan import make_plan
from atlas.recipe.read import read_recipe


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """A copy of the package that may be changed."""
    copy = tmp_path / "atlas"
    shutil.copytree(building.SOURCES, copy, ignore=shutil.ignore_patterns("__pycache__", "*.safetensors"))
    monkeypatch.setattr(building, "SOURCES", copy)
    return copy


def key():
    return building.site_key(make_plan(read_recipe("tiny")))


@pytest.mark.parametrize(
    "name",
    [
        "views/network.py", "figures/network.py",  # two of one name
        "networks/alexnet.py", "networks/weights/alexnet-64.json", "networks/weights/recurrent/char-lstm.json",
        "measured.py", "build/results.py", "recurrent/concepts.py", "recurrent/data/sentences.tsv", "generative/methods.py",
    ],
)  # fmt: skip
def test_a_changed_source_changes_the_key(name, sources):
    before = key()
    with (sources / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert key() != before


def test_every_pattern_names_files_and_every_file_has_a_name_of_its_own(sources):
    assert all(list(sources.glob(pattern)) for pattern in building.SHOWN)
    names = [name for name, _ in building._sources()]
    assert len(set(names)) == len(names) > 100
    assert "templates/unit.html" in names


def imported(file):
    """The files of the package that a file imports from."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("atlas."):
            base = building.SOURCES.joinpath(*node.module.split(".")[1:])
            names = (base.with_suffix(".py"), *(base / f"{alias.name}.py" for alias in node.names))
            yield from (name for name in names if name.is_file())


@pytest.mark.parametrize("part", ["views", "figures"])
def test_what_pages_and_figures_are_made_of_is_in_the_key(part):
    known = {file for pattern in building.SHOWN for file in building.SOURCES.glob(pattern)}
    known |= {building.SOURCES / name for name in ("errors.py", "registry.py")}  # nothing of these is shown
    files = sorted((building.SOURCES / part).glob("*.py"))
    assert len(files) > 20
    assert not {str(one) for file in files for one in imported(file)} - set(map(str, known))
