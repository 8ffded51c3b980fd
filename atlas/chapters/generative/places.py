"""Where the pages and pictures of generators lie on the site: paths relative to its root."""

from __future__ import annotations


def generator_page(name: str) -> str:
    """The page of a generator."""
    return f"generative/{name}/index.html"


def direction_page(name: str, direction: str) -> str:
    """The page of a direction."""
    return f"generative/{name}/{direction}/index.html"


def dissection_page(name: str, layer: str) -> str:
    """The page of a layer's dissected units."""
    return f"generative/{name}/{layer}/index.html"


def dissected_unit_page(name: str, layer: str, unit: int) -> str:
    """The page of a dissected unit."""
    return f"generative/{name}/{layer}/{unit}/index.html"


def picture_file(name: str, what: str) -> str:
    """A picture of a generator's pages."""
    return f"pictures/generative/{name}/{what}.avif"
