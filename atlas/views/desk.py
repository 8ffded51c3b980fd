"""What views work from: the whole atlas (`Desk`), one layer of it (`Sheet`), and what is kept of a layer once it is
written (`Entry`), so that memory does not grow with the number of units."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from atlas.figures.places import probe_file
from atlas.figures.provenance import licence_of, provenance
from atlas.figures.unit import unit_title
from atlas.figures.words import first_name
from atlas.measured import AtlasResults, LayerResults, NetworkResults
from atlas.types import Array, ProbeImage, Unit
from atlas.views.credits import Work, credits, works
from atlas.views.crop import common

Place = tuple[str, str]  # network, layer
HUES = 8  # colours that the style sheet knows, in timeline order


@dataclass(frozen=True)
class Desk:
    """The whole atlas, and the folder where its probe images were written already."""

    results: AtlasResults
    out: Path
    base_url: str = ""

    @cached_property
    def hues(self) -> Mapping[str, int]:
        """Number of the colour of each network, oldest first."""
        ordered = sorted(self.results.networks, key=lambda network: (network.spec.year, network.spec.name))
        return {network.spec.name: place % HUES for place, network in enumerate(ordered)}

    @cached_property
    def networks(self) -> tuple[NetworkResults, ...]:
        """The networks, oldest first."""
        return tuple(sorted(self.results.networks, key=lambda network: (network.spec.year, network.spec.name)))

    def network(self, name: str) -> NetworkResults:
        """The network named `name`."""
        return next(network for network in self.networks if network.spec.name == name)

    def image(self, index: int) -> ProbeImage:
        """Probe image `index`."""
        return self.results.probes.images[index]

    @cached_property
    def sources(self) -> Mapping[str, tuple[int, tuple[int, ...]]]:
        """For each source its number, in the order of first images, and the images cut from it (kept: pages ask often)."""
        groups: dict[str, list[int]] = {}
        for index, image in enumerate(self.results.probes.images):
            groups.setdefault(image.source, []).append(index)
        return {source: (number, tuple(images)) for number, (source, images) in enumerate(groups.items())}

    @cached_property
    def works(self) -> tuple[Work, ...]:
        """The works that the probe images were cut from."""
        return works(self.results.probes.images)

    @cached_property
    def credits(self) -> tuple[str, ...]:
        """For each probe image the site path of the entry that credits it."""
        return credits(self.works, len(self.results.probes.images))

    @cached_property
    def pixels(self) -> Pixels | None:
        """Reads probe images, or None where the site may not carry them."""
        probes = self.results.probes
        return (
            Pixels(tuple(self.out / probe_file(index) for index in range(len(probes.images))))
            if probes.publish
            else None
        )


class Pixels:
    """The pixels of the probe images as the site carries them, a few kept at a time."""

    def __init__(self, files: tuple[Path, ...]) -> None:
        self._files = files
        self._read = lru_cache(maxsize=256)(self._decode)

    def __getitem__(self, index: int) -> Image.Image:
        return self._read(index)

    def _decode(self, index: int) -> Image.Image:
        return Image.open(io.BytesIO(self._files[index].read_bytes())).convert("RGB")


@dataclass(frozen=True)
class Sheet:
    """One layer, as its views see it."""

    desk: Desk
    network: NetworkResults
    layer: LayerResults

    @property
    def path(self) -> str:
        """The folder of the layer's pages, with its slash."""
        return f"networks/{self.network.spec.name}/{self.layer.spec.name}/"

    @property
    def hue(self) -> int:
        return self.desk.hues[self.network.spec.name]

    @property
    def is_logits(self) -> bool:
        """Is each unit of the layer a class?"""
        return self.layer.spec.name == self.network.spec.logits.name

    @cached_property
    def frame(self) -> Mapping[str, int]:
        """Where most examples' windows and fields lie (`atlas.views.crop`)."""
        return common(self.layer.examples.box[self.layer.examples.image >= 0], self.desk.results.probes.size)

    @cached_property
    def provenance(self) -> Mapping[str, Any]:
        """What all figures of the layer were made from; `pictures` is what the parameters of its pictures share."""
        made = provenance(self.desk.results, self.network.spec, self.layer)
        found = [picture.parameters for picture in self.layer.pictures.values()]
        shared = {
            name: value
            for name, value in (found[0] if found else {}).items()
            if all(name in other and other[name] == value for other in found[1:])
        }
        return made | ({"parameters": shared} if shared else {})

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """For each unit the licence of its examples: the terms of all their images together."""
        images, probes = self.layer.examples.image, self.desk.results.probes.images
        return tuple(licence_of(probes[i] for i in row if i >= 0) for row in images.tolist())

    @cached_property
    def licences(self) -> tuple[str, ...]:
        """These licences, the most common first."""
        found = Counter(self.terms)
        return tuple(licence for licence, _ in sorted(found.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def class_names(self) -> tuple[str, ...]:
        return self.desk.results.class_names(self.network.spec.labels)

    def unit(self, index: int) -> Unit:
        return Unit(self.network.spec.name, self.layer.spec.name, index)

    def title(self, index: int) -> str:
        """The unit in words, for headings."""
        return unit_title(self.desk.results, self.network.spec, self.layer.spec.name, index)

    @cached_property
    def favourites(self) -> tuple[str, ...]:
        """For each unit the predicted class that it answers most, in short ("" where none is known)."""
        first = self.layer.stats.class_ids[:, 0].tolist()
        return tuple(first_name(self.class_names[i]) if i >= 0 else "" for i in first)

    def label(self, index: int) -> str:
        """The unit in a few words, for tiles: its class, or the class that it answers most."""
        return first_name(self.class_names[index]) if self.is_logits else self.favourites[index]

    @cached_property
    def strength(self) -> Array:
        """[C] how far a unit's strongest image stands out: (largest - median) / (90th percentile - median)."""
        stats = self.layer.stats
        out: Array = (stats.highest - stats.p50) / np.maximum(stats.p90 - stats.p50, 1e-9)
        return out

    @cached_property
    def selectivity(self) -> Array:
        """[C] in about [0, 1]: (mean of the favourite class - median) / (largest - median) of the images' responses."""
        stats = self.layer.stats
        reach = np.maximum(stats.highest - stats.p50, 1e-9)
        return np.where(stats.class_ids[:, 0] >= 0, (stats.class_means[:, 0] - stats.p50) / reach, 0.0)


@dataclass(frozen=True)
class Tile:
    """A unit on the wall: its address, its words, its small picture ([S, S, 3] uint8)."""

    unit: Unit
    words: str
    rgb: Array


@dataclass(frozen=True)
class Entry:
    """What is kept of a layer for the pages about the whole: names, counts, a few tiles, favourites."""

    name: str
    title: str
    units: int
    spatial: bool
    field: int
    stride: int
    pictures: int
    ratio: float | None  # median over units of picture / largest natural response
    map: Mapping[str, float] | None  # quality figures
    map_images: int
    tiles: tuple[Tile, ...]
    favourites: tuple[str, ...]  # [units]
    labels: tuple[str, ...]  # [units] favourite label of the probe set's own, "" = none
    figures: int


@dataclass(frozen=True)
class Chapter:
    """A network and the entries of its layers."""

    network: NetworkResults
    hue: int
    layers: tuple[Entry, ...]
