"""The records of the chapter: the studies of each recurrent network, and all networks together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from atlas.chapters.recurrent.cell_statistics import CellStatistics
from atlas.chapters.recurrent.cell_study import CellStudy, GateStudy
from atlas.chapters.recurrent.context_study import ContextLengthStudy
from atlas.chapters.recurrent.match_study import MatchStudy
from atlas.chapters.recurrent.model_cards import CharacterCard, SentimentCard
from atlas.chapters.recurrent.passage_study import PassageStudy
from atlas.chapters.recurrent.relevance_study import RelevanceStudy
from atlas.chapters.recurrent.response_study import ExpectedResponses
from atlas.chapters.recurrent.sentence_study import SentenceStudy
from atlas.chapters.recurrent.speech_study import SpeechStudy
from atlas.chapters.recurrent.spelling_study import SpellingStudy
from atlas.chapters.recurrent.state_map import StateMapStudy
from atlas.chapters.recurrent.texts import Library
from atlas.chapters.recurrent.tokens import TokenStudy
from atlas.core.results import AtlasResults
from atlas.core.specs import RecurrentSpec


@dataclass(frozen=True, kw_only=True)
class RecurrentResults:
    """A recurrent network and where its results are stored."""

    spec: RecurrentSpec
    keys: Mapping[str, str]  # step -> store key, for provenance


@dataclass(frozen=True, kw_only=True)
class CodeResults(RecurrentResults):
    """A network that reads source code, in characters or tokens."""

    card: CharacterCard | None  # None of a custom network
    text: Library
    pages: int  # how many of its cells have a page
    cells: CellStudy
    gates: GateStudy
    passages: PassageStudy
    matches: MatchStudy
    expected_responses: ExpectedResponses
    cell_statistics: CellStatistics
    state_maps: StateMapStudy
    tokens: TokenStudy | None = None


@dataclass(frozen=True, kw_only=True)
class PredictorResults(CodeResults):
    """A network that predicts the next symbol: all that read code but the encoders."""

    context_lengths: ContextLengthStudy
    relevances: RelevanceStudy


@dataclass(frozen=True, kw_only=True)
class SentimentResults(RecurrentResults):
    """The network that reads sentences."""

    card: SentimentCard
    sentences: SentenceStudy


@dataclass(frozen=True, kw_only=True)
class SpellingResults(RecurrentResults):
    """The network that pronounces words."""

    spellings: SpellingStudy


@dataclass(frozen=True, kw_only=True)
class SpeechResults(RecurrentResults):
    """The speech detector."""

    speech: SpeechStudy


@dataclass(frozen=True)
class RecurrentNetworks:
    """The networks of the chapter: those that read code in the recipe's order, and at most one of each other kind."""

    networks: tuple[CodeResults, ...] = ()
    sentiment: SentimentResults | None = None
    spelling: SpellingResults | None = None
    speech: SpeechResults | None = None

    @property
    def all(self) -> tuple[RecurrentResults, ...]:
        """Every network, those that read code first."""
        others = (self.sentiment, self.spelling, self.speech)
        return (*self.networks, *(one for one in others if one is not None))

    @property
    def predictors(self) -> tuple[PredictorResults, ...]:
        """Those that read code and predict the next symbol."""
        return tuple(one for one in self.networks if isinstance(one, PredictorResults))


@dataclass(frozen=True)
class RecurrentChapter(RecurrentNetworks):
    """The same with the atlas that they are part of, as figures and pages need it."""

    atlas: AtlasResults = field(kw_only=True)

    @property
    def without_encoders(self) -> RecurrentChapter:
        """For all that is about predictions."""
        return replace(self, networks=self.predictors)


def chapter_of(results: AtlasResults) -> RecurrentChapter:
    """The chapter's part of the results; without networks where the recipe has none."""
    record: RecurrentNetworks = results.chapters.get("recurrent", RecurrentNetworks())
    return RecurrentChapter(record.networks, record.sentiment, record.spelling, record.speech, atlas=results)
