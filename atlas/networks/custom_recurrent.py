"""A custom network: a torch LSTM, GRU or RNN over an embedding or one-hot input, with a linear head or none.

A projection (Sak et al. 2014) is linear, so it is multiplied into the weights that read its output: the same network
without one. The parts of a checkpoint are found by its keys and shapes. A network that reads tokens keeps its own
symbols (`custom_tokens.py`). For one that reads characters the atlas has an ALPHABET, and the rows of embedding and
head are put into that order:

- a character that the network lacks is read as its `<unknown>`, else as the mean of its symbols; the mark before a file
  as `<start>`, else as a line break;
- the probability of `<unknown>` is shared equally among the characters that it lacks; without one they get almost none;
- symbols that ALPHABET lacks never occur in the texts and are left out.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING

from atlas.core.errors import WeightsError
from atlas.core.specs import StateDict
from atlas.networks.recurrent import ALPHABET, OTHER, START, WAYS

if TYPE_CHECKING:
    from torch import Tensor

MARKS = {START: "<start>", OTHER: "<unknown>"}  # their names in a vocabulary file
KINDS = {4: "LSTM", 3: "GRU", 1: "RNN"}  # by blocks of rows
NEVER = 20.0  # nats below its mean: the logit of a character that the network cannot predict
FIRST = "weight_ih_l0"
WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
PROJECTION = "weight_hr"
BACK = WAYS[1]


@dataclass(frozen=True)
class Parts:
    """Where the parts of a checkpoint are: `embed` is the key of the embedding (""
    for one-hot input), `cell` and `head` are prefixes.
    """

    kind: str
    symbols: int
    embedding: int
    layers: int
    hidden: int  # cells of each layer, in each direction
    embed: str
    cell: str
    head: str | None  # an encoder's is not read
    directions: int
    ends: tuple[str, ...]  # how the names of each cell's weights end, in the order of `Net.cells`


def parts_of(state: StateDict, symbols: int, file: str, *, encoder: bool = False) -> Parts:
    """Find embedding, recurrent layers and head of a network of `symbols` symbols; WeightsError names misfits.

    Of an `encoder` nothing but embedding and recurrent layers is read, and these may have two directions.
    """
    cell = _cell(state, file, encoder=encoder)
    directions = 2 if f"{cell}{FIRST}{BACK}" in state else 1
    rows, inputs = state[f"{cell}{FIRST}"].shape
    passed = state[f"{cell}weight_hh_l0"].shape[1]
    projected = f"{cell}{PROJECTION}_l0" in state
    hidden = state[f"{cell}{PROJECTION}_l0"].shape[1] if projected else passed
    kind = KINDS.get(rows // hidden)
    if kind is None or rows % hidden:
        raise WeightsError(
            f"{file}: {cell}{FIRST} has {rows} rows for {hidden} cells; LSTM has 4 times as many, GRU 3, RNN 1."
        )
    shapes = {"weight_ih": (rows, passed * directions), "weight_hh": (rows, passed)}
    if projected:
        shapes[PROJECTION] = passed, hidden
    ends = tuple(_ends(state, cell, shapes, file, directions))
    own = {f"{cell}{name}{end}" for name in (*WEIGHTS, PROJECTION) for end in ends}
    others = {key: tuple(value.shape) for key, value in state.items() if key not in own}
    head = None if encoder else _head(others, symbols, passed, file)
    rest = {key: shape for key, shape in others.items() if head is None or key not in (f"{head}weight", f"{head}bias")}
    embed = _embedding(rest, symbols, inputs, f"{file}: {cell}{FIRST}")
    left = {key: shape for key, shape in rest.items() if key != embed}
    if left and not encoder:
        raise WeightsError(
            f"{file} holds more than embedding, recurrent layer and linear head: {_listed(left)}. Only these can be "
            "read: save a network without other parts, or let its states alone be studied with `encoder = true`."
        )
    return Parts(kind, symbols, inputs, len(ends) // directions, hidden, embed, cell, head, directions, ends)


def _embedding(shapes: dict[str, tuple[int, ...]], symbols: int, inputs: int, reader: str) -> str:
    """The key of the embedding that `reader` reads, "" for one-hot input; a matrix
    with a bias of its own is another layer.
    """
    fits = [
        key
        for key, shape in shapes.items()
        if shape == (symbols, inputs) and f"{key.removesuffix('weight')}bias" not in shapes
    ]
    if not fits and inputs != symbols:
        raise WeightsError(
            f"{reader} takes {inputs} inputs, but there is neither an embedding of {symbols} × {inputs} nor are "
            f"there {inputs} symbols in the vocabulary for one-hot input. Others: {_listed(shapes)}."
        )
    return fits[0] if fits else ""


def _cell(state: StateDict, file: str, *, encoder: bool) -> str:
    """The prefix of the recurrent layers, with its dot; they have one direction, unless they are an encoder's."""
    found = [key.removesuffix(FIRST) for key in state if key == FIRST or key.endswith(f".{FIRST}")]
    if len(found) != 1:
        what = "no torch.nn.LSTM, GRU or RNN" if not found else f"{len(found)} recurrent networks"
        raise WeightsError(
            f"{file} holds {what}: {len(found)} keys end with {FIRST}. It needs one. Keys: {_listed(state)}. "
            "Save `model.state_dict()` of a network with one."
        )
    [prefix] = found
    if f"{prefix}{FIRST}{BACK}" in state and not encoder:
        raise WeightsError(
            f"{file} has two directions ({prefix}{FIRST}{BACK}). One of them reads a text from its end, so at every "
            "position it has read the symbol that is to be predicted there: its loss would be meaningless. Write "
            "`encoder = true` beside its weights: then its states are studied, and no prediction."
        )
    if f"{prefix}weight_hh_l0" not in state:
        raise WeightsError(
            f"{file} lacks {prefix}weight_hh_l0, beside {prefix}{FIRST}. Save the whole `model.state_dict()`."
        )
    return prefix


