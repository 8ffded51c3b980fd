"""Site paths of the pages and pictures of whole image networks.

Paths that other chapters need too are in `atlas.publish.places`.
"""

from __future__ import annotations


def gates_page(network: str) -> str:
    """The page of a network's gates."""
    return f"networks/{network}/gates/index.html"


def diagnosis_page(network: str) -> str:
    """The page of the diagnosis that led to a network."""
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


def classes_page(labels: str) -> str:
    """The table of a list of classes that several networks share."""
    return f"classes/{labels}/index.html"


def class_page(labels: str, index: int) -> str:
    """The page of a class over these networks."""
    return f"classes/{labels}/{index}/index.html"
