"""The figures of what maps are worth: a table and curves for each network, the agreement of scores over all."""

from __future__ import annotations

from collections.abc import Iterator

from atlas.chapters.heatmaps.evaluation import GRIDS
from atlas.chapters.heatmaps.figures import FIGURES
from atlas.chapters.heatmaps.places import curves_id, scores_id, scores_page
from atlas.chapters.heatmaps.records import HeatmapResults, NetworkMaps, chapter_of
from atlas.chapters.heatmaps.scores import KINDS
from atlas.core.results import AtlasResults, Figure
from atlas.methods.evaluation.randomization import UNCHANGED
from atlas.methods.evaluation.replacement import REPLACEMENTS
from atlas.publish.provenance import probe_provenance, provenance, terms
from atlas.publish.words import count, listed

AGREEMENT = "heatmaps/scores/agreement"


def figures(results: AtlasResults) -> Iterator[Figure]:
    """Those of the networks, then the agreement of scores; none where nothing was evaluated."""
    chapter = chapter_of(results)
    scored = [network for network in chapter.networks if network.scores.methods]
    for network in scored:
        yield table_figure(results, chapter, network)
        yield curves_figure(results, chapter, network)
    if scored:
        yield agreement_figure(results, chapter)


def table_figure(results: AtlasResults, chapter: HeatmapResults, network: NetworkMaps) -> Figure:
    """Methods by scores, for one network."""
    licence, attribution = terms(())
    counts = [network.scores.image_count(name) for name in chapter.methods]
    span = f"{min(c for c in counts if c)} to {max(counts)}"
    meanings = "; ".join(f"{kind.title}: {kind.meaning}" for kind in KINDS)
    return Figure(
        id=scores_id(network.spec.name),
        kind="heatmap-scores",
        title=f"What heat maps of {network.spec.title} are worth",
        caption=f"Scores of {count(len(chapter.methods), 'method')} over {span} images each (fewer where one "
        f"takes many passes; at most {GRIDS} grids), with 95 % intervals by resampling sources. {meanings}. A method "
        f"is not valid where its sum misses what it promises, and flagged where its maps keep a rank correlation above "
        f"{UNCHANGED:g} with those of the randomized network.",
        alt=f"A table of methods by {listed([kind.title.lower() for kind in KINDS])}.",
        page=f"{scores_page(network.spec.name)}#scores",
        files=(),
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, network.spec, store=dict(network.keys), images=max(counts)),
    )


def curves_figure(results: AtlasResults, chapter: HeatmapResults, network: NetworkMaps) -> Figure:
    """Deletion curves under each replacement, for one network."""
    licence, attribution = terms(())
    return Figure(
        id=curves_id(network.spec.name),
        kind="heatmap-curves",
        title=f"Deletion curves of heat maps of {network.spec.title}",
        caption=f"The score (class against runner-up) while patches of an 8 × 8 grid are replaced by "
        f"{listed(list(REPLACEMENTS))}, most and least relevant first, as a share of the way from the wholly replaced "
        "image (0) to the image (1); mean over images. The curves of the controls are what a method has to beat.",
        alt=f"Deletion curves of {count(len(chapter.methods), 'method')} for {network.spec.title}.",
        page=f"{scores_page(network.spec.name)}#curves",
        files=(),
        licence=licence,
        attribution=attribution,
        provenance=provenance(results, network.spec, store=dict(network.keys)),
    )


def agreement_figure(results: AtlasResults, chapter: HeatmapResults) -> Figure:
    """How far scores rank methods alike."""
    licence, attribution = terms(())
    networks = count(len(chapter.networks), "network")
    return Figure(
        id=AGREEMENT,
        kind="heatmap-agreement",
        title="Agreement of scores of heat maps",
        caption=f"Kendall’s tau between the rankings of methods (controls left out) by two scores, mean over "
        f"{networks}. 1: the same order; 0: as two random orders; below 0: opposite.",
        alt=f"A matrix of Kendall’s tau between {listed([kind.title.lower() for kind in KINDS])}.",
        page=f"{scores_page()}#agreement",
        files=(),
        licence=licence,
        attribution=attribution,
        provenance=probe_provenance(results, methods=list(chapter.methods)),
    )


FIGURES.add("scores", figures)
