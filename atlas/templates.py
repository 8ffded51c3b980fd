"""Where the templates lie; known without Jinja, so that a build that has nothing to do ends at once."""

from __future__ import annotations

from pathlib import Path

from atlas.errors import AtlasError

PLACES = (Path(__file__).parent / "_templates", Path(__file__).parents[1] / "templates")  # wheel, checkout


def template_folder() -> Path:
    """The folder of the templates: in the installed package or beside it in a checkout. AtlasError where it is in neither."""
    for place in PLACES:
        if (place / "base.html").is_file():
            return place
    raise AtlasError(f"The package lacks its templates (looked in {PLACES[0]} and {PLACES[1]}). Reinstall it.")
