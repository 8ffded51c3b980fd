"""The recipe: what to put into an atlas. A TOML file, checked at the border; every field has a default and says what it is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import BaseModel, Field, ValidationError

from atlas.errors import ConfigError, UnknownName
from atlas.labels import class_names
from atlas.lock import Lock, name_of, pinned, read_lock
from atlas.networks import NETWORKS
from atlas.networks.own import like
from atlas.owned import each_once, generator_found, own_name, recurrent_found
from atlas.sections import (
    GenerativeRecipe,
    MapRecipe,
    PictureRecipe,
    RecurrentRecipe,
    Section,
)
from atlas.sources import HubFile, OwnFile, RandomWeights, UrlFile
from atlas.types import LayerSpec, NetworkSpec
from atlas.weights import digest, locate

RECIPES = Path(__file__).parent / "recipes"


RANDOM = "random"


class NetworkRecipe(Section):
    """One network of the atlas: a registered one, or an own checkpoint of a registered architecture."""

    name: str = Field(description="a registered network (`atlas list networks`), or an own name with `like`")
    like: str = Field("", description="own checkpoint: the registered network whose architecture it has")
    weights: str = Field(
        "",
        description="own checkpoint: its file, beside the recipe; `random`: random weights, for benchmarks, without a site",
    )
    labels: str = Field(
        "", description="own checkpoint: a text file with one class name a line, in the order of the outputs"
    )
    title: str = Field("", description="own checkpoint: its title on the site; the name where it is left out")
    licence: str = Field("not stated", description="own checkpoint: the licence of its weights")
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
        """The network with its weights as far as they are known; UnknownName lists what exists."""
        if self.like:
            return self._own
        spec = NETWORKS[self.name]
        if self.weights == RANDOM:
            return replace(spec, weights=RandomWeights(spec.name))
        lock = Lock(self.sha256, self.revision)
        return replace(spec, weights=pinned(spec.weights, lock)) if self.sha256 else spec

    @property
    def _own(self) -> NetworkSpec:
        base, labels = NETWORKS[self.like], self.labels
        count = len(class_names(labels)) if labels else base.logits.units
        file = OwnFile(self.weights, self.sha256, self.licence)
        spec = like(
            base, self.name, title=self.title or self.name, weights=file, classes=count, labels=labels or base.labels
        )
        return replace(spec, weights=RandomWeights(self.name)) if self.weights == RANDOM else spec

    def chosen(self) -> tuple[LayerSpec, ...]:
        """The layers of this recipe, in network order; ConfigError for a pattern that fits none."""
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
        wanted = [number for pattern, number in self.pictures.items() if fnmatchcase(layer.name, pattern)]
        number = wanted[-1] if wanted else 0
        return layer.spread(layer.units if number == "all" else number)


class Recipe(Section):
    """Everything that decides what the atlas shows."""

    name: str = Field("default", description="shown on the site")
    title: str = Field("Representation Atlas", description="title of the site")
    base_url: str = Field("", description="where the site will be published; makes permalinks absolute")
    seed: int = Field(0, ge=0, description="the seed that all other seeds derive from")
    probes: str = Field(
        "embedded", description="probe set: embedded, tiny-imagenet-60, sprites, imagefolder:PATH, parquet:PATH"
    )
    limit: int | None = Field(
        None, ge=1, description="use only the first parts (about 64 images each) of the probe set"
    )
    networks: tuple[NetworkRecipe, ...] = Field(min_length=1, description="the networks, in the site's order")
    weights_folder: str = Field(
        "", description="folder of published weight files, looked into before the hubs' caches (after `ATLAS_WEIGHTS`)"
    )
    examples: int = Field(9, ge=1, le=36, description="top examples a unit")
    per_source: int = Field(2, ge=1, description="at most so many top examples from one source image")
    pictures: PictureRecipe = PictureRecipe()
    maps: MapRecipe = MapRecipe()
    recurrent: RecurrentRecipe = RecurrentRecipe()
    generative: GenerativeRecipe = GenerativeRecipe()

    def randomized(self) -> Recipe:
        """The same with random weights everywhere, for benchmarks and tests."""
        networks = (network.model_copy(update={"weights": RANDOM, "sha256": ""}) for network in self.networks)
        return self.model_copy(update={"networks": tuple(networks)})


def matching(spec: NetworkSpec, patterns: Sequence[str]) -> tuple[LayerSpec, ...]:
    """The layers of `spec` that fit any of `patterns`, in network order."""
    for pattern in patterns:
        if not any(fnmatchcase(layer.name, pattern) for layer in spec.layers):
            raise UnknownName(f"layer of {spec.name}", pattern, (layer.name for layer in spec.layers))
    return tuple(layer for layer in spec.layers if any(fnmatchcase(layer.name, pattern) for pattern in patterns))


def read_recipe(source: str | None = None, settings: Sequence[str] = ()) -> Recipe:
    """The recipe named `source` (a packaged name or a TOML file), with `key=value` settings on top.

    Without a source: `atlas.toml` in the current folder, else the packaged `default`. A file may say
    `extends = "default"`. Raises ConfigError or UnknownName with the field and what would fit.
    """
    path, lock = _recipe_path(source), read_lock(lock_path(source))
    data = _read_toml(path)
    for setting in settings:
        _set(data, setting)
    try:
        recipe = Recipe.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{path} does not fit: {_explained(error)}. Fields: docs/recipes.md.") from None
    networks = tuple(_found(network, path.parent, lock) for network in recipe.networks)
    generative = _generative(recipe.generative, path.parent, lock)
    for network in networks:
        network.with_icons()  # reads all patterns: an unknown layer is found before anything runs
    own = tuple(recurrent_found(network, path.parent) for network in recipe.recurrent.own)
    each_once("recurrent", [*recipe.recurrent.networks, *(network.name for network in own)])
    recurrent = recipe.recurrent.model_copy(update={"own": own})
    return recipe.model_copy(update={"networks": networks, "recurrent": recurrent, "generative": generative})


def _generative(chapter: GenerativeRecipe, folder: Path, lock: Mapping[str, Lock]) -> GenerativeRecipe:
    """The chapter with the locks of its generators, as far as there are any, and with its own ones found."""
    sources = {spec.name: spec.weights for spec in chapter.chosen()}
    known = {
        name: lock[name_of(source)]
        for name, source in sources.items()
        if isinstance(source, HubFile | UrlFile) and not source.sha256 and name_of(source) in lock
    }
    own = tuple(generator_found(generator, folder) for generator in chapter.own)
    each_once("generative", [*chapter.generators, *(generator.name for generator in own)])
    return chapter.model_copy(update={"locks": chapter.locks | known, "own": own})


def lock_path(source: str | None = None) -> Path:
    """Where the digests of published weights are kept: `atlas.lock` beside the recipe, here for a packaged one."""
    path = _recipe_path(source)
    return (Path() if path.parent == RECIPES else path.parent) / "atlas.lock"


def _found(network: NetworkRecipe, folder: Path, lock: Mapping[str, Lock]) -> NetworkRecipe:
    """The network with the digest of its weights, as far as it is known, and paths that start from the recipe's folder."""
    if network.like:
        return _own_found(network, folder)
    if network.labels or network.weights not in ("", RANDOM):
        raise ConfigError(
            f"networks.{network.name}: an own checkpoint or own labels need `like`, the registered network whose "
            f'architecture they have, and an own name, such as name = "mine", like = "{network.name}".'
        )
    weights = NETWORKS[network.name].weights
    if not isinstance(weights, HubFile | UrlFile) or network.sha256:
        return network
    known = Lock(weights.sha256) if weights.sha256 else lock.get(name_of(weights))
    return network.model_copy(update=vars(known)) if known else network


