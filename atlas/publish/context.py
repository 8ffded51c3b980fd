"""What pages are made from: the results of the atlas, and the folder with its probe images."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from PIL import Image

from atlas.core.results import AtlasResults, NetworkResults
from atlas.core.specs import ProbeImage
from atlas.probes.own import UNKNOWN
from atlas.publish.credits import Work, credits, works
from atlas.publish.imprint import Imprint, imprint_of
from atlas.publish.places import probe_file
from atlas.publish.provenance import credit

HUES = 8  # colours of the style sheet, in timeline order


@dataclass(frozen=True)
class AtlasContext:
    """The results of the atlas, and the site's folder, into which its probe images were written already."""

    results: AtlasResults
    out: Path
    base_url: str = ""

    @cached_property
    def hues(self) -> Mapping[str, int]:
        """Number of the colour of each network, oldest first."""
        ordered = sorted(self.results.networks, key=lambda network: (network.spec.year, network.spec.name))
        return {network.spec.name: index % HUES for index, network in enumerate(ordered)}

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
        """For each source its number, in the order of first images, and the indices of the images cut from it."""
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
    def imprint(self) -> Imprint:
        """Who publishes the atlas, and under which terms."""
        return imprint_of(self.results.recipe)

    @cached_property
    def credit(self) -> str:
        """Attribution and licence of all probe images, where they are the same and the images are shown; else ""."""
        shared = {credit(image) for image in self.results.probes.images}
        is_stated = all(image.licence != UNKNOWN for image in self.results.probes.images)
        return shared.pop() if len(shared) == 1 and is_stated and self.results.probes.publish else ""

    @cached_property
    def pixels(self) -> Pixels | None:
        """Reads probe images, or None where the site may not carry them."""
        probes = self.results.probes
        if not probes.publish:
            return None
        return Pixels(tuple(self.out / probe_file(index) for index in range(len(probes.images))))


class Pixels:
    """The pixels of the probe images as the site carries them, a few kept at a time."""

    def __init__(self, files: tuple[Path, ...]) -> None:
        self._files = files
        self._read = lru_cache(maxsize=256)(self._decode)

    def __getitem__(self, index: int) -> Image.Image:
        return self._read(index)

    def _decode(self, index: int) -> Image.Image:
        return Image.open(io.BytesIO(self._files[index].read_bytes())).convert("RGB")
