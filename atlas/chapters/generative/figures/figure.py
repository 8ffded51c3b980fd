"""One figure of a generator: what all of them have in common."""

from __future__ import annotations

from atlas.chapters.generative.places import generator_page
from atlas.chapters.generative.records import GenerativeChapter, GeneratorResults
from atlas.core.results import Figure
from atlas.publish.provenance import CREDIT, LICENCE, chapter_provenance

CHAPTER = "generative/index.html"


def generator_figure(
    results: GenerativeChapter,
    generator: GeneratorResults,
    *,
    name: str,
    title: str,
    caption: str,
    alt: str,
    page: str = "",
    file: str = "",
) -> Figure:
    """A figure with the terms and the provenance of its generator; on the generator's page unless `page` is another."""
    spec = generator.spec
    return Figure(
        id=f"generative/{spec.name}/{name}",
        kind="generative",
        title=f"{title} of {spec.title}",
        caption=caption,
        alt=alt,
        page=page or f"{generator_page(spec.name)}#{name}",
        files=(file,) if file else (),
        licence=LICENCE,
        attribution=f"{CREDIT} ({LICENCE}); weights of {spec.title}: {spec.weights.licence}, {spec.weights.source}",
        provenance=chapter_provenance(results.atlas, spec, generator.keys),
    )
