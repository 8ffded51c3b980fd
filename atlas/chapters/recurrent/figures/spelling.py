"""The figure of the spelling network: which letter makes which sound."""

from __future__ import annotations

import hashlib

from atlas.chapters.recurrent.figures.network import reader_figure
from atlas.chapters.recurrent.records import RecurrentChapter
from atlas.chapters.recurrent.spelling_study import SHOWN, WORDS
from atlas.core.results import Figure
from atlas.publish.words import count, number, percent, tiny

PAGE = "recurrent/spelling.html"
READS = "letters"


def spelling_figures(results: RecurrentChapter) -> tuple[Figure, ...]:
    """The one figure of the page; none without a network that reads letters."""
    network = results.readers.get(READS)
    if network is None:
        return ()
    facts = network.facts["spellings"]
    hits = facts["hits"]
    probes = {"name": "words", "digest": hashlib.sha256(" ".join(WORDS).encode()).hexdigest(), "images": len(WORDS)}
    return (
        reader_figure(
            results, network, "spelling", kind="spelling", page=PAGE, probes=probes, title="Which letter makes which sound",
            caption=f"Relevance of each letter for the logit of each sound (against the mean logit), by LRP through decoder and encoder, for the "
            f"first {SHOWN} of {count(len(WORDS), 'word')}; frames mark the letters that spell the sound by the rules of English alone. The most "
            f"relevant letter is one of them for {percent(hits['lrp'])} of {count(facts['sounds'], 'sound')} by LRP and {percent(hits['occlusion'])} "
            f"by occlusion; the letter at the same relative place is for {percent(hits['same place'])}, any letter for {percent(facts['chance'])} "
            f"(LRP against the same place: p {number(facts['p_value'], 2)}, exact sign test). The ledger misses the logit by at most {tiny(facts['residual'])}.",
            alt="Letters by sounds, coloured by relevance",
        ),
    )  # fmt: skip
