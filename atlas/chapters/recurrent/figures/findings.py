"""What was found about recurrent networks, in sentences made from results; another result gives another sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from atlas.chapters.recurrent.cells import CellFinding
from atlas.chapters.recurrent.figures import recurrent_figures
from atlas.chapters.recurrent.figures.attribution import METHODS, explanations, mean_areas
from atlas.chapters.recurrent.figures.character import PAGE, RELIANCE, TITLES
from atlas.chapters.recurrent.figures.memory import CLOSING
from atlas.chapters.recurrent.figures.sentiment import PAGE as SENTIMENT
from atlas.chapters.recurrent.figures.sentiment import sentiment_figures
from atlas.chapters.recurrent.figures.speech import PAGE as SPEECH
from atlas.chapters.recurrent.figures.speech import speech_figures
from atlas.chapters.recurrent.figures.spelling import PAGE as SPELLING
from atlas.chapters.recurrent.figures.spelling import spelling_figures
from atlas.chapters.recurrent.records import CodeResults, PredictorResults, RecurrentChapter
from atlas.chapters.recurrent.sentence_study import SentenceStudy
from atlas.chapters.recurrent.speech_study import SpeechStudy
from atlas.chapters.recurrent.spelling_study import SAME_PLACE, SpellingStudy
from atlas.core.results import Figure
from atlas.publish.finding import Finding, Findings, finding
from atlas.publish.words import count, listed, number, percent

PART = "Recurrent networks"
SURE = 0.05  # p-value


def findings(results: RecurrentChapter) -> list[Findings]:
    """The findings of the chapter, a group for each of its pages."""
    own = {figure.name: figure for figure in (*recurrent_figures(results), *_others(results))}
    groups = [
        Findings(PART, "Cells, context and errors", PAGE, _code(results, own)),
        Findings(PART, "Attribution", RELIANCE, finding(attribution(results.predictors), own.get("deletion"))),
    ]
    if results.sentiment:
        found = results.sentiment.sentences
        made = [*finding(words(found), own.get("words")), *finding(kinds(found), own.get("sentences"))]
        groups.append(Findings(PART, "Sentiment", SENTIMENT, made))
    if results.spelling:
        made = finding(letters(results.spelling.spellings), own.get("spelling"))
        groups.append(Findings(PART, "Letters to sounds", SPELLING, made))
    if results.speech:
        groups.append(
            Findings(PART, "Speech detection", SPEECH, finding(voice(results.speech.speech), own.get("hearing")))
        )
    return groups


def findings_of(results: RecurrentChapter, page: str) -> Sequence[Finding]:
    """The findings of one page."""
    return next((group.found for group in findings(results) if group.page == page), ())


def _others(results: RecurrentChapter) -> list[Figure]:
    return [*sentiment_figures(results), *spelling_figures(results), *speech_figures(results)]


def _code(results: RecurrentChapter, own: Mapping[str, Figure]) -> list[Finding]:
    return [
        *finding(concepts(results.networks), own.get("concepts")),
        *finding(distances(results.predictors), own.get("closings")),
        *finding(errors(results.predictors), own.get("errors")),
    ]


def concepts(networks: Sequence[CodeResults]) -> str:
    """For how many concepts one cell is better than chance, and the best cell of all."""
    found = [(network, one) for network in networks for one in network.cells.concepts]
    if not found:
        return ""
    shares = [f"{_above(one.cells.concepts)} of {len(one.cells.concepts)} ({one.spec.title})" for one in networks]
    network, best = max(found, key=lambda pair: pair[1].score - pair[1].null_p95)
    return (
        f"A single cell predicts a concept better than chance for {listed(shares)}. The farthest above chance is cell "
        f"{best.cell} of the {network.spec.title} for “{TITLES[best.concept]}”: score {number(best.score, 2)}, chance "
        f"level {number(best.null_p95, 2)}."
    )


def _above(cells: Sequence[CellFinding]) -> int:
    return sum(one.score > one.null_p95 for one in cells)


def distances(networks: Sequence[PredictorResults]) -> str:
    """Up to which distance from the opening sign networks are surely better than a 7-gram model."""
    parts = [f"at closing {kind}s {listed(ends)}" for kind in CLOSING if (ends := _reach(networks, kind))]
    if not parts:
        return ""
    return (
        "Networks use what lies beyond the six characters of a 7-gram model where their gain over it is surely above "
        f"zero: {'; '.join(parts)}."
    )


def _reach(networks: Sequence[PredictorResults], kind: str) -> list[str]:
    """For each network the least distance of the farthest bin whose 95 % interval lies above zero."""
    found = []
    for network in networks:
        bins = network.context_lengths.closings[kind]
        better = [one.least for one in bins if one.low > 0]
        if bins:
            far = f"at distances of {max(better):,} and more characters" if better else "at no distance"
            found.append(f"{network.spec.title} {far}")
    return found


def errors(networks: Sequence[PredictorResults]) -> str:
    """How many predictions are errors, and how much of the loss of the n-gram model is left."""
    if not networks:
        return ""
    ranked = sorted(networks, key=lambda network: network.context_lengths.loss)
    best = ranked[0]
    study = best.context_lengths
    side = "below" if study.loss < study.baseline else "not below"
    shares = [f"{percent(network.context_lengths.errors.share)} ({network.spec.title})" for network in ranked]
    return (
        f"The right character has a probability below one half at {listed(shares)} of all places. The lowest loss has "
        f"the {best.spec.title}: {number(study.loss)} nats per character, {side} the {number(study.baseline)} of the "
        "7-gram model."
    )


def attribution(networks: Sequence[PredictorResults]) -> str:
    """Which method of attribution is the most faithful, and which are no better than random orders."""
    parts = []
    for network in networks:
        areas = mean_areas(explanations(network))
        if areas:
            best = min(areas, key=lambda name: areas[name])
            worse = [METHODS[name] for name, area in areas.items() if area >= 0]
            lost = f"; {listed(worse)} no better than random orders" if worse else ""
            parts.append(f"{network.spec.title}: {METHODS[best]} ({number(areas[best], 2)} nats{lost})")
    if not parts:
        return ""
    return (
        "Removing the most relevant characters first lowers the logit of a closing sign, below that of random orders "
        f"(0 nats), the most by the ranking of {'; '.join(parts)}."
    )


def words(study: SentenceStudy) -> str:
    """Whether the expected response separates positive from negative words."""
    found = study.separation
    verdict = "separates" if found.p_value < SURE and found.area > 0.5 else "does not surely separate"
    return (
        f"The expected response of the logit {verdict} positive from negative words: area under the ROC curve "
        f"{number(found.area)} (chance 0.5, p = {number(found.p_value, 2)}), over {found.positives} and "
        f"{found.negatives} words."
    )


def kinds(study: SentenceStudy) -> str:
    """On which kinds of sentence the network is right, and on which no more often than chance."""
    rows = sorted(study.sentences, key=lambda row: -row.accuracy)
    if not rows:
        return ""
    best, failing = rows[0], [f"{row.kind} ({percent(row.accuracy)})" for row in rows if row.accuracy <= 0.5]
    lost = f"; it is right no more often than chance (50\u202f%) for {listed(failing)}"
    fails = lost if failing else ", and above chance (50\u202f%) for all kinds"
    return f"The network is most often right on sentences of the kind {best.kind} ({percent(best.accuracy)}){fails}."


def letters(study: SpellingStudy) -> str:
    """Whether LRP finds the letters that spell a sound more often than their position does."""
    lrp, same = study.hits["lrp"], study.hits[SAME_PLACE]
    side = "more" if lrp > same else "less"
    verdict = f"{'not surely ' if study.p_value >= SURE else ''}{side} often than the letter at the same place does"
    return (
        f"The letter that is most relevant by LRP spells the sound for {percent(lrp)} of {count(study.sounds, 'sound')}"
        f", {verdict} ({percent(same)}; p = {number(study.p_value, 2)}); any letter would for {percent(study.chance)}."
    )


def voice(study: SpeechStudy) -> str:
    """How well the detector tells a voice from other sounds, and how well one of its cells does."""
    best = study.best
    verdict = "more than" if best.score > best.null_p95 else "no more than"
    return (
        "The probability of speech separates the synthetic voice from other sounds with an area under the ROC curve "
        f"of {number(study.detector)} (chance 0.5); cell {best.cell} alone has {number(best.score)}, {verdict} the "
        f"best of all cells has for shifted labels ({number(best.null_p95)})."
    )
