"""The records of the chapter: what is known of each recurrent network, and of all together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from atlas.core.results import AtlasResults
from atlas.core.specs import Array, RecurrentSpec


@dataclass(frozen=True)
class RecurrentResults:
    """A recurrent network and its studies, each as arrays and plain facts (see the `*_study.py` beside this file)."""

    spec: RecurrentSpec
    card: Mapping[str, Any]  # the model card beside the weights
    arrays: Mapping[str, Mapping[str, Array]]  # study -> name -> array
    facts: Mapping[str, Mapping[str, Any]]  # study -> facts
    text: Mapping[str, Any]  # which source code was read: Python version, digest, paths
    keys: Mapping[str, str]  # study -> store key
    pages: int  # how many of its cells have a page, where it reads characters


@dataclass(frozen=True)
class RecurrentNetworks:
    """The networks of the chapter, in the recipe's order."""

    networks: tuple[RecurrentResults, ...] = ()  # those that read code
    readers: Mapping[str, RecurrentResults] = field(default_factory=dict)  # the others, by what they read


@dataclass(frozen=True)
class RecurrentChapter(RecurrentNetworks):
    """The same with the atlas that they are part of, as figures and pages need it."""

    atlas: AtlasResults = field(kw_only=True)

    @property
    def predicting(self) -> RecurrentChapter:
        """Without encoders, for all that is about predictions."""
        return replace(self, networks=tuple(one for one in self.networks if one.spec.predicts))


def chapter_of(results: AtlasResults) -> RecurrentChapter:
    """The chapter's part of the results; without networks where the recipe has none."""
    found: RecurrentNetworks = results.chapters.get("recurrent", RecurrentNetworks())
    return RecurrentChapter(found.networks, found.readers, atlas=results)
