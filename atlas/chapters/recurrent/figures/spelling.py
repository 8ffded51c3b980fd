"""The figure of the spelling network: which letter makes which sound."""

from __future__ import annotations

import hashlib

from atlas.chapters.recurrent.figures.network import reader_figure
from atlas.chapters.recurrent.records import RecurrentChapter
from atlas.chapters.recurrent.spelling_study import SAME_PLACE, SHOWN, WORDS
from atlas.core.results import Figure
from atlas.publish.words import count, number, percent, tiny

PAGE = "recurrent/spelling.html"


def spelling_figures(results: RecurrentChapter) -> tuple[Figure, ...]:
    """The one figure of the page; none without a network that reads letters."""
    network = results.spelling
    if network is None:
        return ()
    study = network.spellings
    probes = {"name": "words", "digest": hashlib.sha256(" ".join(WORDS).encode()).hexdigest(), "images": len(WORDS)}
    return (
        reader_figure(
            results, network, "spelling", kind="spelling", page=PAGE, probes=probes, title="Which letter makes which sound",
            caption=f"Relevance of each letter for the logit of each sound (against the mean logit), by LRP through decoder and encoder, for the "
            f"first {SHOWN} of {count(len(WORDS), 'word')}; frames mark the letters that spell the sound by the rules of English alone. The most "
            f"relevant letter is one of them for {percent(study.hits['lrp'])} of {count(study.sounds, 'sound')} by LRP and {percent(study.hits['occlusion'])} "
            f"by occlusion; the letter at the same relative place is for {percent(study.hits[SAME_PLACE])}, any letter for {percent(study.chance)} "
            f"(LRP against the same place: p {number(study.p_value, 2)}, exact sign test). The ledger misses the logit by at most {tiny(study.residual)}.",
            alt="Letters by sounds, coloured by relevance",
        ),
    )  # fmt: skip
