"""The tasks of the image networks: responses, statistics, examples, pictures, maps, the comparison of networks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from atlas.chapters.vision.example_relevance import METHOD
from atlas.core.errors import UnknownName
from atlas.core.report import DIAGNOSED, DIAGNOSED_LAYERS
from atlas.core.specs import LayerSpec, NetworkSpec, Unit
from atlas.methods.attribution.method import methods
from atlas.pipeline.plan import Plan, PlanContext
from atlas.pipeline.task import StepSpec, Task, digests
from atlas.recipe.network import NetworkRecipe
from atlas.recipe.recipe import Recipe
from atlas.runtime.precision import native_precision

ICON_CHUNK = 16
POSITIONS = "looks"  # the role of example positions in the key of a layer's examples, as stores have it
SPECTRUM_IMAGES = 128  # probe images that spectra of maps are over, spread evenly
# Bytes of the default recipe's site: of a unit with its share of its layer's pages, and of a picture.
PAGE_BYTES, PICTURE_BYTES = 5_700, 5_500

STEPS = (
    StepSpec("fields", 2, ("torch", "timm"), 1, 0.2, "receptive fields"),
    StepSpec("structures", 1, ("torch", "timm"), 1, 0.1, "structures"),
    StepSpec("responses", 1, ("torch", "timm"), 1000, 0.04, "responses"),
    StepSpec("predictions", 1, ("numpy",), 1, 0.1, "predictions"),
    StepSpec("summaries", 2, ("numpy", "scipy"), 1, 0.2, "statistics"),
    StepSpec("example_positions", 1, ("torch", "timm"), 1000, 0.04, "example positions", stored="looks"),
    StepSpec("examples", 1, ("numpy",), 1, 0.02, "examples"),
    StepSpec("example_relevances", 1, ("torch", "timm", "pillow"), 4, 2.0, "pixels that raised units"),
    StepSpec("neighbours", 1, ("numpy",), 1, 0.03, "most correlated units"),
    StepSpec("standardized_responses", 1, ("numpy",), 1, 0.05, "standardized responses", stored="pools"),
    StepSpec("matched_units", 1, ("numpy",), 1, 0.6, "matched units of other networks", stored="twins"),
    StepSpec("pictures", 1, ("torch", "timm"), 16, 0.2, "feature visualizations"),
    StepSpec("layouts", 3, ("umap-learn", "scikit-learn", "numba", "numpy"), 1, 5.0, "UMAP layouts"),
    StepSpec("maps", 1, ("numpy", "scipy"), 1, 0.05, "map cells"),
    StepSpec("icons", 1, ("torch", "timm"), 1, 1.5, "map icons"),
    StepSpec("tunings", 2, ("torch", "timm", "numpy", "scikit-image"), 4, 0.3, "tuning curves"),
    StepSpec("network_dissections", 1, ("torch", "timm", "numpy"), 1000, 0.3, "network dissection"),
    StepSpec("diagnoses", 1, ("torch", "numpy"), 1, 6.0, "diagnosis of AlexNet and ZFNet"),
)


def tasks(context: PlanContext) -> Iterable[Task]:
    """The tasks of each network, then those of each pair."""
    return _Planner(context).tasks()


def site_bytes(recipe: Recipe) -> int:
    """About how much the chapter adds to the site."""
    layers = [(network, layer) for network in recipe.networks for layer in network.chosen()]
    pictures = sum(len(network.pictured(layer)) for network, layer in layers)
    return sum(layer.units for _, layer in layers) * PAGE_BYTES + pictures * PICTURE_BYTES


def subjects(recipe: Recipe) -> list[str]:
    """The image networks."""
    return [network.name for network in recipe.networks]


def behind(plan: Plan, path: str) -> list[Task]:
    """The tasks that a unit's page is made from. UnknownName where the recipe has no such layer or unit."""
    network, _, rest = path.partition("/")
    layer, _, index = rest.partition("/")
    spec = plan.recipe.network(network)
    names = [found.name for found in spec.chosen()]
    if layer not in names:
        raise UnknownName(f"layer of {network} in this recipe", layer, names)
    units, logits = spec.spec.layer(layer).units, spec.spec.logits.name
    if not index.isdecimal() or int(index) >= units:
        raise UnknownName(f"unit of {network}/{layer}", index, [f"0 … {units - 1}"])
    places = {"probe_set": "all", "predictions": f"{network}/{logits}", "fields": network, "pictures": path}
    of_units = (
        "summaries",
        "examples",
        "example_relevances",
        "neighbours",
        "standardized_responses",
        "network_dissections",
        "tunings",
    )
    at_layer = (*of_units, "example_relevances", "layouts", "maps")
    places |= dict.fromkeys(at_layer, f"{network}/{layer}")

    def needed(task: Task) -> bool:
        return task.name == places.get(task.step) or (
            task.step == "matched_units" and network in task.parameters["networks"]
        )

    return [task for task in plan.tasks if needed(task)]


