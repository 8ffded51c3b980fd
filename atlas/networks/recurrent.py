"""The recurrent networks: those that this package trains itself (embedding,
recurrent layer, head), and published ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from atlas.core.registry import Registry
from atlas.core.sources import EmbeddedFile, WheelFile
from atlas.core.specs import RecurrentSpec

if TYPE_CHECKING:
    from atlas.networks.modules.recurrent import Recurrent

WAYS = ("", "_reverse")  # how torch ends the names of weights that read forwards, and from the end
START, OTHER = "\x02", "\ufffd"
ALPHABET = (START, "\n", "\t", *(chr(code) for code in range(32, 127)), OTHER)
"""What the character networks read and predict: a mark before each file, printable ASCII, and one for all else."""


def build(spec: RecurrentSpec) -> Recurrent:
    """The module of `spec` with random weights."""
    from atlas.networks.modules.recurrent import Recurrent

    return Recurrent(
        spec.cell,
        symbols=spec.symbols,
        embedding=spec.embedding,
        hidden=spec.hidden,
        outputs=spec.outputs,
        layers=spec.layers,
        rectified=spec.rectified,
        directions=spec.directions,
    )


RECURRENT: Registry[RecurrentSpec] = Registry("recurrent network")
UNTRAINED = ""  # in place of a digest: the weights are not shipped yet


def _file(name: str, sha256: str) -> EmbeddedFile:
    return EmbeddedFile(f"recurrent/{name}.safetensors", sha256, "Apache-2.0")


def _characters(
    cell: str, *, hidden: int = 256, title: str, year: int, paper: str, sha256: str, summary: str
) -> RecurrentSpec:
    name = f"char-{cell.lower()}"
    return RecurrentSpec(
        name,
        title,
        year,
        paper,
        cell,
        "characters",
        symbols=len(ALPHABET),
        embedding=64,
        hidden=hidden,
        outputs=len(ALPHABET),
        weights=_file(name, sha256),
        summary=summary,
    )


SPECS = (
    _characters(
        "LSTM",
        hidden=384,
        title="Character LSTM",
        year=1997,
        paper="hochreiter1997lstm",
        sha256="eb00f65423fd2d6e39a609c5f7ff40ae8ad52810ef120c1b0a20d94129a3a6b7",
        summary="A memory cell with additive updates; gates learn when to write, keep and output it.",
    ),
    _characters(
        "GRU",
        title="Character GRU",
        year=2014,
        paper="cho2014gru",
        sha256="b005cfe6c766b1667a8e45a997484c2f36a0d0a15c394a439fa990ade6c1fa35",
        summary=(
            "Two gates instead of three and no separate memory: the new state interpolates between the old one and a "
            "candidate."
        ),
    ),
    _characters(
        "RNN",
        title="Character RNN",
        year=1990,
        paper="elman1990finding",
        sha256="d344a3408b9278a6b8de4b1cb76d3a4e0b5aa3ff5728569c9984f4bea715be0a",
        summary="The plain recurrent network without gates: the whole state is recomputed at every character.",
    ),
)

SENTIMENT = RecurrentSpec(
    "sentiment-lstm",
    "Sentiment LSTM",
    1997,
    "hochreiter1997lstm",
    "LSTM",
    "words",
    symbols=9486,
    embedding=64,
    hidden=64,
    outputs=1,
    weights=_file("sentiment-lstm", "899ecd2089c10b09229f23282fc33699f188851e35e8845fff1bc046057e4230"),
    summary="Reads a sentence word by word and classifies its sentiment after the last one.",
    words=EmbeddedFile(
        "recurrent/sentiment-lstm.words.txt",
        "db90f048a2d0c777a7b181f829aeaedd81b01d006ec7f753f5e7d47b8398d00c",
        "Apache-2.0",
    ),
)

SPELLING = RecurrentSpec(
    "g2p-gru",
    "Spelling GRU",
    2018,
    "cho2014gru",
    "GRU",
    "letters",
    symbols=29,
    embedding=256,
    hidden=256,
    outputs=74,
    weights=WheelFile(
        package="g2p-en",
        version="2.1.0",
        file="g2p_en/checkpoint20.npz",
        sha256="b8af35e4596d8dd5836dfd3fe9b2ba4f97b9c311efe8879544cbcfcbd566d8c6",
        licence="Apache-2.0",
        source="https://github.com/Kyubyong/g2p",
    ),
    summary="Encodes a word letter by letter, then decodes its sounds one by one.",
)

SPEECH = RecurrentSpec(
    "silero-vad",
    "Speech detector LSTM",
    2024,
    "hochreiter1997lstm",
    "LSTM",
    "sound",
    symbols=0,
    embedding=128,
    hidden=128,
    outputs=1,
    weights=WheelFile(
        package="silero-vad",
        version="6.2.3",
        file="silero_vad/data/silero_vad_16k.safetensors",
        sha256="c59271c284ae9c8335d795d60e0bfdb71aaaceec578d9bd9ffc1b8153c319ea1",
        licence="MIT",
        source="https://github.com/snakers4/silero-vad",
    ),
    summary="Reads 32 milliseconds of sound at a time and outputs the probability of speech.",
)

for _spec in (*SPECS, SENTIMENT, SPELLING, SPEECH):
    if _spec.weights.sha256 != UNTRAINED:
        RECURRENT.add(_spec.name, _spec)
