"""The weight files of a recipe: found, fetched and locked before a build, all checked before any long work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from atlas.core.errors import MissingWeights, WeightsError
from atlas.core.sources import CustomFile, HubFile, RandomWeights, UrlFile
from atlas.core.specs import NetworkSpec
from atlas.networks import NETWORKS
from atlas.recipe.recipe import Recipe
from atlas.recipe.sections import Spec
from atlas.weights import check, contents, digest, fill, fit, locate
from atlas.weights.fetch import published, revision
from atlas.weights.fit import fitted, flattened
from atlas.weights.lock import Lock, name_of, read_lock, write_lock


def gather(recipe: Recipe, lock: Path) -> Recipe:
    """The recipe with the digest of every published file; where none is known, it is taken and written to `lock`.

    Raises WeightsError that names all files that cannot be had, not only the first.
    """
    specs = all_specs(recipe)
    unknown = [spec for spec in specs if _is_unknown(spec)]
    if not unknown:
        return recipe
    _each(specs, lambda spec, download: _file(spec, recipe.weights_folder, download))
    found = {spec.name: _first_use(spec, recipe.weights_folder) for spec in unknown}
    write_lock(lock, read_lock(lock) | {name_of(weights): entry for weights, entry in found.values()})
    new = {name: entry for name, (_, entry) in found.items()}
    networks = tuple(
        network.model_copy(update=vars(new[network.name])) if network.name in new else network
        for network in recipe.networks
    )
    sections = {name: section.locked(new) for name, section in recipe.sections().items()}
    return recipe.model_copy(update={"networks": networks, **sections})


def all_specs(recipe: Recipe) -> list[Spec]:
    """Every network of the recipe, whatever its chapter."""
    chapters = (spec for section in recipe.sections().values() for spec in section.chosen())
    return [*(network.spec for network in recipe.networks), *chapters]


def check_weights(recipe: Recipe) -> None:
    """Find and check every weight file of the recipe; WeightsError names all that are missing or not what was pinned.

    What the recipe brings along is loaded and tried, too: WeightsError or ConfigError where it is not what the recipe
    says.
    """
    _each(all_specs(recipe), lambda spec, download: _checked(spec, recipe.weights_folder, download))
    custom_lines(recipe)
    for section in recipe.sections().values():
        section.check()


def custom_networks(recipe: Recipe) -> list[NetworkSpec]:
    """The image networks whose weights are files of the user."""
    return [network.spec for network in recipe.networks if isinstance(network.spec.weights, CustomFile)]


def custom_lines(recipe: Recipe) -> list[str]:
    """How the file of each custom image network fits it, in a line: what was matched, renamed and left out.

    WeightsError names all that do not fit.
    """
    lines: list[str] = []

    def fits(spec: NetworkSpec, _download: bool) -> None:
        path = locate(spec.weights)
        check(path, spec.weights.sha256)
        module, saved = spec.build(), contents(path)
        try:
            found = fit(spec, module, saved, str(path))
        except WeightsError as error:
            other = _suited(saved)
            if other in ("", spec.like):
                raise
            raise WeightsError(
                f'{path} does not fit {spec.words}, but its keys are those of {other}. Write like = "{other}".'
            ) from error
        fill(module, found.state, spec.words, str(path))
        lines.append(f"network {spec.words}: {path.name}, {found.words}")

    _each(custom_networks(recipe), fits)
    return lines


def _suited(saved: Mapping[Any, Any]) -> str:
    """The registered network that has the keys of `saved`, "" where none has."""
    import torch

    flat = flattened(saved)
    for spec in NETWORKS.values():
        with torch.device("meta"):
            module = spec.build()
        try:
            fitted(module, flat, name=spec.name, place="")
        except WeightsError:
            continue
        return spec.name
    return ""


def _is_unknown(spec: Spec) -> bool:
    return isinstance(spec.weights, HubFile | UrlFile) and not spec.weights.sha256


def _file(spec: Spec, folder: str, download: bool) -> Path | None:
    return None if isinstance(spec.weights, RandomWeights) else locate(spec.weights, folder, download=download)


def _checked(spec: Spec, folder: str, download: bool) -> None:
    path = _file(spec, folder, download)
    if path is None:
        return
    try:
        check(path, spec.weights.sha256)
    except WeightsError as error:
        if not isinstance(spec, NetworkSpec) or not isinstance(spec.weights, HubFile | UrlFile):
            raise
        raise WeightsError(
            f'{error} Or is it a checkpoint of your own? Then write name = "mine", like = "{spec.name}", '
            f'weights = "{path}".'
        ) from None


def _first_use(spec: Spec, folder: str) -> tuple[HubFile | UrlFile, Lock]:
    weights = spec.weights
    assert isinstance(weights, HubFile | UrlFile)
    path = locate(weights, folder)
    found, told = digest(path), published(weights, path)
    if not found.startswith(told):
        raise WeightsError(
            f"{path} is not the published file: its SHA-256 is {found}, the hub gives {told}. "
            "Delete it and download it again."
        )
    return weights, Lock(found, revision(weights, path))


def _each(specs: Iterable[Any], work: Callable[[Any, bool], object]) -> None:
    """Do `work` for all, and raise one WeightsError for all that failed; after a failed download no other is tried."""
    missing: dict[str, MissingWeights] = {}
    others: dict[str, WeightsError] = {}
    for spec in specs:
        try:
            work(spec, not missing)
        except MissingWeights as error:
            missing[spec.name] = error
        except WeightsError as error:
            others[spec.name] = error
    if missing or others:
        raise _together(missing, others)


def _together(missing: dict[str, MissingWeights], others: dict[str, WeightsError]) -> WeightsError:
    alone = [*missing.values(), *others.values()]
    if len(alone) == 1:
        return alone[0]
    lines = [f"{name}: {error}" for name, error in others.items()]
    if missing:
        reason = next(iter(missing.values())).reason
        looked = dict.fromkeys(place for error in missing.values() for place in error.looked)
        lines += [
            f"{len(missing)} weight files are not on this machine, and {reason}.",
            f"Looked in: {', '.join(looked)}.",
        ]
        lines += ["Where there is internet, run:", *(f"  {error.command}" for error in missing.values())]
        lines += ["Bring the folder `weights` here and set ATLAS_WEIGHTS=weights."]
    return WeightsError("\n".join(lines))
