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
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from atlas.core.specs import StateDict
from atlas.networks.custom_recurrent_parts import BACK, FIRST, PROJECTION, WEIGHTS, parts_of
from atlas.networks.recurrent import ALPHABET, OTHER, START

if TYPE_CHECKING:
    from torch import Tensor

MARKS = {START: "<start>", OTHER: "<unknown>"}  # their names in a vocabulary file
NEVER = 20.0  # nats below its mean: the logit of a character that the network cannot predict


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
