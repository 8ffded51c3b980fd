"""The figures of one unit: its picture (channel), its examples, its histogram."""

from __future__ import annotations

from typing import Any

import numpy as np

from atlas.chapters.vision.levels import LEVELS
from atlas.core.results import AtlasResults, Figure, LayerResults, Picture
from atlas.core.specs import NetworkSpec, Unit
from atlas.publish.crop import SMALLEST
from atlas.publish.places import picture_file, probe_file, unit_figure
from atlas.publish.provenance import provenance, terms
from atlas.publish.words import count, first_name, listed, number, percent

NAMED = 3  # classes that a caption names
TITLES = {"channel": "Feature visualization of", "examples": "Examples for", "histogram": "Responses of"}


def unit_figures(results: AtlasResults, network: NetworkSpec, layer: LayerResults, index: int) -> tuple[Figure, ...]:
    """The figures of unit `index`: "channel" if it has a picture, "examples" if they may be shown, "histogram"."""
    picture = layer.pictures.get(index)
    return (
        *((channel_figure(results, network, layer, index),) if picture is not None else ()),
        *((examples_figure(results, network, layer, index),) if results.probes.publish else ()),
        histogram_figure(results, network, layer, index),
    )


def unit_title(results: AtlasResults, network: NetworkSpec, layer: str, index: int) -> str:
    """The unit in words: `unit 17 of block3b`, or `the class goldfish (logit 1)` for a class logit."""
    if layer == network.logits.name:
        return f"the class {first_name(results.class_names(network.labels)[index])} (logit {index})"
    return f"unit {index} of {layer}"


def figure_title(kind: str, unit: str, network: NetworkSpec) -> str:
    """The title of a unit's figure; `unit` in words."""
    return f"{TITLES[kind]} {unit}, {network.title}"


def channel_figure(results: AtlasResults, network: NetworkSpec, layer: LayerResults, index: int) -> Figure:
    """The picture that was synthesized to raise the unit's response; it needs `layer.pictures[index]`."""
    unit = Unit(network.name, layer.spec.name, index)
    title = unit_title(results, network, unit.layer, index)
    licence, attribution = terms(())
    return Figure(
        id=f"{unit.slug}/channel",
        kind="channel",
        title=figure_title("channel", title, network),
        caption=f"{score_sentence(results, network, layer, index)}{_classes_sentence(results, network, layer, index)}",
        alt=f"Feature visualization of {title} in {network.title}{_classes_clause(results, network, layer, index)}.",
        page=unit_figure(unit, "channel"),
        files=(picture_file(unit),),
        licence=licence,
        attribution=attribution,
        provenance=_picture_provenance(results, network, layer, unit),
    )


def examples_figure(results: AtlasResults, network: NetworkSpec, layer: LayerResults, index: int) -> Figure:
    """The probe images that show the unit at several levels, cropped to its receptive field."""
    unit = Unit(network.name, layer.spec.name, index)
    title = unit_title(results, network, unit.layer, index)
    shown = [int(i) for i in layer.examples.image[index] if i >= 0]
    images = [results.probes.images[i] for i in shown]
    licence, attribution = terms(images)
    return Figure(
        id=f"{unit.slug}/examples",
        kind="examples",
        title=figure_title("examples", title, network),
        caption=_levels_sentence(layer, index, results.probes.size, network.input_size),
        alt=f"{count(len(images), 'probe image')} that {title} in {network.title} answers, strongest first: "
        f"{listed(list(dict.fromkeys(image.title for image in images[:NAMED])))}.",
        page=unit_figure(unit, "examples"),
        files=tuple(dict.fromkeys(probe_file(i) for i in shown)),
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, network, layer, unit=index),
    )


def histogram_figure(results: AtlasResults, network: NetworkSpec, layer: LayerResults, index: int) -> Figure:
    """How the probe images' largest responses are spread."""
    unit, stats = Unit(network.name, layer.spec.name, index), layer.stats
    title = unit_title(results, network, unit.layer, index)
    licence, attribution = terms(())
    marks = f"median {number(stats.p50[index])}, 90th percentile {number(stats.p90[index])}"
    return Figure(
        id=f"{unit.slug}/histogram",
        kind="histogram",
        title=figure_title("histogram", title, network),
        caption=histogram_caption(network, layer, index),
        alt=f"Histogram of the responses of {title} in {network.title}: {marks}, largest {number(stats.largest[index])}.",
        page=unit_figure(unit, "histogram"),
        files=(),
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, network, layer, unit=index),
    )


