"""The figures of one unit: its feature visualization (channel), its dataset examples, its activation histogram."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from atlas.chapters.vision.figures.tuning import tuning_figure
from atlas.chapters.vision.levels import LEVELS
from atlas.chapters.vision.naming import selective, unit_name
from atlas.core.groups import Profile
from atlas.core.results import AtlasResults, Figure, LayerResults, UnitStats
from atlas.core.specs import NetworkSpec, Unit
from atlas.core.tuning import sentence
from atlas.publish.crop import SMALLEST
from atlas.publish.places import picture_file, probe_file, unit_figure
from atlas.publish.provenance import provenance, terms
from atlas.publish.words import count, first_name, listed, number, percent

NAMED = 3  # classes that a caption names
TITLES = {
    "channel": "Feature visualization of",
    "examples": "Dataset examples of",
    "histogram": "Activation histogram of",
}


def unit_figures(results: AtlasResults, network: NetworkSpec, layer: LayerResults, index: int) -> tuple[Figure, ...]:
    """The figures of a unit.

    "channel" where it has a picture, "examples" where they may be shown, "histogram", "tuning" of early units.
    """
    picture = layer.pictures.get(index)
    return (
        *((channel_figure(results, network, layer, index),) if picture is not None else ()),
        *((examples_figure(results, network, layer, index),) if results.probes.publish else ()),
        histogram_figure(results, network, layer, index),
        *((tuning_figure(results, network, layer, index),) if layer.tuning.field else ()),
    )


def unit_title(results: AtlasResults, network: NetworkSpec, layer: str, index: int) -> str:
    """The name of a unit in a sentence: `unit 17 of block3b`, or `the class goldfish (logit 1)` for a class logit."""
    if layer == network.logits.name:
        return f"the class {first_name(results.class_names(network.labels)[index])} (logit {index})"
    return f"unit {index} of {layer}"


def figure_title(kind: str, unit: str, network: NetworkSpec) -> str:
    """The title of a unit's figure; `unit` is its name in a sentence (`unit_title`)."""
    return f"{TITLES[kind]} {unit}, {network.title}"


def channel_figure(results: AtlasResults, network: NetworkSpec, layer: LayerResults, index: int) -> Figure:
    """The feature visualization of a unit. KeyError where `layer.pictures` has none of it."""
    unit = Unit(network.name, layer.spec.name, index)
    title = unit_title(results, network, unit.layer, index)
    licence, attribution = terms(())
    return Figure(
        id=f"{unit.slug}/channel",
        kind="channel",
        title=figure_title("channel", title, network),
        caption=f"{score_sentence(network, layer, index)} {_preference(results, network, layer, index)}".strip(),
        alt=f"Feature visualization of {title} in {network.title}{_name_clause(results, network, layer, index)}.",
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
        alt=f"{count(len(images), 'probe image')} for {title} in {network.title}, strongest first: "
        f"{listed(list(dict.fromkeys(image.title for image in images[:NAMED])))}.",
        page=unit_figure(unit, "examples"),
        files=tuple(dict.fromkeys(probe_file(i) for i in shown)),
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, network, layer, unit=index),
    )


def histogram_figure(results: AtlasResults, network: NetworkSpec, layer: LayerResults, index: int) -> Figure:
    """The distribution of the largest response to each probe image."""
    unit, stats = Unit(network.name, layer.spec.name, index), layer.stats
    title = unit_title(results, network, unit.layer, index)
    licence, attribution = terms(())
    marks = f"median {number(stats.p50[index])}, 90th percentile {number(stats.p90[index])}"
    return Figure(
        id=f"{unit.slug}/histogram",
        kind="histogram",
        title=figure_title("histogram", title, network),
        caption=histogram_caption(network, layer, index),
        alt=f"Activation histogram of {title} in {network.title}: {marks}, largest {number(stats.largest[index])}.",
        page=unit_figure(unit, "histogram"),
        files=(),
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, network, layer, unit=index),
    )


def histogram_caption(network: NetworkSpec, layer: LayerResults, index: int) -> str:
    """The caption of a unit's histogram."""
    what = "Largest response" if layer.spec.spatial else "Response"
    images, positive = count(_images(layer, index), "probe image"), percent(layer.stats.positive[index])
    return f"{what} ({_scale(network, layer)}) to each of {images}, {positive} above zero. Square-root scale."


