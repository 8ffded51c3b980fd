"""The figures of one InfoGAN: its codes against known factors, and its pictures against real ones."""

from __future__ import annotations

from atlas.chapters.generative.figures.figure import generator_figure
from atlas.chapters.generative.places import picture_file
from atlas.chapters.generative.records import GenerativeChapter, GeneratorResults
from atlas.chapters.generative.sprite_study import Alignment, Comparison
from atlas.core.results import Figure
from atlas.publish.words import count, number


def code_names(alignment: Alignment) -> tuple[str, ...]:
    """[K] the codes in InfoGAN's terms: one categorical code, then the continuous ones."""
    return ("categorical", *(f"continuous {index}" for index in range(len(alignment.codes) - 1)))


def codes_figure(results: GenerativeChapter, generator: GeneratorResults, alignment: Alignment) -> Figure:
    """Strips along each code, and a table of codes by factors."""
    return generator_figure(
        results,
        generator,
        name="codes",
        title="Codes and factors",
        caption="Each continuous code from −1 to 1 under each value of the categorical code; and the alignment of "
        f"the codes read from {count(alignment.sprites, 'real sprite')} with their known factors. Mutual "
        f"information gap {number(alignment.mig)} (shuffled codes {number(alignment.mig_null)}), disentanglement "
        f"{number(alignment.disentanglement)} ({number(alignment.disentanglement_null)}), completeness "
        f"{number(alignment.completeness)} ({number(alignment.completeness_null)}).",
        alt="Sprites along each continuous code, and tables of codes by factors",
        file=picture_file(generator.spec.name, "codes"),
    )


def real_figure(results: GenerativeChapter, generator: GeneratorResults, real: Comparison) -> Figure:
    """Generated sprites above their nearest real ones."""
    floor = real.floor
    return generator_figure(
        results,
        generator,
        name="real",
        title="Generated and real sprites",
        caption=f"Top: generated images; below each, the nearest of the {count(floor.learned, 'sprite')} of the "
        f"training set. In the feature space of {floor.extractor}, {count(floor.compared, 'image')} of each kind: "
        f"precision {number(real.precision, 2)}, recall {number(real.recall, 2)}, Fréchet distance "
        f"{number(real.frechet)} (real against other real ones: {number(floor.precision_floor, 2)}, "
        f"{number(floor.recall_floor, 2)}, {number(floor.frechet_floor)}). Mean root-mean-square distance to the "
        f"nearest training image: {number(real.nearest_made, 2)} for generated ones, "
        f"{number(floor.nearest_real, 2)} for new real ones.",
        alt="Generated sprites above their nearest real ones",
        file=picture_file(generator.spec.name, "real"),
    )
