"""What has to be computed for a recipe, in order, with the key of every result. Pure: nothing is read, nothing is run.

A Task is one store entry. Its key holds the step's name and version, all parameters, the keys of its inputs and the
versions of the libraries that the step uses, so equal keys mean equal results.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.metadata import version
from typing import Any

from atlas.build.store import Key
from atlas.config import NetworkRecipe, Recipe
from atlas.images import ProbeSource, probe_source
from atlas.portrait import DIAGNOSED, DIAGNOSED_LAYERS
from atlas.precision import native_precision
from atlas.types import LayerSpec, NetworkSpec, Unit

ICON_CHUNK = 16
SPECTRUM_IMAGES = 128  # probe images that spectra of maps are over, spread evenly


@dataclass(frozen=True)
class StepSpec:
    """A kind of work. Bump `version` whenever the code changes a result.

    `batch` is how many tasks of one group a worker takes at once; `seconds` is a first guess of one task's time: the
    default recipe's mean on two cores without bfloat16.
    """

    name: str
    version: int
    libraries: tuple[str, ...]
    batch: int
    seconds: float
    title: str


STEPS: dict[str, StepSpec] = {
    step.name: step
    for step in (
        StepSpec("probes", 1, ("pillow", "numpy"), 1, 1.0, "probe images"),
        StepSpec("probe_set", 1, (), 1, 0.1, "probe set"),
        StepSpec("fields", 2, ("torch", "timm"), 1, 0.2, "receptive fields"),
        StepSpec("structures", 1, ("torch", "timm"), 1, 0.1, "structures"),
        StepSpec("responses", 1, ("torch", "timm"), 1000, 0.04, "responses"),
        StepSpec("predictions", 1, ("numpy",), 1, 0.1, "predictions"),
        StepSpec("summaries", 1, ("numpy",), 1, 0.2, "statistics"),
        StepSpec("looks", 1, ("torch", "timm"), 1000, 0.04, "example positions"),
        StepSpec("examples", 1, ("numpy",), 1, 0.02, "examples"),
        StepSpec("neighbours", 1, ("numpy",), 1, 0.03, "nearest units"),
        StepSpec("pictures", 1, ("torch", "timm"), 16, 0.27, "pictures"),
        StepSpec("layouts", 3, ("umap-learn", "scikit-learn", "numba", "numpy"), 1, 5.0, "UMAP layouts"),
        StepSpec("maps", 1, ("numpy", "scipy"), 1, 0.05, "map cells"),
        StepSpec("icons", 1, ("torch", "timm"), 1, 2.0, "map icons"),
        StepSpec("diagnoses", 1, ("torch", "numpy"), 1, 6.0, "diagnosis of AlexNet and ZFNet"),
        StepSpec("texts", 1, (), 1, 2.0, "source code"),
        StepSpec("baselines", 1, ("numpy",), 1, 7.0, "n-gram model"),
        StepSpec("cells", 2, ("numpy", "scipy", "torch"), 1, 30.0, "cells of recurrent networks"),
        StepSpec("gates", 1, ("numpy", "scipy"), 1, 1.5, "gates of recurrent networks"),
        StepSpec("reach", 1, ("numpy", "torch"), 1, 10.0, "reach of recurrent networks"),
        StepSpec("relevances", 2, ("numpy", "torch"), 1, 13.0, "relevance in recurrent networks"),
        StepSpec("passages", 2, ("numpy",), 1, 1.0, "passages of text"),
        StepSpec("matches", 1, ("numpy",), 1, 4.0, "matches in text"),
        StepSpec("statemaps", 2, ("umap-learn", "scikit-learn", "numba", "numpy", "scipy"), 1, 15.0, "maps of states"),
        StepSpec("profiles", 1, ("numpy", "scipy"), 1, 15.0, "profiles of cells"),
        StepSpec("sentences", 1, ("numpy", "scipy", "scikit-learn", "torch"), 1, 6.0, "sentences"),
        StepSpec("spellings", 1, ("numpy", "scipy"), 1, 2.5, "spellings"),
        StepSpec("sounds", 1, ("numpy", "scipy", "safetensors"), 1, 1.2, "sounds"),
        StepSpec("sprites", 1, ("numpy", "torch"), 1, 12.0, "real sprites"),
        StepSpec("generated", 4, ("numpy", "torch"), 1, 10.0, "samples of generators"),
        StepSpec("directions", 7, ("numpy", "scipy", "scikit-learn", "torch"), 1, 35.0, "latent directions"),
        StepSpec("dissections", 4, ("numpy", "torch"), 1, 5.0, "units of generators"),
        StepSpec("latents", 2, ("umap-learn", "scikit-learn", "numba", "numpy"), 1, 3.0, "latent maps"),
        StepSpec("qualities", 2, ("numpy", "torch"), 1, 0.3, "quality of generators"),
        StepSpec("codes", 4, ("numpy", "scikit-learn", "torch"), 1, 9.0, "codes of generators"),
    )
}


@dataclass(frozen=True)
class Task:
    """One result to make: its step, its name (a path of nouns), what it needs and all that changes it."""

    step: str
    name: str
    parameters: Mapping[str, Any]
    needs: Mapping[str, tuple[str, ...]]  # role -> digests of other tasks
    group: str  # tasks of one group may be computed together

    @cached_property
    def key(self) -> Key:
        """Everything that changes the result, inputs by their keys."""
        spec = STEPS[self.step]
        return Key({
            "step": spec.name,
            "version": spec.version,
            "libraries": {name: _version(name) for name in spec.libraries},
            "parameters": dict(self.parameters),
            "needs": {role: list(digests) for role, digests in self.needs.items()},
        })  # fmt: skip

    @property
    def digest(self) -> str:
        return self.key.digest


@dataclass(frozen=True)
class Plan:
    """All tasks of a recipe in an order in which every task comes after its needs."""

    recipe: Recipe
    tasks: tuple[Task, ...]

    @cached_property
    def by_name(self) -> dict[str, Task]:
        """Tasks by `step:name`."""
        return {f"{task.step}:{task.name}": task for task in self.tasks}

    def get(self, step: str, name: str) -> Task:
        """The task of `step` named `name`; KeyError when the recipe has none."""
        return self.by_name[f"{step}:{name}"]


def make_plan(recipe: Recipe, *, device: str = "cpu") -> Plan:
    """The plan of `recipe`; raises UnknownName for a network, layer or probe set that does not exist."""
    source = probe_source(recipe.probes)
    planner = _Planner(recipe, source, device)
    return Plan(recipe, tuple(planner.tasks()))


class _Planner:
    def __init__(self, recipe: Recipe, source: ProbeSource, device: str) -> None:
        self.recipe, self.device = recipe, device
        identity = {"probes": recipe.probes, "identity": source.identity()}
        self.probes = [
            Task("probes", part, {**identity, "part": part}, {}, group=part)
            for part in source.parts()[: recipe.limit]
        ]  # fmt: skip
        probe_needs = {"probes": _digests(self.probes)}
        facts = {"name": source.name, "title": source.title, "size": source.size, "labels": source.labels,
                 "publish": source.publish}  # fmt: skip
        self.probe_set = Task("probe_set", "all", facts, probe_needs, group="all")

    def tasks(self) -> Iterator[Task]:
        yield from self.probes
        yield self.probe_set
        from atlas.build.generative import generative_tasks
        from atlas.build.recurrent import recurrent_tasks

        yield from recurrent_tasks(self.recipe)  # few and long: at the end they would keep one worker waiting
        yield from generative_tasks(self.recipe)
        for network in self.recipe.networks:
            yield from self._network(network)

    def _network(self, network: NetworkRecipe) -> Iterator[Task]:
        spec, layers = network.spec, network.chosen()
        read = layers if spec.logits in layers else (*layers, spec.logits)
        base = {"network": spec.name, "weights": spec.weights.sha256, "device": self.device}
        responses = {layer.name: self._responses(spec, layer, base) for layer in read}
        yield from (task for tasks in zip(*responses.values(), strict=True) for task in tasks)
        fields = Task("fields", spec.name, {**base, "layers": [_described(layer) for layer in layers]}, {}, spec.name)
        everything = {**base, "layers": [_described(layer) for layer in spec.layers], "input": _input(spec)}
        structure = Task("structures", spec.name, everything, {}, spec.name)
        predictions = self._over_responses("predictions", spec.logits, base, responses)
        yield from (fields, structure, predictions)
        made: dict[str, Task] = {}
        for layer in layers:
            for task in self._layer(layer, base, responses, fields, predictions):
                made[f"{task.step}:{layer.name}"] = task
                yield task
            yield from self._pictures(network, layer, base)
        yield from self._maps(network, base, responses, predictions)
        yield from self._diagnoses(spec, base, made, fields)

    def _responses(self, spec: NetworkSpec, layer: LayerSpec, base: dict[str, Any]) -> list[Task]:
        shared = {**base, "layer": _described(layer), "seed": self.recipe.seed, "input": _input(spec)}
        return [
            Task("responses", f"{spec.name}/{layer.name}/{part.name}", shared, {"probes": (part.digest,)},
                 group=f"{spec.name}/{part.name}")
            for part in self.probes
        ]  # fmt: skip

    def _over_responses(
        self, step: str, layer: LayerSpec, parameters: dict[str, Any], responses: dict[str, list[Task]], **needs: Task
    ) -> Task:
        """A task over all responses of one layer."""
        name = f"{parameters['network']}/{layer.name}"
        roles = {"responses": _digests(responses[layer.name])} | {role: (task.digest,) for role, task in needs.items()}
        return Task(step, name, {**parameters, "layer": layer.name}, roles, group=name)

    def _layer(
        self, layer: LayerSpec, base: dict[str, Any], responses: dict[str, list[Task]], fields: Task, predictions: Task
    ) -> Iterator[Task]:
        chosen = {"top": self.recipe.examples, "per_source": self.recipe.per_source}
        summary = self._over_responses(
            "summaries", layer, base | chosen, responses, predictions=predictions, probe_set=self.probe_set
        )
        yield summary
        looks = [
            Task("looks", f"{summary.name}/{part.name}", {**base, "layer": _described(layer), "part": number},
                 {"probes": (part.digest,), "summary": (summary.digest,), "fields": (fields.digest,),
                  "probe_set": (self.probe_set.digest,)},
                 group=f"{base['network']}/{part.name}")
            for number, part in enumerate(self.probes)
        ]  # fmt: skip
        yield from looks
        needs = {"summary": (summary.digest,), "looks": _digests(looks), "probe_set": (self.probe_set.digest,)}
        yield Task("examples", summary.name, {"layer": layer.name}, needs, group=summary.name)
        yield self._over_responses("neighbours", layer, base, responses)

    def _pictures(self, network: NetworkRecipe, layer: LayerSpec, base: dict[str, Any]) -> Iterator[Task]:
        recipe = self.recipe.pictures
        settings = recipe.model_dump() | {"size": recipe.side(network.spec), "precision": native_precision(self.device)}
        for index in network.pictured(layer):
            unit = Unit(network.name, layer.name, index)
            parameters = {**base, "layer": _described(layer), "unit": index, "settings": settings,
                          "seed": self.recipe.seed, "engine": _engine_version()}  # fmt: skip
            yield Task("pictures", unit.slug, parameters, {}, group=f"{network.name}/{layer.name}")

    def _maps(
        self, network: NetworkRecipe, base: dict[str, Any], responses: dict[str, list[Task]], predictions: Task
    ) -> Iterator[Task]:
        recipe, layers, with_icons = self.recipe.maps, network.mapped(), network.with_icons()
        settings = recipe.model_dump(include={"neighbours", "min_dist", "metric", "epochs"}) | {
            "seed": self.recipe.seed
        }
        layouts = [
            self._over_responses("layouts", layer, base | settings, responses, predictions=predictions)
            for layer in layers
        ]  # fmt: skip
        yield from layouts
        for layer, layout in zip(layers, layouts, strict=True):
            cells = {"grid": recipe.grid, "least": recipe.least}
            found = self._over_responses(
                "maps", layer, base | cells, responses, predictions=predictions, layout=layout, reference=layouts[-1]
            )
            yield found
            if layer in with_icons:
                yield from self._icons(layer, base, found)

    def _diagnoses(
        self, spec: NetworkSpec, base: dict[str, Any], made: Mapping[str, Task], fields: Task
    ) -> Iterator[Task]:
        """What was wrong with AlexNet, where the recipe reads its first two layers or ZFNet's."""
        one, two = DIAGNOSED_LAYERS
        if spec.name not in DIAGNOSED or f"summaries:{one}" not in made or f"examples:{two}" not in made:
            return
        needs = {"probes": _digests(self.probes), "probe_set": (self.probe_set.digest,), "fields": (fields.digest,),
                 "summary": (made[f"summaries:{one}"].digest,), "examples": (made[f"examples:{two}"].digest,)}  # fmt: skip
        layers = [_described(spec.layer(name)) for name in DIAGNOSED_LAYERS]
        parameters = {**base, "layers": layers, "images": SPECTRUM_IMAGES, "input": _input(spec)}
        yield Task("diagnoses", spec.name, parameters, needs, group=spec.name)

    def _icons(self, layer: LayerSpec, base: dict[str, Any], found: Task) -> Iterator[Task]:
        """A chunk of icons each; how many cells there will be is not known yet, so the last chunks may be empty."""
        settings = self.recipe.pictures.model_dump() | {
            "size": self.recipe.maps.icon_size, "precision": native_precision(self.device),
        }  # fmt: skip
        for first in range(0, self.recipe.maps.grid**2, ICON_CHUNK):
            parameters = {**base, "layer": _described(layer), "first": first, "settings": settings,
                          "seed": self.recipe.seed, "engine": _engine_version()}  # fmt: skip
            name = f"{found.name}/{first:04d}"
            yield Task("icons", name, parameters, {"map": (found.digest,)}, group=name)


@cache
def _version(library: str) -> str:
    return version(library)


def _digests(tasks: Sequence[Task]) -> tuple[str, ...]:
    return tuple(task.digest for task in tasks)


def _described(layer: LayerSpec) -> dict[str, Any]:
    """A layer as plain data: what a worker needs, and what changes a result (its title does not)."""
    return {"name": layer.name, "path": layer.path, "call": layer.call, "axes": layer.axes, "units": layer.units}


def _input(spec: NetworkSpec) -> dict[str, Any]:
    return {"size": spec.input_size, "mean": list(spec.mean), "std": list(spec.std)}


def _engine_version() -> int:
    from atlas.visualize import VERSION

    return VERSION