def _ends(
    state: StateDict, cell: str, shapes: Mapping[str, tuple[int, ...]], file: str, directions: int
) -> Iterator[str]:
    """How the names of each cell's weights end; those above the first layer read what the one below passes on, in
    matrices of these `shapes`.
    """
    lowest = {**shapes, "weight_ih": tuple(state[f"{cell}{FIRST}"].shape)}
    for layer in count():
        if f"{cell}weight_ih_l{layer}" not in state:
            return
        for way in WAYS[:directions]:
            end = f"_l{layer}{way}"
            _as_torch(state, cell, end, shapes if layer else lowest, file)
            yield end


def _as_torch(state: StateDict, cell: str, end: str, shapes: Mapping[str, tuple[int, ...]], file: str) -> None:
    """WeightsError unless the weights whose names go on with `end` have these `shapes`."""
    for name, shape in shapes.items():
        key = f"{cell}{name}{end}"
        found = tuple(state[key].shape) if key in state else None
        if found != shape:
            misfit = "is missing" if found is None else f"is {' × '.join(map(str, found))}"
            above = "its other direction is" if end == f"_l0{BACK}" else "layers above the first are"
            raise WeightsError(
                f"{file}: {key} {misfit}; {above} {' × '.join(map(str, shape))}, as torch makes them. "
                "Save the whole `model.state_dict()` of one torch.nn.LSTM, GRU or RNN."
            )


def _head(shapes: dict[str, tuple[int, ...]], symbols: int, passed: int, file: str) -> str:
    """The prefix of the linear head: by its shape, and where an embedding has the
    same, by its bias or its place after it.
    """
    fits = [
        key.removesuffix("weight")
        for key, shape in shapes.items()
        if shape == (symbols, passed) and (key == "weight" or key.endswith(".weight"))
    ]
    biased = [prefix for prefix in fits if shapes.get(f"{prefix}bias") == (symbols,)]
    chosen = biased if len(biased) == 1 else fits
    if len(chosen) == 1:
        return chosen[0]
    heads = [shape for key, shape in shapes.items() if len(shape) == 2 and shape[1] == passed]
    hint = f" One has {heads[0][0]} outputs: is the vocabulary another's?" if not fits and heads else ""
    raise WeightsError(
        f"{file} has {len(chosen)} linear heads of {symbols} outputs (the vocabulary's symbols) over {passed} cells; "
        f"it needs one.{hint} If it predicts no next symbol, write `encoder = true` beside its weights. Shapes: "
        f"{_listed(shapes)}."
    )


def _listed(shapes: dict[str, tuple[int, ...]] | StateDict) -> str:
    parts = [f"{key} {' × '.join(map(str, getattr(value, 'shape', value)))}" for key, value in shapes.items()]
    return ", ".join(parts[:8]) + (", …" if len(parts) > 8 else "") or "none"


