"""Probe sets: the images that networks are evaluated on. Each source is a file here; this is their registry.

A source is named `embedded`, `photographs`, `tiny-imagenet-60`, `sprites`, `imagefolder:PATH` or `parquet:PATH`.
Importing this package is light.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from atlas.core.errors import ProbeError
from atlas.core.registry import Registry
from atlas.core.specs import ProbePart
from atlas.probes.own import NOTHING, OwnSettings, Summary
from atlas.probes.webp import decode

__all__ = ["PROBES", "Composed", "OwnSettings", "ProbeKind", "ProbeSource", "Summed", "decode", "probe_source"]


class ProbeSource(Protocol):
    """A probe set that is made in parts. Images are RGB, `size` pixels square."""

    @property
    def name(self) -> str:
        """The name in a recipe."""

    @property
    def title(self) -> str:
        """The title on the site."""

    @property
    def labels(self) -> str | None:
        """The class list of `ProbeImage.class_index`."""

    @property
    def publish(self) -> bool:
        """Whether the site may show the images."""

    @property
    def mixed(self) -> bool:
        """Whether each part is a sample of the whole set; else the parts of a limited set are spread over it."""

    @property
    def size(self) -> int:
        """The side of an image in pixels."""

    def identity(self) -> dict[str, Any]:
        """Everything that decides the images, as plain data; cheap, and part of every store key."""

    def parts(self) -> tuple[str, ...]:
        """The names of the parts, about 64 images each; cheap and in a fixed order."""

    def make(self, part: str) -> ProbePart:
        """The images of one part, the same bytes every time. Unreadable images are listed in `skipped`."""


@runtime_checkable
class Composed(Protocol):
    """A probe set that puts objects on grounds, and can show the ground alone."""

    def without(self, part: str, place: int) -> bytes | None:
        """Image `place` of a part without its object, as the bytes of a WebP file; None where it has none."""


@runtime_checkable
class Summed(Protocol):
    """A probe set that can be summed up before its images are read."""

    def summary(self) -> Summary:
        """Images, labels, masks, and files that are no images."""


@dataclass(frozen=True)
class ProbeKind:
    """A kind of probe set: its form in a recipe, a summary, and the function that opens it."""

    usage: str
    summary: str
    open: Callable[[str, OwnSettings], ProbeSource]  # takes the text after the colon
    own: bool = False  # whether a recipe states its terms and columns


PROBES: Registry[ProbeKind] = Registry("probe set")


def probe_source(name: str, settings: OwnSettings = NOTHING) -> ProbeSource:
    """The source named `name`, such as `embedded` or `parquet:photos/`, with the settings of an own set.

    Raises:
        UnknownName: there is no such kind of probe set.
        ProbeError: a path is missing, or is given where the kind takes none; settings for a set that has its own terms.
    """
    kind, colon, path = name.partition(":")
    entry = PROBES[kind]
    optional = "[:" in entry.usage and not colon
    if not optional and (":" in entry.usage) != bool(colon and path):
        raise ProbeError(f"{name!r} is not a probe set; write it as {entry.usage!r}.")
    if settings != NOTHING and not entry.own:
        own = " and ".join(PROBES[kind].usage for kind in PROBES if PROBES[kind].own)
        raise ProbeError(f"The probe set {name} has its own terms and labels; [probes] states them for {own} only.")
    return entry.open(path, settings)


def _embedded(_: str, __: OwnSettings) -> ProbeSource:
    from atlas.probes.embedded import Embedded

    return Embedded()


def _photographs(path: str, _: OwnSettings) -> ProbeSource:
    from atlas.probes.photograph_set import Photographs

    return Photographs(origin=path)


def _tiny_imagenet(_: str, __: OwnSettings) -> ProbeSource:
    from atlas.probes.tiny_imagenet import tiny_imagenet

    return tiny_imagenet()


def _sprites(_: str, __: OwnSettings) -> ProbeSource:
    from atlas.probes.sprite_set import Sprites

    return Sprites()


def _imagefolder(path: str, settings: OwnSettings) -> ProbeSource:
    from atlas.probes.imagefolder import ImageFolder

    return ImageFolder(path, settings)


def _parquet(path: str, settings: OwnSettings) -> ProbeSource:
    from atlas.probes.parquet import ParquetImages

    return ParquetImages(path, settings)


PROBES.add("embedded", ProbeKind("embedded", "free photographs and drawn objects, always there", _embedded))
PROBES.add(
    "photographs",
    ProbeKind(
        "photographs[:FOLDER]",
        "free photographs, and objects cut out of some, from two Debian packages; by apt, or from a folder",
        _photographs,
    ),
)
PROBES.add(
    "tiny-imagenet-60",
    ProbeKind(
        "tiny-imagenet-60",
        "photographs of 60 classes, 64 pixels; downloaded unless ATLAS_DATA has them",
        _tiny_imagenet,
    ),
)
PROBES.add(
    "sprites", ProbeKind("sprites", "squares, ellipses and triangles of known colour and position, 32 pixels", _sprites)
)
PROBES.add("imagefolder", ProbeKind("imagefolder:PATH", "the images below a folder", _imagefolder, own=True))
PROBES.add("parquet", ProbeKind("parquet:PATH", "images in Parquet, as Hugging Face writes them", _parquet, own=True))
