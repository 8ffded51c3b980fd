"""The folders of the templates; found without Jinja, so that a build with nothing to do ends at once."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from atlas.core.chapter import chapters
from atlas.core.errors import AtlasError

PLACES = (Path(__file__).parents[1] / "_templates", Path(__file__).parents[2] / "templates")  # wheel, checkout


def template_folder() -> Path:
    """The folder of the templates, in the installed package or beside it in a checkout. AtlasError without one."""
    for place in PLACES:
        if (place / "base.html").is_file():
            return place
    raise AtlasError(f"The package lacks its templates (looked in {PLACES[0]} and {PLACES[1]}). Reinstall it.")


def template_folders() -> list[Path]:
    """Where Jinja looks: first here, then in the folder `templates` of chapters of your own."""
    own = (Path(str(import_module(chapter.package).__path__[0])) / "templates" for chapter in chapters())
    return [template_folder(), *(folder for folder in own if folder.is_dir())]
