"""What was found about heat maps, each sentence with the figure that shows it."""

from __future__ import annotations

from atlas.chapters.heatmaps.figures.agreement import agreement_figure as depths_figure
from atlas.chapters.heatmaps.figures.agreement import compared
from atlas.chapters.heatmaps.figures.agreement import finding as agreed
from atlas.chapters.heatmaps.figures.scores import agreement_figure
from atlas.chapters.heatmaps.figures.spectra import findings as seen_from_the_back
from atlas.chapters.heatmaps.figures.spectra import spectra_figure
from atlas.chapters.heatmaps.findings import disagreement, standing
from atlas.chapters.heatmaps.places import CHAPTER
from atlas.chapters.heatmaps.records import chapter_of
from atlas.chapters.heatmaps.spectra import spectra
from atlas.core.results import AtlasResults
from atlas.publish.finding import Findings, finding


def findings(results: AtlasResults) -> list[Findings]:
    """Where scores disagree, which methods lead, where networks agree, what the gradient shows: what results have."""
    chapter = chapter_of(results)
    scores = [network.scores for network in chapter.networks if network.scores.methods]
    depths, pair = compared(results, chapter), spectra(results, chapter)
    ranks = agreement_figure(results, chapter) if scores else None
    found = [
        *finding(disagreement(scores) if scores else "", ranks),
        *finding(standing(scores) if scores else "", ranks),
        *(finding(agreed(depths), depths_figure(results, depths)) if depths else []),
        *(finding(seen_from_the_back(pair), spectra_figure(results, pair)) if pair else []),
    ]
    return [Findings("Heat maps", "All networks", CHAPTER, found)] if found else []
