"""The image networks of a recipe: registered ones and custom checkpoints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from atlas.core.errors import ConfigError, UnknownName
from atlas.core.sources import CustomFile, HubFile, RandomWeights, UrlFile
from atlas.core.specs import LayerSpec, NetworkSpec
from atlas.networks import NETWORKS
from atlas.networks.custom import like
from atlas.networks.labels import LISTS, class_names
from atlas.recipe.custom import custom_name, each_once
from atlas.recipe.paths import placed
from atlas.recipe.sections import Section
from atlas.weights import digest, locate
from atlas.weights.lock import Lock, name_of, pinned

RANDOM = "random"
Share = Annotated[float, Field(ge=0, le=1)]
Deviation = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=0)]
OWN = ("weights", "labels", "mean", "std", "inner")  # fields that only a custom checkpoint has


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
    mean: tuple[Share, Share, Share] | None = Field(
        None,
        description="custom checkpoint: the mean of red, green and blue (0 to 1) that its training subtracted; "
        "left out: that of `like`",
    )
    std: tuple[Deviation, Deviation, Deviation] | None = Field(
        None, description="custom checkpoint: the deviation that its training divided by; left out: that of `like`"
    )
    inner: str = Field(
        "", description="custom checkpoint: the prefix of its keys, where a file holds several networks that fit"
    )
    title: str = Field("", description="custom checkpoint: its title on the site; the name where it is left out")
    licence: str = Field("not stated", description="custom checkpoint: the licence of its weights, an SPDX id")
    attribution: str = Field("", description="custom checkpoint: whom to credit beside its pictures")
    sha256: str = Field(
        "", description="SHA-256 of the weight file; filled in from the network, `atlas.lock` or the file"
    )
    revision: str = Field("", description="commit of the hub's repository; filled in from `atlas.lock`")
    layers: tuple[str, ...] = Field(("*",), description="layer names or patterns such as `block*`")
    pictures: dict[str, Count | Literal["all"]] = Field(
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
        file = CustomFile(self.weights, self.sha256, self.licence, inner=self.inner, attribution=self.attribution)
        spec = like(
            base,
            self.name,
            title=self.title or self.name,
            weights=file,
            classes=count,
            labels=labels or base.labels,
            mean=self.mean,
            std=self.std,
        )
        return replace(spec, weights=RandomWeights(self.name)) if self.weights == RANDOM else spec

    @property
    def stated(self) -> dict[str, Any]:
        """What the recipe states of how a custom checkpoint is read, as far as it does: a part of every key."""
        fields: dict[str, Any] = self.model_dump(mode="json", include={"mean", "std", "inner"})
        return {name: value for name, value in fields.items() if value}

    def chosen(self) -> tuple[LayerSpec, ...]:
        """The layers of this recipe, in network order; UnknownName for a pattern that fits none."""
        return matching(self.spec, self.layers)

    def mapped(self) -> tuple[LayerSpec, ...]:
        """The chosen layers with an activation map."""
        chosen = self.chosen()
        return tuple(layer for layer in matching(self.spec, self.maps) if layer in chosen)

    def with_icons(self) -> tuple[LayerSpec, ...]:
        """The mapped layers whose cells get an icon; ConfigError for a pattern that fits none of them."""
        mapped = self.mapped()
        for pattern in self.icons:
            if not any(layer in mapped for layer in matching(self.spec, (pattern,))):
                raise ConfigError(
                    f"networks.{self.name}: icons = {pattern!r} fits no layer with a map, and icons are drawn on maps. "
                    "Name the layer in `layers` and `maps` too, or leave it out of `icons`."
                )
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

    ConfigError where fields do not fit each other, UnknownName for a layer that does not exist or is not chosen.
    """
    found = _custom_found(network, folder) if network.like else _registered_found(network, lock)
    _check_layers(found)
    return found


def _registered_found(network: NetworkRecipe, lock: Mapping[str, Lock]) -> NetworkRecipe:
    _check_registered(network)
    weights = NETWORKS[network.name].weights
    if not isinstance(weights, HubFile | UrlFile):
        if network.sha256 or network.revision:
            raise ConfigError(
                f"networks.{network.name}: sha256 and revision pin a file that is downloaded, but the weights of "
                f"{network.name} come with the package. Leave them out."
            )
        return network
    if network.sha256:
        return network
    known = Lock(weights.sha256) if weights.sha256 else lock.get(name_of(weights))
    return network.model_copy(update=vars(known)) if known else network


def _check_registered(network: NetworkRecipe) -> None:
    """ConfigError for fields of a custom checkpoint, UnknownName for a name that is not registered."""
    given = [field for field in OWN if getattr(network, field) and getattr(network, field) != RANDOM]
    if not given:
        NETWORKS[network.name]
        return
    close = [network.name] if network.name in NETWORKS else get_close_matches(network.name, list(NETWORKS), 1, 0.0)
    raise ConfigError(
        f"networks.{network.name}: {', '.join(given)} belong to a custom checkpoint. It needs `like`, the registered "
        f'network whose architecture it has (`atlas list networks`), and a name of its own, such as name = "mine", '
        f'like = "{close[0]}".'
    )


def _custom_found(network: NetworkRecipe, folder: Path) -> NetworkRecipe:
    custom_name("networks", network.name, NETWORKS)
    NETWORKS[network.like]  # UnknownName before its file is looked for
    if not network.weights:
        raise ConfigError(
            f"networks.{network.name}: like = {network.like!r} needs `weights`, the file of the checkpoint."
        )
    update = {"labels": _labels(network, folder)}
    if network.weights == RANDOM:
        return network.model_copy(update=update)
    file = placed(network.weights, folder)
    known = network.sha256 or digest(locate(CustomFile(file, "", "")))
    return network.model_copy(update={**update, "weights": file, "sha256": known})


def _labels(network: NetworkRecipe, folder: Path) -> str:
    """The class list, or the absolute path of the file of class names."""
    if network.labels.endswith(".txt"):
        return placed(network.labels, folder)
    if network.labels and network.labels not in LISTS:
        raise ConfigError(
            f"networks.{network.name}: labels = {network.labels!r} is neither a class list ({', '.join(LISTS)}) nor a "
            "text file: its name ends in .txt, and it holds one class name a line, in the order of the outputs."
        )
    return network.labels


def _check_layers(network: NetworkRecipe) -> None:
    """UnknownName for a layer that does not exist or is not chosen, ConfigError for one that is named twice."""
    for field, patterns in (("layers", network.layers), ("maps", network.maps), ("icons", network.icons)):
        each_once(f"networks.{network.name}.{field}", patterns)
    chosen = network.chosen()
    matching(network.spec, tuple(network.pictures))
    _among(f"chosen layer of {network.name}", chosen, network.maps)
    _among(f"layer of {network.name} with a map", network.mapped(), network.icons)


def _among(kind: str, layers: Sequence[LayerSpec], patterns: Sequence[str]) -> None:
    """UnknownName for a pattern that fits none of `layers`; all of them may be none."""
    for pattern in patterns:
        if pattern != "*" and not any(fnmatchcase(layer.name, pattern) for layer in layers):
            raise UnknownName(kind, pattern, (layer.name for layer in layers))
