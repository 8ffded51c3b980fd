"""The recurrent networks that this package trains itself: one embedding, one recurrent layer, one head each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from atlas.registry import Registry
from atlas.types import EmbeddedFile, WeightSource

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent

START, OTHER = "\x02", "\ufffd"
ALPHABET = (START, "\n", "\t", *(chr(code) for code in range(32, 127)), OTHER)
"""What the character networks read and predict: a mark before each file, printable ASCII, and one for all else."""


@dataclass(frozen=True)
class RecurrentSpec:
    """Everything known about a recurrent network without building it.

    `cell` is LSTM, GRU or RNN (tanh); `reads` is "characters" (symbols are ALPHABET; one output a symbol, the next
    character) or "words" (symbols are a word list beside the weights; one output, the sentiment's logit).
    """

    name: str  # path segment of the site
    title: str
    year: int
    paper: str  # key into templates/bibliography.bib
    cell: str
    reads: str
    symbols: int
    embedding: int
    hidden: int
    outputs: int
    weights: WeightSource
    summary: str

    def build(self) -> Recurrent:
        """The module with random weights."""
        from atlas.networks.modules.recurrent import Recurrent

        return Recurrent(
            self.cell, symbols=self.symbols, embedding=self.embedding, hidden=self.hidden, outputs=self.outputs
        )


RECURRENT: Registry[RecurrentSpec] = Registry("recurrent network")
UNTRAINED = ""  # in place of a digest: the weights are not shipped yet


def _file(name: str, sha256: str) -> EmbeddedFile:
    return EmbeddedFile(f"recurrent/{name}.safetensors", sha256, "Apache-2.0")


def _characters(cell: str, *, title: str, year: int, paper: str, sha256: str, summary: str) -> RecurrentSpec:
    name = f"char-{cell.lower()}"
    return RecurrentSpec(
        name, title, year, paper, cell, "characters", symbols=len(ALPHABET), embedding=64, hidden=256,
        outputs=len(ALPHABET), weights=_file(name, sha256), summary=summary,
    )  # fmt: skip


SPECS = (
    _characters(
        "LSTM",
        title="Character LSTM",
        year=1997,
        paper="hochreiter1997lstm",
        sha256=UNTRAINED,
        summary="A memory cell that is changed by adding, behind gates that learn when to write, keep and show it.",
    ),
    _characters(
        "GRU",
        title="Character GRU",
        year=2014,
        paper="cho2014gru",
        sha256=UNTRAINED,
        summary="Two gates instead of three and no separate memory: the new state is a mixture of the old one and a proposal.",
    ),
    _characters(
        "RNN",
        title="Character RNN",
        year=1990,
        paper="elman1990finding",
        sha256=UNTRAINED,
        summary="The plain recurrent network without gates: the whole state is written anew at every character.",
    ),
)

for _spec in SPECS:
    if _spec.weights.sha256 != UNTRAINED:
        RECURRENT.add(_spec.name, _spec)
