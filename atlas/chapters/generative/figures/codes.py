"""The figures of one InfoGAN: its codes against known factors, and its pictures against real ones."""

from __future__ import annotations

from atlas.chapters.generative.figures.figure import generator_figure
from atlas.chapters.generative.places import picture_file
from atlas.chapters.generative.records import GenerativeChapter, GeneratorResults
from atlas.chapters.generative.sprite_study import Alignment, Comparison
from atlas.core.results import Figure
from atlas.publish.words import count, number


def codes_figure(results: GenerativeChapter, generator: GeneratorResults, alignment: Alignment) -> Figure:
    """Strips along each code, and a table of codes by factors."""
    return generator_figure(
        results,
        generator,
        name="codes",
        title="Codes and factors",
        caption="Each number of the code from −1 to 1 under each choice; and how much the codes that are read from "
        f"{count(alignment.sprites, 'real sprite')} tell of their known factors. Mutual information gap "
        f"{number(alignment.mig)} (shuffled codes {number(alignment.mig_null)}), disentanglement "
        f"{number(alignment.disentanglement)} ({number(alignment.disentanglement_null)}), completeness "
        f"{number(alignment.completeness)} ({number(alignment.completeness_null)}).",
        alt="Strips of sprites along each code, and a table of codes by factors",
        file=picture_file(generator.spec.name, "codes"),
    )


def real_figure(results: GenerativeChapter, generator: GeneratorResults, real: Comparison) -> Figure:
    """Generated sprites above their nearest real ones."""
    floor = real.floor
    return generator_figure(
        results,
        generator,
        name="real",
        title="Made and real",
        caption="Above: pictures of the generator, below each its nearest one of the "
        f"{count(floor.learned, 'sprite')} that it learned from. In the feature space of {floor.extractor}, "
        f"{count(floor.compared, 'picture')} of each kind: precision {number(real.precision, 2)}, recall "
        f"{number(real.recall, 2)}, Fréchet distance {number(real.frechet)} (real against other real: "
        f"{number(floor.precision_floor, 2)}, {number(floor.recall_floor, 2)}, {number(floor.frechet_floor)}). "
        f"Mean distance to the nearest learned picture {number(real.nearest_made, 2)}, of fresh real ones "
        f"{number(floor.nearest_real, 2)}.",
        alt="Made sprites above their nearest real ones",
        file=picture_file(generator.spec.name, "real"),
    )
