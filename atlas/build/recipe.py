"""The recipe that this process builds, so that a worker knows its networks: own ones are in no registry."""

from __future__ import annotations

from atlas.config import Recipe
from atlas.networks import NETWORKS
from atlas.networks.generators import GENERATORS
from atlas.networks.recurrent import RECURRENT
from atlas.types import GeneratorSpec, NetworkSpec, RecurrentSpec

_CURRENT: dict[str, Recipe] = {}


def use(recipe: Recipe) -> None:
    """Build `recipe` in this process from now on."""
    _CURRENT["recipe"] = recipe


def spec_of(name: str) -> NetworkSpec:
    """The network `name` of the recipe, else the registered one."""
    recipe = _CURRENT.get("recipe")
    own = {network.name: network for network in recipe.networks} if recipe else {}
    return own[name].spec if name in own else NETWORKS[name]


def generator_of(name: str) -> GeneratorSpec:
    """The generator `name` of the recipe, with the digest of its weights, else the registered one."""
    recipe = _CURRENT.get("recipe")
    chosen = {spec.name: spec for spec in recipe.generative.chosen()} if recipe else {}
    return chosen[name] if name in chosen else GENERATORS[name]


def recurrent_spec_of(name: str) -> RecurrentSpec:
    """The recurrent network `name` of the recipe, else the registered one."""
    recipe = _CURRENT.get("recipe")
    own = {network.name: network for network in recipe.recurrent.own} if recipe else {}
    return own[name].spec if name in own else RECURRENT[name]


def weights_folder() -> str:
    """The recipe's folder of weight files."""
    recipe = _CURRENT.get("recipe")
    return recipe.weights_folder if recipe else ""
