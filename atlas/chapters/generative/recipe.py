"""The chapter's section of a recipe: registered generators, and generators of a user's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal, Self

from pydantic import Field

from atlas.core.errors import ConfigError
from atlas.core.sources import CustomFile, CustomModule, HubFile, UrlFile
from atlas.core.specs import GeneratorSpec, LayerSpec
from atlas.networks.custom_generator import built, script, source_of
from atlas.networks.generators import GENERATORS
from atlas.recipe.custom import custom_name, each_once
from atlas.recipe.paths import placed
from atlas.recipe.recipe import Recipe
from atlas.recipe.sections import ChapterSection, Section
from atlas.weights import digest, locate
from atlas.weights.lock import Lock, name_of, pinned


class CustomGenerator(Section):
    """A generator of your own: a TorchScript file, or code that builds its module and the file of its weights."""

    name: str = Field(description="its folder of the site: small letters, digits, - and _")
    torchscript: str = Field("", description="a file that `torch.jit.save` wrote, beside the recipe; else `module`")
    module: str = Field("", description="`package.module:callable`, importable code that builds the torch module")
    weights: str = Field("", description="the state dict of that module, beside the recipe; loading is strict")
    z: int = Field(ge=2, le=65_536, description="its input is [N, z], standard normal")
    size: Literal[32, 64, 128, 256, 512, 1024] = Field(description="its output is [N, 3, size, size], red first")
    values: tuple[Literal[-1, 0], Literal[1]] = Field((-1, 1), description="range of its output: [-1, 1] or [0, 1]")
    subject: Literal["pictures", "faces", "eyes", "sprites"] = Field(
        "pictures", description="what it draws: of `faces`, `eyes` and `sprites` more can be measured"
    )
    first: str = Field("", description="with `module`: the part whose output is affine in z, which SeFa reads")
    layers: tuple[str, ...] = Field(
        (),
        description="with `module`: parts with maps, behind the nonlinearity, from z to the picture; GANSpace reads "
        "the first, the units of all are dissected",
    )
    title: str = Field("", description="its title on the site; the name where it is left out")
    summary: str = Field("A generator that the recipe brings along.", description="a sentence about it")
    licence: str = Field("not stated", description="the licence of its weights, an SPDX id")
    attribution: str = Field("", description="whom to credit beside its pictures")
    source: str = Field("own generator", description="where its weights come from, such as an address")
    sha256: str = Field("", description="SHA-256 of the weight file; filled in from the file")
    code_sha256: str = Field("", description="SHA-256 of the file that the callable lies in; filled in from the file")

    @property
    def file(self) -> str:
        """The file with its weights."""
        return self.torchscript or self.weights

    @property
    def spec(self) -> GeneratorSpec:
        """The generator; how many units its layers have is measured when it is loaded."""
        origin = self.file, self.sha256, self.licence, self.source, self.attribution
        return GeneratorSpec(
            self.name,
            title=self.title or self.name,
            year=None,
            paper="",
            build=partial(script, self.torchscript) if self.torchscript else partial(built, self.module),
            weights=CustomModule(*origin, self.module, self.code_sha256) if self.module else CustomFile(*origin),
            subject=self.subject,
            size=self.size,
            noise=self.z,
            layers=tuple(LayerSpec(path, path, 0, f"Layer {path}") for path in self.layers),
            summary=self.summary,
            first=self.first,
            low=self.values[0],
            quick=False,
            again=True,
        )


class GenerativeRecipe(ChapterSection):
    """The chapter on generators; without generators there is none."""

    generators: tuple[str, ...] = Field((), description="generators (`atlas list generators`)")
    locks: dict[str, Lock] = Field(
        {}, description="SHA-256 and revision of fetched weights by generator; filled in from `atlas.lock`"
    )
    own: tuple[CustomGenerator, ...] = Field((), description="generators of your own, after those")
    samples: int = Field(1500, ge=40, le=100_000, description="pictures of the sample that is measured and laid out")
    directions: int = Field(8, ge=1, le=32, description="directions of each unsupervised method")
    vectors: int = Field(12, ge=4, le=10_000, description="latent vectors on which a direction is tried")
    chance: int = Field(100, ge=4, le=10_000, description="random directions that it is compared with")
    units: int = Field(12, ge=1, description="dissected units of each layer, spread evenly")

    def chosen(self) -> tuple[GeneratorSpec, ...]:
        """The registered generators, fetched weights with their locked digests, then the custom ones.

        UnknownName lists what exists.
        """
        registered = (self._known(GENERATORS[name]) for name in self.generators)
        return (*registered, *(custom.spec for custom in self.own))

    def _known(self, spec: GeneratorSpec) -> GeneratorSpec:
        lock = self.locks.get(spec.name)
        return replace(spec, weights=pinned(spec.weights, lock)) if lock else spec

    def found(self, folder: Path, lock: Mapping[str, Lock]) -> Self:
        """With the locks of its generators, as far as there are any, and with the digests of the custom ones' files."""
        sources = {spec.name: spec.weights for spec in self.chosen()}
        known = {
            name: lock[name_of(source)]
            for name, source in sources.items()
            if isinstance(source, HubFile | UrlFile) and not source.sha256 and name_of(source) in lock
        }
        custom = tuple(_found(generator, folder) for generator in self.own)
        each_once("generative", [*self.generators, *(generator.name for generator in custom)])
        return self.model_copy(update={"locks": self.locks | known, "own": custom})

    def locked(self, locks: Mapping[str, Lock]) -> Self:
        """With the digests of weights that were fetched."""
        return self.model_copy(
            update={"locks": self.locks | {name: lock for name, lock in locks.items() if name in self.generators}}
        )

    def code(self) -> tuple[str, ...]:
        """All generators of the user's own: TorchScript is a program, and a module is built by code."""
        return tuple(
            f"module {own.module!r} ({own.name})"
            if own.module
            else f"TorchScript {Path(own.torchscript).name!r} ({own.name})"
            for own in self.own
        )

    def check(self) -> None:
        """Load each custom generator and try every promise of its entry."""
        if self.own:
            from atlas.chapters.generative.custom import load_custom

            for custom in self.own:
                load_custom(custom.spec)

    def spec(self, name: str) -> GeneratorSpec:
        """The generator `name` of the recipe, with the digest of its weights, else the registered one."""
        chosen = {spec.name: spec for spec in self.chosen()}
        return chosen[name] if name in chosen else GENERATORS[name]


