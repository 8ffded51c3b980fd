"""The figures of a generator's dissected units: a layer's together, and each."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.chapters.generative.dissect import VISIBLE
from atlas.chapters.generative.figures.figure import generator_figure
from atlas.chapters.generative.places import dissected_unit_page, dissection_page, picture_file
from atlas.chapters.generative.records import GenerativeChapter, GeneratorResults
from atlas.core.results import Figure
from atlas.core.specs import Array
from atlas.publish.words import count, number, percent

GREY = 255  # grey levels of a change of 1


def rank_of(values: Array, index: int) -> int:
    """From 1, the largest value: the rank of the value at `index`."""
    return int((values > values[index]).sum()) + 1


def units_figure(results: GenerativeChapter, generator: GeneratorResults, layer: str) -> Figure:
    """What units of a layer draw."""
    amounts = GREY * generator.units.dissections[layer].ablated
    return generator_figure(
        results,
        generator,
        name=f"units-{layer}",
        title=f"Units of {layer}",
        caption=f"{count(len(amounts), 'unit')} evenly spaced over {layer}: the images with the highest activation, "
        "the activation map on them, the same images with the unit ablated (set to zero), the mean change of each "
        "pixel, one image before and after the unit is inserted in the centre, and the change of each pixel. "
        f"Ablating one unit changes a pixel by {number(float(amounts.min()), 2)} to "
        f"{number(float(amounts.max()), 2)} grey levels on average.",
        alt=f"Images with and without units of {layer}",
        page=f"{dissection_page(generator.spec.name, layer)}#units-{layer}",
    )


def unit_figures(results: GenerativeChapter, generator: GeneratorResults, layer: str) -> Iterator[Figure]:
    """What each dissected unit of a layer draws."""
    name = generator.spec.name
    for index, unit in enumerate(generator.units.dissections[layer].units.tolist()):
        yield generator_figure(
            results,
            generator,
            name=f"{layer}-{unit}",
            title=f"Unit {unit} of {layer}",
            caption=_caption(generator, layer, index),
            alt=f"Images with and without unit {unit} of {layer}",
            page=f"{dissected_unit_page(name, layer, unit)}#unit",
            file=picture_file(name, f"{layer}-{unit}"),
        )


def _caption(generator: GeneratorResults, layer: str, index: int) -> str:
    found = generator.units.dissections[layer]
    return (
        f"The images with the highest activation of unit {found.units[index]}, its activation map on them, and the "
        "same images with the unit ablated (set to zero). Ablation changes a pixel by "
        f"{number(GREY * float(found.ablated[index]), 2)} grey levels on average (rank "
        f"{rank_of(found.ablated, index)} of the {len(found.units)} dissected units of the layer) and "
        f"{percent(float(found.changed[index]))} of the pixels by more than {GREY * VISIBLE:g}; a map shows the "
        "mean change. Then the image with its lowest activation before and after the unit is inserted in the "
        "central quarter, and the map of that change."
    )
