"""The site is written anew whenever anything that it shows, or the code that shows it, changed."""

import shutil
import sys
from collections.abc import Mapping

import pytest
from pydantic import BaseModel

from atlas.core.chapter import Chapter
from atlas.pipeline import build as building
from atlas.pipeline.plan import Plan, make_plan
from atlas.publish.templates import template_folder
from atlas.recipe.read import read_recipe

WEIGHTS = (".safetensors", ".npz")
PACKAGE = sorted(
    path.relative_to(building.SOURCES).as_posix()
    for path in building.SOURCES.rglob("*")
    if path.is_file() and path.suffix not in (*WEIGHTS, ".pyc")
)
TEMPLATES = sorted(path.relative_to(template_folder()).as_posix() for path in template_folder().rglob("*.*"))
RECIPE = read_recipe("tiny")


def one_of_each(names):
    """The first file of each folder and kind."""
    found = {}
    for name in names:
        found.setdefault((name.rpartition("/")[0], name.rpartition(".")[2]), name)
    return list(found.values())


@pytest.fixture(scope="module")
def plan():
    return make_plan(RECIPE)


@pytest.fixture
def sources(tmp_path, monkeypatch):
    """A copy of the package and the templates that may be changed; the chapters are part of the package."""
    unread = shutil.ignore_patterns("__pycache__", *(f"*{suffix}" for suffix in WEIGHTS))
    for name, folder in (("atlas", building.SOURCES), ("templates", template_folder())):
        shutil.copytree(folder, tmp_path / name, ignore=unread)
    monkeypatch.setattr(building, "SOURCES", tmp_path / "atlas")
    monkeypatch.setattr(building, "template_folder", lambda: tmp_path / "templates")
    monkeypatch.setattr(building, "chapters", lambda: ())
    return tmp_path


def test_every_file_is_in_the_key_once():
    names = [name for name, _ in building._sources()]
    assert len(set(names)) == len(names)
    assert {f"atlas/{name}" for name in PACKAGE} | {f"templates/{name}" for name in TEMPLATES} <= set(names)


@pytest.mark.parametrize(
    "name", [*(f"atlas/{name}" for name in one_of_each(PACKAGE)), *(f"templates/{name}" for name in one_of_each(TEMPLATES))]
)  # fmt: skip
def test_a_changed_file_changes_the_key(name, sources, plan):
    before = building.site_key(plan)
    with (sources / name).open("ab") as file:
        file.write(b"\n")
    assert building.site_key(plan) != before


def test_a_new_name_a_new_file_and_a_lost_one_change_the_key(sources, plan):
    file, other = sources / "templates/about.html", sources / "templates/other.html"
    keys = [building.site_key(plan)]
    file.rename(other)
    keys.append(building.site_key(plan))
    shutil.copy(other, file)
    keys.append(building.site_key(plan))
    other.unlink()
    assert building.site_key(plan) == keys[0]
    assert len(set(keys)) == 3


@pytest.mark.parametrize("suffix", [*WEIGHTS, ".pyc"])
def test_weights_are_not_read_again(suffix, sources, plan):
    """Their digests are in the keys of the results."""
    before = building.site_key(plan)
    (sources / f"atlas/networks/weights/other{suffix}").write_bytes(b"weights")
    assert building.site_key(plan) == before


def test_a_chapter_of_your_own_is_in_the_key(tmp_path, monkeypatch, plan):
    folder = tmp_path / "chapter_for_the_key"
    (folder / "templates").mkdir(parents=True)
    (folder / "__init__.py").write_text("")
    (folder / "templates/page.html").write_text("one")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(building, "chapters", lambda: (Chapter("own", 99, "chapter_for_the_key"),))
    before = building.site_key(plan)
    (folder / "templates/page.html").write_text("two")
    assert building.site_key(plan) != before
    sys.modules.pop("chapter_for_the_key")


def leaves(value, path=()):
    """The fields of a recipe and of its sections, as paths of names."""
    for name in type(value).model_fields:
        inner = getattr(value, name)
        yield from leaves(inner, (*path, name)) if isinstance(inner, BaseModel) else ((*path, name),)


def another(value):
    """Another value of the kind of `value`."""
    if isinstance(value, bool | None):
        return not value
    if isinstance(value, str):
        return f"{value}x"
    if isinstance(value, tuple):
        return (*value, "x") if not value or isinstance(value[0], str) else value[:-1]
    return value | {"x": "y"} if isinstance(value, Mapping) else value + 1


def changed(value, path):
    """A copy of a section in which the field at `path` has another value."""
    name, *rest = path
    inner = getattr(value, name)
    return value.model_copy(update={name: changed(inner, rest) if rest else another(inner)})


@pytest.mark.filterwarnings("ignore:Pydantic serializer warnings")
@pytest.mark.parametrize("path", list(leaves(RECIPE)), ids=".".join)
def test_every_field_of_the_recipe_is_in_the_key(path, plan, monkeypatch):
    monkeypatch.setattr(building, "_sources", lambda: ())
    monkeypatch.setattr(building, "class_names", lambda labels: ())
    assert building.site_key(Plan(changed(RECIPE, path), plan.tasks)) != building.site_key(plan)


def test_results_labels_date_and_version_are_in_the_key(plan, monkeypatch):
    monkeypatch.setattr(building, "_sources", lambda: ())
    keys = [building.site_key(plan), building.site_key(Plan(plan.recipe, plan.tasks[:-1]))]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1780000000")
    keys.append(building.site_key(plan))
    monkeypatch.setattr(building, "class_names", lambda labels: ("one", "two"))
    keys.append(building.site_key(plan))
    monkeypatch.setattr(building.atlas, "__version__", "0.0.1")
    keys.append(building.site_key(plan))
    assert len(set(keys)) == 5