def into_alphabet(state: StateDict, vocabulary: Sequence[str], file: str, *, encoder: bool = False) -> StateDict:
    """The weights of `Recurrent` over ALPHABET that read and predict as the checkpoint does (see above)."""
    embed, head, cell = taken_apart(state, len(vocabulary), file, encoder=encoder)
    number = {symbol: place for place, symbol in enumerate(vocabulary)}
    places = _places(number)
    return {"embed.weight": _read(embed, places, number), **(_predicted(*head, places, number) if head else {}), **cell}


def taken_apart(
    state: StateDict, symbols: int, file: str, *, encoder: bool
) -> tuple[Tensor, tuple[Tensor, Tensor] | None, StateDict]:
    """Embedding (the identity for one-hot input), weight and bias of the head, and
    the layers as `Recurrent` names them; float32.
    """
    import torch

    parts = parts_of(state, symbols, file, encoder=encoder)
    given = {key: value.float() for key, value in state.items()}
    embed = given[parts.embed] if parts.embed else torch.eye(parts.symbols)
    zero = torch.zeros(given[f"{parts.cell}{FIRST}"].shape[0])  # of a layer without biases
    cell = {f"cell.{name}{end}": given.get(f"{parts.cell}{name}{end}", zero) for end in parts.ends for name in WEIGHTS}
    head = None
    if parts.head is not None:
        head = given[f"{parts.head}weight"], given.get(f"{parts.head}bias", torch.zeros(parts.symbols))
    if f"{parts.cell}{PROJECTION}_l0" in given:
        projections = {end: given[f"{parts.cell}{PROJECTION}{end}"] for end in parts.ends}
        cell |= _without_projection(cell, projections, parts.layers)
        head = head and (head[0] @ projections[parts.ends[-1]], head[1])
    return embed, head, cell


def _without_projection(cell: StateDict, projections: Mapping[str, Tensor], layers: int) -> StateDict:
    """What reads projected states, as it reads the states themselves: each
    direction's own gates, and the layer above those of both.
    """
    import torch

    found = {f"cell.weight_hh{end}": cell[f"cell.weight_hh{end}"] @ one for end, one in projections.items()}
    for layer in range(1, layers):
        below = [one for end, one in projections.items() if end.removesuffix(BACK) == f"_l{layer - 1}"]
        names = [f"cell.weight_ih{end}" for end in projections if end.removesuffix(BACK) == f"_l{layer}"]
        both: Tensor = torch.block_diag(*below)  # type: ignore[no-untyped-call]
        found |= {name: cell[name] @ both for name in names}
    return found


def _places(number: dict[str, int]) -> list[int | None]:
    """The network's number of each symbol of ALPHABET, None where it lacks it."""
    return [number.get(MARKS.get(symbol, symbol), number.get(symbol)) for symbol in ALPHABET]


def shared(vocabulary: Sequence[str]) -> int:
    """How many symbols of ALPHABET are in the vocabulary."""
    return sum(place is not None for place in _places({symbol: place for place, symbol in enumerate(vocabulary)}))


def _read(embed: Tensor, places: Sequence[int | None], number: dict[str, int]) -> Tensor:
    import torch

    mean = embed.mean(0)
    unknown = embed[number[MARKS[OTHER]]] if MARKS[OTHER] in number else mean
    start = embed[number["\n"]] if "\n" in number else mean
    rows = [
        embed[place] if place is not None else start if symbol == START else unknown
        for symbol, place in zip(ALPHABET, places, strict=True)
    ]
    return torch.stack(rows)


def _predicted(weight: Tensor, bias: Tensor, places: Sequence[int | None], number: dict[str, int]) -> StateDict:
    import torch

    unknown = number.get(MARKS[OTHER])
    sharing = [symbol != START and place in (None, unknown) for symbol, place in zip(ALPHABET, places, strict=True)]
    never = weight.mean(0), bias.mean() - NEVER
    rows = []
    for place, shares in zip(places, sharing, strict=True):
        if shares and unknown is not None:
            rows.append((weight[unknown], bias[unknown] - math.log(sum(sharing))))
        else:
            rows.append(never if place is None else (weight[place], bias[place]))
    return {"head.weight": torch.stack([row for row, _ in rows]), "head.bias": torch.stack([one for _, one in rows])}
