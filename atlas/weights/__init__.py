"""Weight files: how they are found, downloaded, checked and read, and the model cards beside them."""

from atlas.weights.loader import (
    EMBEDDED,
    assemble,
    check,
    contents,
    digest,
    fill,
    fit,
    freeze,
    load,
    locate,
    named,
    randomized,
    read,
)

__all__ = [
    "EMBEDDED",
    "assemble",
    "check",
    "contents",
    "digest",
    "fill",
    "fit",
    "freeze",
    "load",
    "locate",
    "named",
    "randomized",
    "read",
]
