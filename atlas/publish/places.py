"""Site paths of figures and their files, relative to the root of the site."""

from __future__ import annotations

from atlas.core.specs import Unit

LICENCES_PAGE = "images/index.html"  # images and licences


def unit_page(unit: Unit) -> str:
    """The page of a unit."""
    return f"networks/{unit.slug}/index.html"


def network_page(network: str) -> str:
    """The page of a network."""
    return f"networks/{network}/index.html"


def layer_page(network: str, layer: str) -> str:
    """The page of a layer."""
    return f"networks/{network}/{layer}/index.html"


def unit_figure(unit: Unit, kind: str) -> str:
    """Where on the page of a unit its figure of this kind is."""
    return f"{unit_page(unit)}#{kind}"


def figure_page(figure_id: str) -> str:
    """The page of a figure that has its own: a map."""
    return f"figures/{figure_id}/index.html"


def picture_file(unit: Unit) -> str:
    """The picture of a unit."""
    return f"pictures/{unit.slug}.avif"


def probe_file(index: int) -> str:
    """Probe image `index` of the set, whole; examples are crops of it. Short, for unit pages repeat it."""
    return f"i/{index}.webp"


def map_file(network: str, layer: str) -> str:
    """The picture of a map: its cells."""
    return f"pictures/{network}/{layer}/map.avif"


def icon_file(network: str, layer: str, cell: int) -> str:
    """The synthesized icon of a map's cell."""
    return f"pictures/{network}/{layer}/cells/{cell}.avif"
