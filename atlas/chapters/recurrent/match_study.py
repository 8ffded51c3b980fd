"""Range-select match on held-out code: one stretch for each concept, its cells,
the best matches, and what they have in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from atlas.chapters.recurrent.cell import RECTIFIED, Net
from atlas.chapters.recurrent.concepts import CONCEPTS
from atlas.chapters.recurrent.match import Match, active, active_through, covered, first_run, matches, selected
from atlas.chapters.recurrent.texts import Text, read_b
from atlas.core.pack import stored
from atlas.core.specs import Array

LEAST, MOST = 5, 8  # characters of a selected stretch; of tokens as many as have about so many characters
DRAWS = 3
AROUND = 24  # characters of context that the site shows
FULL = 0.995  # quantile of the size of a rectified cell's states that counts as 1


@dataclass(frozen=True)
class Excerpt:
    """A stretch of code with the characters around it."""

    path: str
    before: str
    stretch: str
    after: str


@dataclass(frozen=True, kw_only=True)
class FoundMatch:
    """A match as the site shows it; `inside`: the concept holds through its whole length."""

    match: Match = stored("")
    inside: bool
    excerpt: Excerpt = stored("")


@dataclass(frozen=True, kw_only=True)
class Search:
    """The search for the stretch of a concept: the selected cells and the best matches in the other texts.

    `share` of the matches lie in the concept, `base` of all stretches of that length, and `chance` of the matches of as
    many cells drawn at random, on average over DRAWS.
    """

    concept: str
    text: int  # index into half B
    first: int
    length: int
    cells: tuple[tuple[int, int], ...]  # cell, and 1 where it is active above zero, -1 below
    excerpt: Excerpt = stored("")
    matches: tuple[FoundMatch, ...]
    share: float
    base: float
    chance: float

    @property
    def beats_chance(self) -> bool:
        """Are more matches in the concept than stretches are, and than matches of random cells?"""
        return self.share > max(self.base, self.chance)


@dataclass(frozen=True, kw_only=True)
class MatchStudy:
    """For each concept that is there or not, the first stretch of it in the first text of half B that has one."""

    searches: tuple[Search, ...] = stored("queries")
    characters: int


def study_matches(net: Net, texts: Sequence[Text], *, seed: int) -> MatchStudy:
    """Search the other texts of half B for stretches at which the same cells are active."""
    b, read = read_b(net, texts)
    on = [active(values[1:]) for values in _bounded(net, read)]  # row t: after character t
    searches = []
    for concept in (concept for concept in CONCEPTS if not concept.graded):
        chosen = _stretch(b, concept.name)
        if chosen is not None:
            searches.append(_search(b, on, concept.name, *chosen, seed=seed))
    return MatchStudy(searches=tuple(searches), characters=sum(map(len, b)))


def _bounded(net: Net, read: Sequence[tuple[Array, Array]]) -> list[Array]:
    """[N + 1, H] of each text's (h, c): tanh c of an LSTM, else h; without bounds
    (rectified) h by each cell's own FULL.
    """
    if net.cell.kind == "LSTM":
        return [np.tanh(c) for _, c in read]
    if net.cell.kind == RECTIFIED:
        full = np.maximum(np.quantile(np.concatenate([h for h, _ in read]), FULL, axis=0), 1e-9)
        return [h / full for h, _ in read]
    return [h for h, _ in read]


def _stretch(texts: Sequence[Text], concept: str) -> tuple[int, int, int] | None:
    for number, text in enumerate(texts):
        least, most = (max(2, round(many / text.spread)) for many in (LEAST, MOST))
        run = first_run(text.labels[concept], least=least, most=most)
        if run is not None:
            return number, *run
    return None


def _search(
    texts: Sequence[Text], on: Sequence[Array], concept: str, index: int, first: int, length: int, *, seed: int
) -> Search:
    """The search for `length` symbols of text `index` from `first` on; `on` [N, 2H] of each text is from `active`."""
    cells = selected(on[index], first, length)
    size = on[index].shape[1] // 2
    others = [n for n in range(len(texts)) if n != index]
    through = [active_through(on[n], length) for n in others]
    inside = [covered(texts[n].labels[concept], length) for n in others]
    best = matches(through, cells, length) if len(cells) else []
    found = tuple(
        FoundMatch(
            match=replace(one, text=others[one.text]),
            inside=bool(inside[one.text][one.first]),
            excerpt=_excerpt(texts[others[one.text]], one.first, length),
        )
        for one in best
    )
    return Search(
        concept=concept,
        text=index,
        first=first,
        length=length,
        cells=tuple((int(cell) % size, 1 if cell < size else -1) for cell in cells),
        excerpt=_excerpt(texts[index], first, length),
        matches=found,
        share=float(np.mean([one.inside for one in found])) if found else 0.0,
        base=float(np.concatenate(inside).mean()),
        chance=_chance(through, inside, length, (2 * size, max(1, len(cells))), np.random.default_rng([seed, first])),
    )


def _chance(
    through: Sequence[Array], inside: Sequence[Array], length: int, cells: tuple[int, int], rng: np.random.Generator
) -> float:
    """The mean share of matches in the concept for cells drawn at random; `cells`: of how many, and how many."""
    drawn = [rng.choice(*cells, replace=False) for _ in range(DRAWS)]
    return float(np.mean([np.mean([inside[m.text][m.first] for m in matches(through, one, length)]) for one in drawn]))


def _excerpt(text: Text, first: int, length: int) -> Excerpt:
    whole, start = text.text, int(text.firsts[first])
    end = start + int(text.lengths[first : first + length].sum())
    return Excerpt(text.path, whole[max(0, start - AROUND) : start], whole[start:end], whole[end : end + AROUND])
