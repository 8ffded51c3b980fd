"""The figures of each generator: what it draws, its latent map and its quality, then those of its directions, units and codes."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.chapters.generative.figures.codes import codes_figure, real_figure
from atlas.chapters.generative.figures.directions import (
    agreement_figure,
    direction_figure,
    rescoring_figure,
    stability_figure,
)
from atlas.chapters.generative.figures.figure import generator_figure
from atlas.chapters.generative.figures.seeds import seeds_figure, seeds_of
from atlas.chapters.generative.figures.units import unit_figures, units_figure
from atlas.chapters.generative.places import picture_file
from atlas.chapters.generative.records import GenerativeChapter, GeneratorResults, chapter_of
from atlas.core.results import AtlasResults, Figure
from atlas.core.specs import GeneratorSpec
from atlas.publish.words import count, listed, number, percent


def all_figures(atlas: AtlasResults) -> Iterator[Figure]:
    """All figures of the chapter: generator by generator, in the order of their pages, then that of the InfoGANs together."""
    results = chapter_of(atlas)
    for generator in results.generators:
        yield from generator_figures(results, generator)
    if seeds := seeds_of(results):
        yield seeds_figure(results, seeds)


def generator_figures(results: GenerativeChapter, generator: GeneratorResults) -> Iterator[Figure]:
    """The figures of one generator."""
    yield _sample(results, generator)
    for report in generator.directions.directions:
        yield direction_figure(results, generator, report)
    yield rescoring_figure(results, generator)
    yield agreement_figure(results, generator)
    if generator.directions.stability:
        yield stability_figure(results, generator)
    for layer in generator.units.layers:
        yield units_figure(results, generator, layer)
        yield from unit_figures(results, generator, layer)
    yield _map(results, generator)
    yield _paths(results, generator)
    yield _spectrum(results, generator)
    if generator.codes:
        yield codes_figure(results, generator, generator.codes.alignment)
        yield real_figure(results, generator, generator.codes.real)


def unread(spec: GeneratorSpec) -> str:
    """What is not on the pages of a generator, and why; empty where nothing is missing."""
    missing = [] if spec.first else ["SeFa"]
    missing += [] if spec.layers else ["GANSpace", "the dissection of units"]
    return (
        f"Left out here: {listed(missing)}. They read inner steps of a generator, and the recipe names none of this one."
        if missing
        else ""
    )


def _sample(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    spec = generator.spec
    kind = f", the {count(len(spec.choices), 'choice')} of {listed(spec.choices)} in turn" if spec.choices else ""
    return generator_figure(
        results,
        generator,
        name="sample",
        title="Pictures",
        caption=f"Pictures of random latent vectors ({spec.z} numbers{kind}), not chosen.",
        alt=f"Grid of {spec.subject} drawn by {spec.title}",
        file=picture_file(spec.name, "sample"),
    )


def _map(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    layout, spec = generator.layout, generator.spec
    purity = (
        f" Neighbours share the choice in {percent(layout.purity)} (shuffled: {percent(layout.purity_shuffled)})."
        if spec.choices
        else ""
    )
    read = "the middle layer's features" if spec.layers else "their pixels, 32 a side"
    return generator_figure(
        results,
        generator,
        name="latents",
        title="Latent map",
        caption=f"{count(len(layout.xy), 'picture')} laid out by UMAP of {read} (z itself is one round cloud without "
        f"structure). Trustworthiness {number(layout.trustworthiness)}, continuity {number(layout.continuity)}, "
        f"stability under another seed {percent(layout.stability)}.{purity}",
        alt=f"Map of generated {spec.subject}",
        file=picture_file(spec.name, "latents"),
    )


def _paths(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    quality = generator.quality
    return generator_figure(
        results,
        generator,
        name="paths",
        title="Interpolation and truncation",
        caption="Between two latent vectors on a straight line (above) and on a great circle (below): the straight line "
        f"passes through shorter vectors than training drew. Then {len(quality.truncation)} latent vectors scaled from 0 "
        f"to {number(quality.longest)}.",
        alt="Strips between latent vectors and at several lengths",
        file=picture_file(generator.spec.name, "paths"),
    )


def _spectrum(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    codes = generator.codes
    real = f" Real pictures: {number(codes.real.floor.spectrum_real, 2)} dB." if codes else ""
    return generator_figure(
        results,
        generator,
        name="spectrum",
        title="Checkerboard spectrum",
        caption="Mean power of the pictures' luminance by horizontal frequency. Transposed convolutions may leave a "
        f"pattern of every second pixel: here the finest frequency lies {number(generator.quality.checkerboard, 2)} dB "
        f"above the line through its neighbours.{real}",
        alt="Power by frequency",
    )
