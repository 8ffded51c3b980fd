"""The recipe: what to put into an atlas. A TOML file, checked at the border; every field has a default and says what it is."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from atlas.errors import ConfigError, UnknownName
from atlas.networks import NETWORKS
from atlas.networks.recurrent import RECURRENT
from atlas.types import LayerSpec, NetworkSpec, RecurrentSpec

RECIPES = Path(__file__).parent / "recipes"


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NetworkRecipe(_Section):
    """One network of the atlas."""

    name: str = Field(description="a registered network (`atlas list networks`)")
    layers: tuple[str, ...] = Field(("*",), description="layer names or patterns such as `block*`")
    pictures: dict[str, int | Literal["all"]] = Field(
        {"*": 32},
        description="how many units of a layer get a picture, spread evenly; the last pattern that fits counts",
    )
    maps: tuple[str, ...] = Field(("*",), description="chosen layers with an activation map, by name or pattern")
    icons: tuple[str, ...] = Field((), description="layers whose map cells get a synthesized icon")

    @property
    def spec(self) -> NetworkSpec:
        """The registered network; UnknownName lists what exists."""
        return NETWORKS[self.name]

    def chosen(self) -> tuple[LayerSpec, ...]:
        """The layers of this recipe, in network order; ConfigError for a pattern that fits none."""
        return matching(self.spec, self.layers)

    def mapped(self) -> tuple[LayerSpec, ...]:
        """The chosen layers with an activation map."""
        return tuple(layer for layer in matching(self.spec, self.maps) if layer in self.chosen())

    def with_icons(self) -> tuple[LayerSpec, ...]:
        """The mapped layers whose cells get an icon."""
        return tuple(layer for layer in matching(self.spec, self.icons) if layer in self.mapped())

    def pictured(self, layer: LayerSpec) -> tuple[int, ...]:
        """The units of `layer` that get a picture, spread evenly over it."""
        wanted = [number for pattern, number in self.pictures.items() if fnmatchcase(layer.name, pattern)]
        number = wanted[-1] if wanted else 0
        count = layer.units if number == "all" else min(number, layer.units)
        return tuple((2 * i + 1) * layer.units // (2 * count) for i in range(count))


class PictureRecipe(_Section):
    """Feature visualization (activation maximization)."""

    size: int = Field(
        128,
        ge=32,
        le=512,
        description="pixels of the picture's side, as shown; layers that see less are optimized on a smaller canvas",
    )
    steps: int = Field(64, ge=1, description="steps of gradient ascent on 128 pixels; a smaller canvas takes fewer")


class MapRecipe(_Section):
    """Activation maps (UMAP)."""

    neighbours: int = Field(50, ge=2, description="UMAP's n_neighbors")
    min_dist: float = Field(0.05, ge=0, description="UMAP's min_dist")
    metric: Literal["cosine", "euclidean"] = Field("cosine", description="distance between activation vectors")
    epochs: int = Field(100, ge=1, description="UMAP's n_epochs: more do not keep more neighbours (atlas/embed.py)")
    grid: int = Field(14, ge=2, le=80, description="cells a side")
    least: int = Field(6, ge=1, description="points that a cell needs")
    icon_size: int = Field(80, ge=32, description="pixels of an icon's side")


class RecurrentRecipe(_Section):
    """The chapter on recurrent networks; without networks there is none."""

    networks: tuple[str, ...] = Field((), description="recurrent networks (`atlas list recurrent`)")
    characters: int = Field(4000, ge=300, description="characters read from the start of each held-out source file")
    places: int = Field(1000, ge=10, description="places where the context is cut short")

    def chosen(self) -> tuple[RecurrentSpec, ...]:
        """The registered networks; UnknownName lists what exists."""
        return tuple(RECURRENT[name] for name in self.networks)


class Recipe(_Section):
    """Everything that decides what the atlas shows."""

    name: str = Field("default", description="shown on the site")
    title: str = Field("Representation Atlas", description="title of the site")
    base_url: str = Field("", description="where the site will be published; makes permalinks absolute")
    seed: int = Field(0, ge=0, description="the seed that all other seeds derive from")
    probes: str = Field("embedded", description="probe set: embedded, tiny-imagenet-60, imagefolder:PATH, parquet:PATH")
    limit: int | None = Field(
        None, ge=1, description="use only the first parts (about 64 images each) of the probe set"
    )
    networks: tuple[NetworkRecipe, ...] = Field(min_length=1, description="the networks, in the site's order")
    examples: int = Field(9, ge=1, le=36, description="top examples a unit")
    per_source: int = Field(2, ge=1, description="at most so many top examples from one source image")
    pictures: PictureRecipe = PictureRecipe()
    maps: MapRecipe = MapRecipe()
    recurrent: RecurrentRecipe = RecurrentRecipe()


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
    path = _recipe_path(source)
    data = _read_toml(path)
    for setting in settings:
        _set(data, setting)
    try:
        recipe = Recipe.model_validate(data)
    except ValidationError as error:
        raise ConfigError(f"{path} does not fit: {_explained(error)}. Fields: docs/recipes.md.") from None
    for network in recipe.networks:
        network.with_icons()  # reads all patterns: an unknown layer is found before anything runs
    return recipe


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
        f"{'.'.join(map(str, item['loc'])) or 'recipe'} = {item['input']!r}: {item['msg']}"
        for item in error.errors()[:4]
    )
