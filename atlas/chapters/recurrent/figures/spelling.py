"""The figure of the spelling network: which letter makes which sound."""

from __future__ import annotations

import hashlib

from atlas.chapters.recurrent.figures.network import reader_figure
from atlas.chapters.recurrent.records import RecurrentChapter
from atlas.chapters.recurrent.spelling_study import SAME_PLACE, SHOWN, WORDS, SpellingStudy
from atlas.core.results import Figure
from atlas.publish.words import count, number, percent, tiny

PAGE = "recurrent/spelling.html"


def spelling_figures(results: RecurrentChapter) -> tuple[Figure, ...]:
    """The one figure of the page; none without a network that reads letters."""
    network = results.spelling
    if network is None:
        return ()
    probes = {"name": "words", "digest": hashlib.sha256(" ".join(WORDS).encode()).hexdigest(), "images": len(WORDS)}
    figure = reader_figure(
        results,
        network,
        "spelling",
        kind="spelling",
        page=PAGE,
        probes=probes,
        title="Which letter makes which sound",
        alt="Letters by sounds, coloured by relevance",
        caption=_caption(network.spellings),
    )
    return (figure,)


def _caption(study: SpellingStudy) -> str:
    hits = study.hits
    return (
        "Relevance of each letter for the logit of each sound (minus the mean logit), by LRP through decoder and "
        f"encoder, for the first {SHOWN} of {count(len(WORDS), 'word')}. Frames mark the letters that spell the sound, "
        f"by the rules of English alone. The most relevant letter is one of them for {percent(hits['lrp'])} of "
        f"{count(study.sounds, 'sound')} by LRP and {percent(hits['occlusion'])} by occlusion. Baselines: the letter "
        f"at the same relative position {percent(hits[SAME_PLACE])}, any letter {percent(study.chance)} (LRP against "
        f"same position: p = {number(study.p_value, 2)}, exact sign test). Conservation check of LRP: relevances sum "
        f"to the logit to {tiny(study.residual)}."
    )
