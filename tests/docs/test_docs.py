"""The documents say what the code does."""

import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from atlas.cli.app import app
from atlas.recipe.read import RECIPES
from atlas.recipe.recipe import recipe_class
from atlas.recipe.sections import Section

ROOT = Path(__file__).parents[2]


def models(hint):
    """The sections that a field of this type may hold, and those in them."""
    if isinstance(hint, type) and issubclass(hint, Section):
        yield hint
        for field in hint.model_fields.values():
            yield from models(field.annotation)
    for inner in get_args(hint):
        yield from models(inner)


@pytest.mark.parametrize("model", dict.fromkeys(models(recipe_class())))
def test_every_field_of_a_recipe_is_documented(model):
    text = (ROOT / "docs/recipes.md").read_text()
    for name, field in model.model_fields.items():
        if not hasattr(field.default, "model_dump"):
            assert f"| `{name}` |" in text and str(field.description) in text


def test_every_command_and_recipe_is_in_the_readme_or_its_documents():
    text = (ROOT / "README.md").read_text() + (ROOT / "docs/recipes.md").read_text()
    for command in app.registered_commands:
        assert f"`{command.name or command.callback.__name__}" in text
    assert all(f"`{path.stem}`" in text for path in RECIPES.glob("*.toml"))


def test_every_package_and_every_module_beside_them_is_in_the_architecture():
    """A package by its name and a slash, in the tree or in a path; a module of `atlas/` by its file."""
    text = (ROOT / "docs/architecture.md").read_text()
    packages = {path.parent.relative_to(ROOT / "atlas").as_posix() for path in (ROOT / "atlas").glob("*/__init__.py")}
    modules = {path.name for path in (ROOT / "atlas").glob("*.py")} - {"__init__.py", "__main__.py"}
    lacking = [name for name in sorted(packages) if not re.search(rf"\b{name}/", text)]
    lacking += [name for name in sorted(modules) if not re.search(rf"\b{re.escape(name)}", text)]
    assert not lacking


def test_every_make_target_is_explained():
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.M)[1].split()
    assert all(re.search(rf"^{target}:.* ## ", makefile, re.M) for target in targets)


def test_links_between_documents_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page}: {target}"


def test_every_test_file_is_collected(request):
    """pytest leaves some folder names out by itself; a suite that is not run protects nothing."""
    files = set((ROOT / "tests").rglob("test_*.py"))
    if files <= {item.path for item in request.session.items}:  # this run is of the whole suite
        return
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "--no-header"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not {path.name for path in files if path.relative_to(ROOT).as_posix() not in told}