def _own_found(network: NetworkRecipe, folder: Path) -> NetworkRecipe:
    own_name("networks", network.name, NETWORKS)
    if not network.weights:
        raise ConfigError(
            f"networks.{network.name}: like = {network.like!r} needs `weights`, the file of the checkpoint."
        )
    found = {"labels": str(folder / network.labels)} if network.labels.endswith(".txt") else {}
    if network.weights == RANDOM:
        return network.model_copy(update=found)
    file = str(folder / network.weights)
    known = network.sha256 or digest(locate(OwnFile(file, "", "")))
    return network.model_copy(update={**found, "weights": file, "sha256": known})


def _recipe_path(source: str | None) -> Path:
    if source is None:
        own = Path("atlas.toml")
        return own if own.is_file() else RECIPES / "default.toml"
    packaged = {path.stem: path for path in RECIPES.glob("*.toml")}
    if source in packaged:
        return packaged[source]
    if Path(source).suffix == ".toml" or Path(source).is_file():
        return Path(source)
    raise UnknownName("recipe", source, packaged)


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"The recipe {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"The recipe {path} is not TOML: {error}.") from error
    base = data.pop("extends", None)
    return data if base is None else _merged(_read_toml(_recipe_path(str(base))), data)


def _merged(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    both = {key: _merged(base[key], value) if isinstance(value, dict) and isinstance(base.get(key), dict) else value
            for key, value in top.items()}  # fmt: skip
    return base | both


def _set(data: dict[str, Any], setting: str) -> None:
    """Apply one `a.b=value`; the value is read as TOML, else as text. `networks.0.x` counts into lists."""
    dotted, equals, text = setting.partition("=")
    if not equals:
        raise ConfigError(f"--set {setting!r} is not of the form key=value, such as --set pictures.steps=256.")
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        value = text
    *outer, last = dotted.split(".")
    place: Any = data
    try:
        for name in outer:
            place = place[int(name)] if isinstance(place, list) else place.setdefault(name, {})
        place[int(last) if isinstance(place, list) else last] = value
    except (ValueError, IndexError, TypeError, AttributeError):
        raise ConfigError(f"--set {setting!r}: there is no field {dotted!r}.") from None


def _explained(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, item['loc'])) or 'recipe'} = {item['input']!r}: "
        + (_unknown(item["loc"]) if item["type"] == "extra_forbidden" else item["msg"])
        for item in error.errors()[:4]
    )


def _unknown(place: tuple[int | str, ...]) -> str:
    """There is no such field: which one may be meant, and which there are."""
    section: type[BaseModel] = Recipe
    for name in (name for name in place[:-1] if isinstance(name, str)):
        kind = section.model_fields[name].annotation
        section = next(
            part for part in (kind, *get_args(kind)) if isinstance(part, type) and issubclass(part, BaseModel)
        )
    return str(UnknownName("field", str(place[-1]), section.model_fields)).rstrip(".")