def section(recipe: Recipe) -> GenerativeRecipe:
    """The chapter's section of a recipe."""
    found = recipe.section("generative")
    assert isinstance(found, GenerativeRecipe)
    return found


SECTION = GenerativeRecipe


def _found(custom: CustomGenerator, folder: Path) -> CustomGenerator:
    """The custom generator with its digests, and with paths that start from the recipe's folder.

    ConfigError for an entry that is neither a file nor code with weights.
    """
    custom_name("generative.own", custom.name, GENERATORS)
    place = f"generative.own.{custom.name}"
    if bool(custom.torchscript) == bool(custom.module):
        raise ConfigError(f"{place}: name either `torchscript`, a file, or `module`, importable code, and `weights`.")
    if custom.torchscript and (custom.weights or custom.first or custom.layers):
        raise ConfigError(
            f"{place}: torchscript = {custom.torchscript!r} holds its weights and runs as a whole, so no part of it "
            "can be read. Leave out `weights`, `first` and `layers`, or name `module` and `weights` instead."
        )
    if not custom.file:
        raise ConfigError(
            f"{place}: module = {custom.module!r} needs `weights`, the file of its state dict: random weights never "
            "reach the site. Write it with safetensors.torch.save_file(generator.state_dict(), FILE)."
        )
    file = placed(custom.file, folder)
    found = {"torchscript" if custom.torchscript else "weights": file}
    found["sha256"] = custom.sha256 or digest(locate(CustomFile(file, "", "")))
    if custom.module:
        found["code_sha256"] = custom.code_sha256 or digest(source_of(custom.module))
    return custom.model_copy(update=found)
