"""Where figures and their files lie on the site: paths relative to its root."""

from __future__ import annotations

from atlas.types import Unit

LICENCES_PAGE = "images/index.html"  # images and licences


def unit_page(unit: Unit) -> str:
    """The page of a unit."""
    return f"networks/{unit.slug}/index.html"


def network_page(network: str) -> str:
    """The page of a network."""
    return f"networks/{network}/index.html"


def gates_page(network: str) -> str:
    """The page of a network's gates."""
    return f"networks/{network}/gates/index.html"


def diagnosis_page(network: str) -> str:
    """The page of the diagnosis that a network was made after."""
    return f"networks/{network}/diagnosis/index.html"


def deconv_file(network: str) -> str:
    """The sheet of a network's deconvnet pictures."""
    return f"pictures/{network}/deconvnet.avif"


def gate_file(network: str, block: int) -> str:
    """The heat map of the gates of one block."""
    return f"pictures/{network}/gates-{block}.webp"


def filters_file(network: str) -> str:
    """The sheet of a network's first filters."""
    return f"pictures/{network}/filters.webp"


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
    """Probe image `index` of the set, whole; examples are crops of it. A number, for it stands on every unit's page."""
    return f"i/{index}.webp"


def map_file(network: str, layer: str) -> str:
    """The picture of a map: its cells."""
    return f"pictures/{network}/{layer}/map.avif"


def icon_file(network: str, layer: str, cell: int) -> str:
    """The synthesized icon of a map's cell."""
    return f"pictures/{network}/{layer}/cells/{cell}.avif"


def generator_page(name: str) -> str:
    """The page of a generator."""
    return f"generative/{name}/index.html"


def passport_page(name: str, direction: str) -> str:
    """The page of a direction."""
    return f"generative/{name}/{direction}/index.html"


def drawn_layer_page(name: str, layer: str) -> str:
    """The page of a layer's dissected units."""
    return f"generative/{name}/{layer}/index.html"


def drawn_page(name: str, layer: str, unit: int) -> str:
    """The page of a dissected unit."""
    return f"generative/{name}/{layer}/{unit}/index.html"


def drawn_file(name: str, what: str) -> str:
    """A picture of a generator's pages."""
    return f"pictures/generative/{name}/{what}.avif"
