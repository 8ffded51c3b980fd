"""The image networks of a recipe: registered ones and custom checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

from pydantic import Field

from atlas.core.errors import ConfigError, UnknownName
from atlas.core.sources import CustomFile, HubFile, RandomWeights, UrlFile
from atlas.core.specs import LayerSpec, NetworkSpec
from atlas.networks import NETWORKS
from atlas.networks.custom import like
from atlas.networks.labels import class_names
from atlas.recipe.custom import custom_name
from atlas.recipe.paths import placed
from atlas.recipe.sections import Section
from atlas.weights import digest, locate
from atlas.weights.lock import Lock, name_of, pinned

RANDOM = "random"


class NetworkRecipe(Section):
    """One network of the atlas: a registered one, or a custom checkpoint of a registered architecture."""

    name: str = Field(description="a registered network (`atlas list networks`), or a custom name with `like`")
    like: str = Field("", description="custom checkpoint: the registered network whose architecture it has")
    weights: str = Field(
        "",
        description="custom checkpoint: its file, beside the recipe; `random`: random weights, for benchmarks, no site",
    )
    labels: str = Field(
        "", description="custom checkpoint: a text file with one class name a line, in the order of the outputs"
    )
    title: str = Field("", description="custom checkpoint: its title on the site; the name where it is left out")
    licence: str = Field("not stated", description="custom checkpoint: the licence of its weights, an SPDX id")
    attribution: str = Field("", description="custom checkpoint: whom to credit beside its pictures")
    sha256: str = Field(
        "", description="SHA-256 of the weight file; filled in from the network, `atlas.lock` or the file"
    )
    revision: str = Field("", description="commit of the hub's repository; filled in from `atlas.lock`")
    layers: tuple[str, ...] = Field(("*",), description="layer names or patterns such as `block*`")
    pictures: dict[str, int | Literal["all"]] = Field(
        {"*": 32},
        description="how many units of a layer get a picture, spread evenly; the last pattern that fits counts",
    )
    maps: tuple[str, ...] = Field(("*",), description="chosen layers with an activation map, by name or pattern")
    icons: tuple[str, ...] = Field((), description="layers whose map cells get a synthesized icon")

    @property
    def spec(self) -> NetworkSpec:
        """The network with its source of weights; UnknownName where it is not registered."""
        if self.like:
            return self._custom
        spec = NETWORKS[self.name]
        if self.weights == RANDOM:
            return replace(spec, weights=RandomWeights(spec.name))
        lock = Lock(self.sha256, self.revision)
        return replace(spec, weights=pinned(spec.weights, lock)) if self.sha256 else spec

    @property
    def _custom(self) -> NetworkSpec:
        base, labels = NETWORKS[self.like], self.labels
        count = len(class_names(labels)) if labels else base.logits.units
        file = CustomFile(self.weights, self.sha256, self.licence, attribution=self.attribution)
        spec = like(
            base, self.name, title=self.title or self.name, weights=file, classes=count, labels=labels or base.labels
        )
        return replace(spec, weights=RandomWeights(self.name)) if self.weights == RANDOM else spec

    def chosen(self) -> tuple[LayerSpec, ...]:
        """The layers of this recipe, in network order; UnknownName for a pattern that fits none."""
        return matching(self.spec, self.layers)

    def mapped(self) -> tuple[LayerSpec, ...]:
        """The chosen layers with an activation map."""
        chosen = self.chosen()
        return tuple(layer for layer in matching(self.spec, self.maps) if layer in chosen)

    def with_icons(self) -> tuple[LayerSpec, ...]:
        """The mapped layers whose cells get an icon."""
        mapped = self.mapped()
        return tuple(layer for layer in matching(self.spec, self.icons) if layer in mapped)

    def pictured(self, layer: LayerSpec) -> tuple[int, ...]:
        """The units of `layer` that get a picture, spread evenly over it."""
        counts = [count for pattern, count in self.pictures.items() if fnmatchcase(layer.name, pattern)]
        count = counts[-1] if counts else 0
        return layer.spread(layer.units if count == "all" else count)


def matching(spec: NetworkSpec, patterns: Sequence[str]) -> tuple[LayerSpec, ...]:
    """The layers of `spec` that fit any of `patterns`, in network order; UnknownName for a pattern that fits none."""
    for pattern in patterns:
        if not any(fnmatchcase(layer.name, pattern) for layer in spec.layers):
            raise UnknownName(f"layer of {spec.name}", pattern, (layer.name for layer in spec.layers))
    return tuple(layer for layer in spec.layers if any(fnmatchcase(layer.name, pattern) for pattern in patterns))


def network_found(network: NetworkRecipe, folder: Path, lock: Mapping[str, Lock]) -> NetworkRecipe:
    """The network with the digest of its weights, where it is known, and paths relative to the recipe's `folder`.

    ConfigError where fields do not fit each other.
    """
    if network.like:
        return _custom_found(network, folder)
    if network.labels or network.weights not in ("", RANDOM):
        raise ConfigError(
            f"networks.{network.name}: a custom checkpoint or custom labels need `like`, the registered network whose "
            f'architecture they have, and a custom name, such as name = "mine", like = "{network.name}".'
        )
    weights = NETWORKS[network.name].weights
    if not isinstance(weights, HubFile | UrlFile) or network.sha256:
        return network
    known = Lock(weights.sha256) if weights.sha256 else lock.get(name_of(weights))
    return network.model_copy(update=vars(known)) if known else network


def _custom_found(network: NetworkRecipe, folder: Path) -> NetworkRecipe:
    custom_name("networks", network.name, NETWORKS)
    if not network.weights:
        raise ConfigError(
            f"networks.{network.name}: like = {network.like!r} needs `weights`, the file of the checkpoint."
        )
    update = {"labels": placed(network.labels, folder)} if network.labels.endswith(".txt") else {}
    if network.weights == RANDOM:
        return network.model_copy(update=update)
    file = placed(network.weights, folder)
    known = network.sha256 or digest(locate(CustomFile(file, "", "")))
    return network.model_copy(update={**update, "weights": file, "sha256": known})