def _picture_provenance(results: AtlasResults, network: NetworkSpec, layer: LayerResults, unit: Unit) -> dict[str, Any]:
    """The layer's provenance, with the parameters, the seed and the store key of this picture."""
    parameters = dict(layer.pictures[unit.index].parameters)
    key = parameters.pop("key", None)
    seed = unit.seed(int(results.recipe["seed"]))
    shared = provenance(results, network, layer, unit=unit.index, parameters=parameters, seed=seed)
    return shared | {"store": shared["store"] | {"pictures": key}} if key else shared


def _scale(network: NetworkSpec, layer: LayerResults) -> str:
    """What a response is; every caption with a response names it."""
    return "logit" if layer.spec.name == network.logits.name else "pre-activation"


def _images(layer: LayerResults, index: int) -> int:
    return int(layer.stats.counts[index].sum())


def score_sentence(network: NetworkSpec, layer: LayerResults, index: int) -> str:
    """The response to a unit's feature visualization, beside the largest response to any probe image."""
    picture, scale = layer.pictures[index], _scale(network, layer)
    score = number(picture.score_max)
    peak = (
        f"peak {scale} is {score} (mean {number(picture.score_mean)})" if layer.spec.spatial else f"{scale} is {score}"
    )
    return (
        f"Feature visualization ({picture.parameters.get('kind', 'channel')} objective). Under transformations not "
        f"used in the optimization its {peak}, {_compared(layer, index)}."
    )


def _compared(layer: LayerResults, index: int) -> str:
    natural, images = float(layer.stats.largest[index]), count(_images(layer, index), "probe image")
    if natural <= 0:  # a ratio would mean nothing
        return f"while the largest response to any of {images} is {number(natural)}"
    ratio = number(layer.pictures[index].score_max / natural, 2)
    return f"{ratio} times the largest response to any of {images} ({number(natural)})"


def selective_rows(
    profile: Profile, stats: UnitStats, names: Sequence[str], index: int
) -> list[tuple[str, float, float]]:
    """At most NAMED entries of a unit's profile that it is selective for: name, mean, half of its interval."""
    columns = (profile.ids, profile.means, profile.margins, selective(profile, stats))
    rows = zip(*(column[index, :NAMED].tolist() for column in columns), strict=True)
    return [(first_name(names[place]), mean, margin) for place, mean, margin, chosen in rows if chosen]


def _preference(results: AtlasResults, network: NetworkSpec, layer: LayerResults, index: int) -> str:
    """What a unit is tuned to, or, where tuning was not measured, the classes that it is selective for; else ""."""
    if layer.tuning.field:
        return sentence(layer.tuning, index)
    found = selective_rows(layer.stats.classes, layer.stats, results.class_names(network.labels), index)
    classes = [f"{name} ({number(mean)} ± {number(margin, 2)})" for name, mean, margin in found]
    what = "The mean of largest responses" if layer.spec.spatial else "The mean response"
    return f"{what} is highest for images predicted as {listed(classes)}." if classes else ""


def _name_clause(results: AtlasResults, network: NetworkSpec, layer: LayerResults, index: int) -> str:
    """The name of a unit in parentheses; "" where it has none but its number, or the title has it (a class)."""
    name = unit_name(network, layer, index, results.class_names(network.labels))
    return f" ({name.text})" if name and layer.spec.name != network.logits.name else ""


def _levels_sentence(layer: LayerResults, index: int, size: int, input_size: int) -> str:
    """How many images are shown at each level, and how they are cropped.

    `size` and `input_size` are the sides of a probe image and of the network's input, in pixels.
    """
    there = layer.examples.image[index] >= 0
    parts = [
        level.words if level.kinds else f"{sum(chosen)} {level.words}"
        for name, level in LEVELS.items()
        if (chosen := there & (np.array(layer.examples.levels) == name)).any()
    ]
    images = count(_images(layer, index), "probe image")
    if not parts:
        return f"None of {images} was measured for this unit."
    return f"Of {images} the {listed(parts)}, each with its response, {crop_clause(layer, size, input_size)}."


def crop_clause(layer: LayerResults, size: int, input_size: int) -> str:
    """How examples are cropped, for images `size` pixels square that the network reads at `input_size`."""
    side = layer.field.size
    if not layer.field.known:
        return "shown whole, because the receptive field of the layer is not known"
    if not layer.spec.spatial or side == 0:
        return "shown whole, because the unit depends on the whole image"
    field = f"the receptive field of {side} × {side} input pixels"
    if side > input_size:
        return f"shown as far as {field} reaches, which is larger than the image"
    around = " with its surroundings" if side * size / input_size < SMALLEST else ""
    return f"cropped to {field}{around}"
