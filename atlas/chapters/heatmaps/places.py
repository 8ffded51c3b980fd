"""Where the pages and pictures of the chapter lie on the site."""

from __future__ import annotations

from atlas.chapters.heatmaps.maps import TARGETS

CHAPTER = "heatmaps/index.html"
METHODS_PAGE = "heatmaps/methods/index.html"
AGREEMENT_PAGE = "heatmaps/depths/index.html"
SPECTRA_PAGE = "heatmaps/spectra/index.html"


def wall_page(image: str, target: int = 0) -> str:
    """The wall of an image; the first target has the shorter address."""
    return f"heatmaps/wall/{image}/{TARGETS[target].name + '/' if target else ''}index.html"


def method_page(method: str) -> str:
    """The page of a method."""
    return f"heatmaps/methods/{method}/index.html"


def sheet_file(network: str, image: str, target: int) -> str:
    """A row of the wall: the maps of all methods side by side."""
    return f"pictures/heatmaps/{network}/{image}-{target}.webp"


def method_file(method: str) -> str:
    """The maps of a method of the first images: a row for each, a column for each network."""
    return f"pictures/heatmaps/methods/{method}.webp"


PICKER_FILE = "pictures/heatmaps/images.avif"  # all images of the wall, small, side by side
FRONT_FILE = "pictures/heatmaps/wall.avif"  # the wall of the first image as one small picture


def scores_page(network: str = "") -> str:
    """What the maps of a network are worth; of all networks, where none is named."""
    return f"heatmaps/scores/{network + '/' if network else ''}index.html"


def scores_file(network: str) -> str:
    """The scores of a network as CSV."""
    return f"heatmaps/scores/{network}/scores.csv"


def scores_id(network: str) -> str:
    """The figure id of a network's scores."""
    return f"heatmaps/scores/{network}/table"


def curves_id(network: str) -> str:
    """The figure id of a network's deletion curves."""
    return f"heatmaps/scores/{network}/curves"


def path_page(image: str, network: str) -> str:
    """One decision of a network, whole."""
    return f"heatmaps/decisions/{network}/{image}/index.html"


def decisions_page(network: str) -> str:
    """The decisions of a network, one for each class."""
    return f"heatmaps/decisions/{network}/index.html"


def path_file(image: str, network: str) -> str:
    """The maps of the units that carry it, a row for each layer."""
    return f"pictures/heatmaps/{network}/{image}-path.webp"


def path_id(image: str, network: str) -> str:
    """Its figure id."""
    return f"heatmaps/{image}/decision/{network}"