class _Planner:
    def __init__(self, context: PlanContext) -> None:
        self.recipe, self.device = context.recipe, context.device
        self.probes, self.probe_set = context.probes, context.probe_set

    def tasks(self) -> Iterator[Task]:
        responses: dict[str, dict[str, Task]] = {}
        for network in self.recipe.networks:
            for task in self._network(network):
                if task.step == "standardized_responses":
                    responses.setdefault(network.name, {})[task.parameters["layer"]] = task
                yield task
        yield from _match_tasks(responses)

    def _network(self, network: NetworkRecipe) -> Iterator[Task]:
        spec, layers = network.spec, network.chosen()
        read = layers if spec.logits in layers else (*layers, spec.logits)
        base = {"network": spec.name, "weights": spec.weights.sha256, "device": self.device, **network.stated}
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
        yield from self._tunings(spec, layers, base, fields)
        yield from self._dissections(spec, layers, base, fields)
        yield from self._maps(network, base, responses, predictions)
        yield from self._diagnoses(spec, base, made, fields)

    def _responses(self, spec: NetworkSpec, layer: LayerSpec, base: dict[str, Any]) -> list[Task]:
        shared = {**base, "layer": _described(layer), "seed": self.recipe.seed, "input": _input(spec)}
        return [
            Task(
                "responses",
                f"{spec.name}/{layer.name}/{part.name}",
                shared,
                {"probes": (part.digest,)},
                group=f"{spec.name}/{part.name}",
            )
            for part in self.probes
        ]

    def _over_responses(
        self, step: str, layer: LayerSpec, parameters: dict[str, Any], responses: dict[str, list[Task]], **needs: Task
    ) -> Task:
        """A task over all responses of one layer."""
        name = f"{parameters['network']}/{layer.name}"
        roles = {"responses": digests(responses[layer.name])} | {role: (task.digest,) for role, task in needs.items()}
        return Task(step, name, {**parameters, "layer": layer.name}, roles, group=name)

    def _layer(
        self, layer: LayerSpec, base: dict[str, Any], responses: dict[str, list[Task]], fields: Task, predictions: Task
    ) -> Iterator[Task]:
        chosen = {"top": self.recipe.examples, "per_source": self.recipe.per_source}
        summary = self._over_responses(
            "summaries", layer, base | chosen, responses, predictions=predictions, probe_set=self.probe_set
        )
        yield summary
        *positions, examples = self._examples(layer, base, summary, fields)
        yield from (*positions, examples)
        yield from self._relevances(layer, base, examples)
        yield self._over_responses("neighbours", layer, base, responses)
        if len(self.recipe.networks) > 1:
            yield self._over_responses("standardized_responses", layer, base, responses)

    def _examples(self, layer: LayerSpec, base: dict[str, Any], summary: Task, fields: Task) -> Iterator[Task]:
        """The positions of a layer's examples, a task for each part of the probe set, and the table of them all."""
        shared = {"summary": (summary.digest,), "fields": (fields.digest,), "probe_set": (self.probe_set.digest,)}
        positions = [
            Task(
                "example_positions",
                f"{summary.name}/{part.name}",
                {**base, "layer": _described(layer), "part": index},
                {"probes": (part.digest,), **shared},
                group=f"{base['network']}/{part.name}",
            )
            for index, part in enumerate(self.probes)
        ]
        yield from positions
        needs = {
            "summary": (summary.digest,),
            POSITIONS: digests(positions),
            "probe_set": (self.probe_set.digest,),
        }
        yield Task("examples", summary.name, {"layer": layer.name}, needs, group=summary.name)

    def _relevances(self, layer: LayerSpec, base: dict[str, Any], examples: Task) -> Iterator[Task]:
        """The relevance of the strongest examples of the units that have a picture, where there are any."""
        network = self.recipe.network(base["network"])
        units = network.pictured(layer)
        if not units or not self.recipe.relevance:
            return
        parameters = {
            **base,
            "layer": _described(layer),
            "input": _input(network.spec),
            "units": list(units),
            "examples": self.recipe.relevance,
            "method": [METHOD, methods()[METHOD].version],
        }
        needs = {"examples": (examples.digest,), "probes": digests(self.probes), "probe_set": (self.probe_set.digest,)}
        yield Task("example_relevances", examples.name, parameters, needs, group=base["network"])

    def _tunings(
        self, spec: NetworkSpec, layers: Sequence[LayerSpec], base: dict[str, Any], fields: Task
    ) -> Iterator[Task]:
        """A task for each layer with maps; those with too large a receptive field put out nothing."""
        for layer in (layer for layer in layers if layer.spatial):
            parameters = {**base, "layer": _described(layer), "seed": self.recipe.seed, "input": _input(spec)}
            needs = {"fields": (fields.digest,)}
            yield Task("tunings", f"{spec.name}/{layer.name}", parameters, needs, group=f"{spec.name}/tuning")

    def _dissections(
        self, spec: NetworkSpec, layers: Sequence[LayerSpec], base: dict[str, Any], fields: Task
    ) -> Iterator[Task]:
        """A task for each layer; one pass over the images serves them all."""
        needs = {
            "probes": digests(self.probes),
            "probe_set": (self.probe_set.digest,),
            "fields": (fields.digest,),
        }
        for layer in layers:
            parameters = {**base, "layer": _described(layer), "seed": self.recipe.seed, "input": _input(spec)}
            name = f"{spec.name}/{layer.name}"
            yield Task("network_dissections", name, parameters, needs, group=f"{spec.name}/dissection")

    def _pictures(self, network: NetworkRecipe, layer: LayerSpec, base: dict[str, Any]) -> Iterator[Task]:
        recipe = self.recipe.pictures
        settings = recipe.model_dump() | {"size": recipe.side(network.spec), "precision": native_precision(self.device)}
        shared = {
            **base,
            "layer": _described(layer),
            "settings": settings,
            "seed": self.recipe.seed,
            "engine": _engine_version(),
        }
        for index in network.pictured(layer):
            unit = Unit(network.name, layer.name, index)
            yield Task("pictures", unit.slug, {**shared, "unit": index}, {}, group=f"{network.name}/{layer.name}")

    def _maps(
        self, network: NetworkRecipe, base: dict[str, Any], responses: dict[str, list[Task]], predictions: Task
    ) -> Iterator[Task]:
        recipe, layers, with_icons = self.recipe.maps, network.mapped(), network.with_icons()
        settings = recipe.model_dump(include={"neighbours", "min_dist", "metric", "epochs"})
        shared = base | settings | {"seed": self.recipe.seed}
        layouts = [
            self._over_responses("layouts", layer, shared, responses, predictions=predictions) for layer in layers
        ]
        yield from layouts
        for layer, layout in zip(layers, layouts, strict=True):
            cells = {"grid": recipe.grid, "least": recipe.least}
            needs = {"predictions": predictions, "layout": layout, "reference": layouts[-1]}
            task = self._over_responses("maps", layer, base | cells, responses, **needs)
            yield task
            if layer in with_icons:
                yield from self._icons(layer, base, task)

    def _diagnoses(
        self, spec: NetworkSpec, base: dict[str, Any], made: Mapping[str, Task], fields: Task
    ) -> Iterator[Task]:
        """The diagnosis of AlexNet or ZFNet, where the recipe reads its first two layers."""
        one, two = DIAGNOSED_LAYERS
        if spec.name not in DIAGNOSED or f"summaries:{one}" not in made or f"examples:{two}" not in made:
            return
        needs = {
            "probes": digests(self.probes),
            "probe_set": (self.probe_set.digest,),
            "fields": (fields.digest,),
            "summary": (made[f"summaries:{one}"].digest,),
            "examples": (made[f"examples:{two}"].digest,),
        }
        layers = [_described(spec.layer(name)) for name in DIAGNOSED_LAYERS]
        parameters = {**base, "layers": layers, "images": SPECTRUM_IMAGES, "input": _input(spec)}
        yield Task("diagnoses", spec.name, parameters, needs, group=spec.name)

    def _icons(self, layer: LayerSpec, base: dict[str, Any], map_task: Task) -> Iterator[Task]:
        """A chunk of icons each; how many cells there will be is not known yet, so the last chunks may be empty."""
        size = {"size": self.recipe.maps.icon_size, "precision": native_precision(self.device)}
        shared = {
            **base,
            "layer": _described(layer),
            "settings": self.recipe.pictures.model_dump() | size,
            "seed": self.recipe.seed,
            "engine": _engine_version(),
        }
        for first in range(0, self.recipe.maps.grid**2, ICON_CHUNK):
            name = f"{map_task.name}/{first:04d}"
            yield Task("icons", name, {**shared, "first": first}, {"map": (map_task.digest,)}, group=name)


def _match_tasks(responses: Mapping[str, Mapping[str, Task]]) -> Iterator[Task]:
    """A task for each pair of networks, from their standardized responses by network and layer."""
    for one, other in combinations(responses, 2):
        name, sides = f"{one}/{other}", {"one": responses[one], "other": responses[other]}
        layers = {role: list(side) for role, side in sides.items()}
        needs = {role: tuple(task.digest for task in side.values()) for role, side in sides.items()}
        yield Task("matched_units", name, {"networks": [one, other], "layers": layers}, needs, group=name)


def _described(layer: LayerSpec) -> dict[str, Any]:
    """A layer as plain data: what a worker needs, and what changes a result (its title does not)."""
    return {"name": layer.name, "path": layer.path, "call": layer.call, "axes": layer.axes, "units": layer.units}


def _input(spec: NetworkSpec) -> dict[str, Any]:
    return {"size": spec.input_size, "mean": list(spec.mean), "std": list(spec.std)}


def _engine_version() -> int:
    from atlas.methods.visualize import VERSION

    return VERSION
