"""Where a checkpoint of a recurrent network has its parts: they are found by its keys and shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from atlas.core.errors import WeightsError
from atlas.core.specs import StateDict
from atlas.networks.recurrent import WAYS
from atlas.weights.fit import listed

KINDS = {4: "LSTM", 3: "GRU", 1: "RNN"}  # by blocks of rows
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
    rows, inputs = _matrix(state, f"{cell}{FIRST}", file)
    _, passed = _matrix(state, f"{cell}weight_hh_l0", file)
    projected = f"{cell}{PROJECTION}_l0" in state
    hidden = _matrix(state, f"{cell}{PROJECTION}_l0", file)[1] if projected else passed
    kind = KINDS.get(rows // hidden)
    if kind is None or rows % hidden:
        raise WeightsError(
            f"{file}: {cell}{FIRST} has {rows} rows for {hidden} cells; LSTM has 4 times as many, GRU 3, RNN 1."
        )
    shapes = {"weight_ih": (rows, passed * directions), "weight_hh": (rows, passed)}
    if projected:
        shapes[PROJECTION] = passed, hidden
    ends = tuple(_ends(state, cell, shapes, file, directions))
    for key in (f"{cell}{name}{end}" for name in ("bias_ih", "bias_hh") for end in ends):
        _check_bias(state, key, rows, file)
    own = {f"{cell}{name}{end}" for name in (*WEIGHTS, PROJECTION) for end in ends}
    others = {key: tuple(value.shape) for key, value in state.items() if key not in own}
    head = None if encoder else _head(others, symbols, passed, file)
    if head is not None:
        _check_bias(state, f"{head}bias", symbols, file)
    rest = {key: shape for key, shape in others.items() if head is None or key not in (f"{head}weight", f"{head}bias")}
    tied = head is not None and inputs != symbols and others[f"{head}weight"] == (symbols, inputs)
    shared = {f"{head}weight": (symbols, inputs)} if tied else {}  # saved once, where the embedding has no key
    embed = _embedding({**rest, **shared}, symbols, inputs, f"{file}: {cell}{FIRST}")
    left = {key: shape for key, shape in rest.items() if key != embed}
    if left and not encoder:
        raise WeightsError(
            f"{file} holds more than embedding, recurrent layer and linear head: {_listed(left)}. Only these can be "
            "read: save a network without other parts, or let its states alone be studied with `encoder = true`."
        )
    return Parts(kind, symbols, inputs, len(ends) // directions, hidden, embed, cell, head, directions, ends)


def _matrix(state: StateDict, key: str, file: str) -> tuple[int, int]:
    """Rows and columns of the matrix `key`, both at least 1."""
    shape = tuple(state[key].shape)
    if len(shape) != 2 or 0 in shape:
        raise WeightsError(
            f"{file}: {key} is {' × '.join(map(str, shape)) or 'a number'}, not a matrix as torch makes them. "
            "Save the whole `model.state_dict()` of one torch.nn.LSTM, GRU or RNN."
        )
    return shape[0], shape[1]


def _check_bias(state: StateDict, key: str, rows: int, file: str) -> None:
    """WeightsError for a bias that has another number of rows than its matrix."""
    if key in state and tuple(state[key].shape) != (rows,):
        shape = " × ".join(map(str, state[key].shape)) or "a number"
        raise WeightsError(
            f"{file}: {key} is {shape}; its matrix has {rows} rows. Save the whole `model.state_dict()`."
        )


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
    return listed(parts) or "none"
