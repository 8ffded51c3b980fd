"""A small AtlasResults made with numpy: two networks, three layers each, 40 probe images; the same on every call."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
from PIL import Image

from atlas.compare import standardized, twins
from atlas.measured import (
    AtlasResults,
    Cells,
    Examples,
    LayerResults,
    Layout,
    Neighbours,
    NetworkResults,
    Picture,
    ReceptiveField,
    Twins,
    UnitStats,
)
from atlas.networks import NETWORKS
from atlas.portrait import DIAGNOSED, ModelCard, Structure
from atlas.types import Array, LayerSpec, NetworkSpec, ProbeImage, ProbePart, ProbeSet
from tests.chapters import make_readers, make_recurrent
from tests.generators import make_generators
from tests.portraits import make_card, make_diagnosis, make_gates, make_structure

IMAGES, SIZE, BINS, CLASSES = 40, 64, 24, 12
CLASS_NAMES = (
    "tench", "goldfish", "great white shark", "tiger shark", "hammerhead", "electric ray", "stingray", "cock", "hen",
    "ostrich", "jack-o'-lantern", "black-and-tan coonhound",
)  # fmt: skip
LEVELS = ("top",) * 9 + ("p90",) * 3 + ("p50",) * 3
FIELDS = {"stem": ReceptiveField(3, 2, 0), "block3b": ReceptiveField(43, 8, -17), "logits": ReceptiveField(0, 1, 0)}


def make_results(**overrides: Any) -> AtlasResults:
    """The fixture with some fields replaced. stem and block3b have maps; every second unit has a picture."""
    return replace(_results(), **overrides)


@cache
def _results() -> AtlasResults:
    real = NETWORKS["efficientnet-lite0"]
    layers = tuple(replace(real.layer(name), units=min(real.layer(name).units, limit)) for name, limit in _UNITS)
    first = replace(real, layers=layers, labels="fixture-12")
    second = replace(first, name="twin", title="Twin of EfficientNet-Lite0", year=2021)
    part = _part()
    return AtlasResults(
        recipe={"name": "fixture", "seed": 7, "layers": [name for name, _ in _UNITS]},
        probes=ProbeSet(
            name="embedded",
            title="Photographs and OpenMoji scenes",
            digest="5f2c" * 16,
            size=SIZE,
            images=part.images,
            skipped=(),
            labels=None,
            publish=True,
        ),
        parts=lambda: _halves(part),
        networks=tuple(make_network(spec, number) for number, spec in enumerate((first, second))),
        versions={"torch": "2.14.1", "numpy": np.__version__, "umap-learn": "0.5.9"},
        seconds={"responses": 12.5, "pictures": 80.25, "maps": 9.75},
        class_names=lambda name: {"fixture-12": CLASS_NAMES}[name],
        recurrent=make_recurrent(),
        readers=make_readers(),
        generators=make_generators(),
    )


_UNITS = (("stem", 32), ("block3b", 40), ("logits", CLASSES))


def _halves(part: ProbePart) -> Iterator[ProbePart]:
    for half in (slice(0, 25), slice(25, IMAGES)):
        yield ProbePart(part.images[half], part.webp[half], part.masks[half])


def _part() -> ProbePart:
    images = tuple(_image(number) for number in range(IMAGES))
    return ProbePart(images, tuple(_webp(number) for number in range(IMAGES)), (None,) * IMAGES)


def _image(number: int) -> ProbeImage:
    source = number // 4
    if number % 4 == 3:  # a drawing on a photograph, as the embedded probe set has
        return ProbeImage(
            id=f"scene-{number:03d}", source=f"openmoji-{number:03d}", title="a fish on coffee", licence="CC-BY-SA-4.0",
            attribution="OpenMoji project, CC BY-SA 4.0", url="https://openmoji.org/", label="fish", group="animals",
        )  # fmt: skip
    return ProbeImage(
        id=f"photo-{number:03d}", source=f"photo-{source}", title=f"Cup & saucer no. {source}",
        licence="CC-BY-4.0" if source % 2 else "CC0-1.0", attribution=f"Maker {source % 2} & Søn",
        url=f"https://example.org/photo/{source}",
    )  # fmt: skip


def with_diagnosis(results: AtlasResults) -> AtlasResults:
    """The same two networks under the names of the pair that is diagnosed."""
    made = zip(DIAGNOSED, (make_diagnosis(4, 0.3), make_diagnosis(2, 0.1)), results.networks, strict=True)
    networks = [replace(n, spec=replace(n.spec, name=name), diagnosis=found) for name, found, n in made]
    return replace(results, networks=tuple(networks))


def _webp(number: int) -> bytes:
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    waves = [np.sin((number % 5 + 1) * np.pi * x + phase) * np.cos((number % 7 + 1) * np.pi * y) for phase in (0, 1, 2)]
    file = io.BytesIO()
    Image.fromarray(np.uint8(127.5 + 127.5 * np.stack(waves, -1))).save(file, "WEBP", quality=80)
    return file.getvalue()


def make_network(spec: NetworkSpec, number: int) -> NetworkResults:
    load = cache(partial(_layer, spec, number))
    return NetworkResults(
        spec=spec,
        parameters=4_652_008,
        layer_names=tuple(layer.name for layer in spec.layers),
        load=load,
        keys={"fields": f"{number}a" * 32, "structures": f"{number}b" * 32},
        structure=make_structure({layer.name: layer.units for layer in spec.layers}),
        pictured={layer.name: frozenset(range(0, layer.units, 2)) for layer in spec.layers},
        card=make_card(CLASS_NAMES) if number else None,  # the first has published weights, the second was trained
        gates=make_gates(CLASSES) if number else None,
    )


def with_network(spec: NetworkSpec, structure: Structure, card: ModelCard | None) -> AtlasResults:
    """Small results of one registered network: its own structure and card, at most 12 units a layer, made-up responses."""
    small = replace(spec, labels="fixture-12",
                    layers=tuple(replace(layer, units=min(layer.units, CLASSES)) for layer in spec.layers))  # fmt: skip
    network = NetworkResults(
        spec=small,
        parameters=1_234_567,
        layer_names=tuple(layer.name for layer in spec.layers),
        load=cache(partial(_layer, small, 1)),
        keys={"fields": "1a" * 32, "structures": "1b" * 32},
        structure=structure,
        pictured={layer.name: frozenset(range(0, layer.units, 2)) for layer in small.layers},
        card=card,
    )
    return make_results(networks=(network,))


def _layer(spec: NetworkSpec, number: int, name: str) -> LayerResults:
    layer = spec.layer(name)
    rng = np.random.default_rng([number, layer.units, len(name)])
    responses = _responses(layer, rng)
    mapped = layer.spatial
    return LayerResults(
        spec=layer,
        field=_field(layer),
        stats=_stats(responses, rng),
        examples=_examples(responses, _field(layer), rng, spatial=layer.spatial),
        neighbours=_neighbours(responses),
        pictures={unit: _picture(rng, unit, responses[:, unit].max()) for unit in range(0, layer.units, 2)},
        layout=_layout(rng) if mapped else None,
        cells=_cells(layer.units, rng) if mapped else None,
        keys={"summaries": "c0" * 32, "examples": "5e" * 32} | ({"maps": "eb" * 32} if mapped else {}),
        twins=_twins(spec, number)[name],
    )


def _responses(layer: LayerSpec, rng: np.random.Generator) -> Array:
    return rng.normal(0.5, 1.5, (IMAGES, layer.units)).astype(np.float32)


def _twins(spec: NetworkSpec, number: int) -> dict[str, dict[str, Twins]]:
    """Those of each layer in the other network of the fixture, found as a build does."""
    sides = [
        [
            standardized(_responses(layer, np.random.default_rng([side, layer.units, len(layer.name)])))
            for layer in spec.layers
        ]
        for side in (number, 1 - number)
    ]
    found, _ = twins(*sides)
    other = ("efficientnet-lite0", "twin")[1 - number]
    return {layer.name: {other: table} for layer, table in zip(spec.layers, found, strict=True)}


def _field(layer: LayerSpec) -> ReceptiveField:
    return FIELDS.get(layer.name, FIELDS["block3b" if layer.spatial else "logits"])


def _stats(responses: Array, rng: np.random.Generator) -> UnitStats:
    units = responses.shape[1]
    edges = np.stack([responses.min(0), responses.max(0)], 1)
    counts = np.stack(
        [np.histogram(column, BINS, tuple(pair))[0] for column, pair in zip(responses.T, edges, strict=True)]
    )
    predicted = rng.integers(0, CLASSES, IMAGES)
    ids, means, sizes = _by_group(responses, predicted, CLASSES)
    drawn = np.arange(IMAGES) % 4 == 3
    label_ids, label_means, label_sizes = _by_group(responses, np.where(drawn, 0, 1), 1)
    return UnitStats(
        mean=responses.mean(0, dtype=np.float64) - 1,
        std=responses.std(0, dtype=np.float64),
        positive=(responses > 0).mean(0),
        lowest=responses.min(0),
        highest=responses.max(0),
        p50=np.percentile(responses, 50, 0),
        p90=np.percentile(responses, 90, 0),
        counts=counts.reshape(units, BINS),
        edges=edges,
        class_ids=ids,
        class_means=means,
        class_sizes=sizes,
        label_ids=label_ids,
        label_means=label_means,
        label_sizes=label_sizes,
        label_names=("fish",),
    )


def _by_group(responses: Array, group: Array, groups: int) -> tuple[Array, Array, Array]:
    """The five groups with the highest mean response, padded with -1."""
    sizes = np.bincount(group, minlength=groups)[:groups]
    means = np.stack([responses[group == g].mean(0) if sizes[g] else np.full(responses.shape[1], -np.inf)
                      for g in range(groups)], 1)  # fmt: skip
    order = np.argsort(-means, 1, kind="stable")[:, :5]
    order = np.pad(order, ((0, 0), (0, 5 - order.shape[1])), constant_values=-1)
    there = (order >= 0) & (sizes[order] > 0)
    top = np.take_along_axis(means, np.maximum(order, 0), 1)
    return np.where(there, order, -1), np.where(there, top, 0.0), np.where(there, sizes[order], 0)


def _examples(responses: Array, field: ReceptiveField, rng: np.random.Generator, *, spatial: bool) -> Examples:
    order = np.argsort(-responses, 0, kind="stable").T  # [C, N]
    rank = [*range(9), *(IMAGES // 10 + i for i in range(3)), *(IMAGES // 2 + i for i in range(3))]
    image = order[:, rank].astype(np.int32)
    value = np.take_along_axis(responses.T, image.astype(np.int64), 1)
    side = SIZE // field.stride
    place = rng.integers(0, side, (*image.shape, 2)).astype(np.int16) if spatial else np.full((*image.shape, 2), -1)
    start = field.start + place[..., ::-1].astype(np.int64) * field.stride  # (x, y)
    corners = np.clip(np.concatenate([start, start + field.size], -1), 0, SIZE)
    box = corners if spatial else np.broadcast_to([0, 0, SIZE, SIZE], (*image.shape, 4))
    heat = rng.integers(0, 256, (*image.shape, 8, 8)).astype(np.uint8)
    if not spatial:
        heat = np.zeros_like(heat)
    return Examples(image, value, place.astype(np.int16), box.astype(np.int16), heat, LEVELS)


def _neighbours(responses: Array) -> Neighbours:
    correlation = np.corrcoef(responses.T) - 2 * np.eye(responses.shape[1])
    unit = np.argsort(-correlation, 1)[:, :6]
    return Neighbours(unit.astype(np.int32), np.take_along_axis(correlation, unit, 1).astype(np.float32))


def _picture(rng: np.random.Generator, unit: int, natural: float) -> Picture:
    score = float(natural) * rng.uniform(0.6, 3)
    steps = np.linspace(0, 1, 16, dtype=np.float32)
    return Picture(
        rgb=rng.integers(0, 256, (48, 48, 3)).astype(np.uint8),
        score_mean=score / 4,
        score_max=score,
        curve=np.float32(score) * steps,
        parameters={"steps": 64, "canvas": 48, "objective": "channel", "key": f"{unit:x}e" * 32},
    )


def _layout(rng: np.random.Generator) -> Layout:
    xy = rng.uniform(0, 1, (IMAGES, 2)).astype(np.float32)
    return Layout(xy, 0.91, 0.88, 0.67, 0.42, 0.11, {"neighbours": 15, "min_dist": 0.05, "metric": "cosine", "grid": 4})


def _cells(units: int, rng: np.random.Generator) -> Cells:
    column, row = np.array([0, 1, 3, 2, 0]), np.array([0, 0, 1, 2, 3])
    icons = tuple(rng.integers(0, 256, (32, 32, 3)).astype(np.uint8) if i % 2 == 0 else None for i in range(5))
    mean = rng.normal(0, 1, (5, units)).astype(np.float32)
    return Cells(
        4,
        column,
        row,
        np.array([9, 8, 7, 6, 8]),
        np.array([3, 8, 12, 21, 33]),
        np.array([1, 5, -1, 10, 0]),
        mean,
        icons,
    )