def histogram_caption(network: NetworkSpec, layer: LayerResults, index: int) -> str:
    """What a unit's histogram shows."""
    what = "Largest responses" if layer.spec.spatial else "Responses"
    images, positive = count(_images(layer, index), "probe image"), percent(layer.stats.positive[index])
    return f"{what} ({_scale(network, layer)}) to {images}, {positive} above zero. Square-root scale."


def _picture_provenance(results: AtlasResults, network: NetworkSpec, layer: LayerResults, unit: Unit) -> dict[str, Any]:
    """The layer's provenance, with what belongs to this picture alone: its parameters, its seed, its own store key."""
    parameters = dict(layer.pictures[unit.index].parameters)
    key = parameters.pop("key", None)
    seed = unit.seed(int(results.recipe["seed"]))
    made = provenance(results, network, layer, unit=unit.index, parameters=parameters, seed=seed)
    return made | {"store": made["store"] | {"pictures": key}} if key else made


def _scale(network: NetworkSpec, layer: LayerResults) -> str:
    """What a response is: explained in each caption that prints one."""
    return "logit" if layer.spec.name == network.logits.name else "pre-activation"


def _images(layer: LayerResults, index: int) -> int:
    return int(layer.stats.counts[index].sum())


def score_sentence(results: AtlasResults, network: NetworkSpec, layer: LayerResults, index: int) -> str:
    """What the picture of a unit is and what was measured on it, beside the largest natural activation."""
    title = unit_title(results, network, layer.spec.name, index)
    return f"Synthesized to raise {title} of {network.title}{_score(network, layer, index, layer.pictures[index])}"


def _score(network: NetworkSpec, layer: LayerResults, index: int, picture: Picture) -> str:
    natural, images = float(layer.stats.largest[index]), count(_images(layer, index), "probe image")
    mean = f"averages {number(picture.score_mean)} and peaks" if layer.spec.spatial else "comes"
    preposition = "at" if layer.spec.spatial else "to"
    score = f": under held-out transforms the response ({_scale(network, layer)}) {mean} {preposition} {number(picture.score_max)}"
    if natural <= 0:  # a ratio would mean nothing
        return f"{score}, while {images} bring it to {number(natural)} at most."
    times = f"{number(picture.score_max / natural, 2)} times"
    return f"{score}, {times} the largest response to any of {images}, {number(natural)}."


def top_classes(
    results: AtlasResults, network: NetworkSpec, layer: LayerResults, index: int
) -> list[tuple[str, float, int]]:
    """At most three predicted classes that the unit answers most: name, mean of largest responses, number of images."""
    stats, names = layer.stats, results.class_names(network.labels)
    columns = (stats.class_ids[index], stats.class_means[index], stats.class_sizes[index])
    rows = zip(*(column[:NAMED].tolist() for column in columns), strict=True)
    return [(first_name(names[place]), mean, size) for place, mean, size in rows if place >= 0]


def _classes_sentence(results: AtlasResults, network: NetworkSpec, layer: LayerResults, index: int) -> str:
    what = f"mean {'of largest responses' if layer.spec.spatial else 'response'} "
    named = [
        f"{name} ({'' if place else what}{number(mean)}, {count(size, 'image')})"
        for place, (name, mean, size) in enumerate(top_classes(results, network, layer, index))
    ]
    return f" Of the classes that the network predicts, {listed(named)} raise it most." if named else ""


def _classes_clause(results: AtlasResults, network: NetworkSpec, layer: LayerResults, index: int) -> str:
    names = [name for name, *_ in top_classes(results, network, layer, index)]
    return f", responds most to images predicted as {listed(names)}" if names else ""


def _levels_sentence(layer: LayerResults, index: int, size: int, input_size: int) -> str:
    """How many images at which level, and what of each is shown; sizes of a probe image and of the network's input."""
    there = layer.examples.image[index] >= 0
    parts = [
        f"{sum(chosen)} {level.words}"
        for name, level in LEVELS.items()
        if (chosen := there & (np.array(layer.examples.levels) == name)).any()
    ]
    images = count(_images(layer, index), "probe image")
    if not parts:
        return f"None of {images} was measured for this unit."
    return f"Of {images} the {listed(parts)}, each with its response, {crop_clause(layer, size, input_size)}."


def crop_clause(layer: LayerResults, size: int, input_size: int) -> str:
    """What of each example is shown, for images `size` pixels square that the network sees with `input_size`."""
    side = layer.field.size
    if not layer.spec.spatial or side == 0:
        return "shown whole, as the unit sees the whole image"
    field = f"receptive field of {side} × {side} input pixels"
    if side > input_size:
        return f"shown as far as the unit's {field} reaches, which is larger than the image"
    around = " with its surroundings" if side * size / input_size < SMALLEST else ""
    return f"cropped to its {field}{around}"
