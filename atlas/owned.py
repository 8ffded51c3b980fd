"""What a recipe brings along: its name, and an own recurrent network or generator with its files and their digests."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from atlas.errors import ConfigError
from atlas.networks.generators import GENERATORS
from atlas.networks.own_generator import source_of
from atlas.networks.own_recurrent import parts_of, read_vocabulary, shared
from atlas.networks.own_tokens import check_tokenizer, with_marks
from atlas.networks.recurrent import RECURRENT
from atlas.sections import OwnGenerator, OwnRecurrent
from atlas.sources import OwnFile
from atlas.types import TokenizerSpec
from atlas.weights import check, digest, locate, read


def own_name(where: str, name: str, registered: Iterable[str]) -> None:
    """ConfigError unless `name` can be a folder of the site beside those that are `registered`."""
    if not re.fullmatch(r"[a-z0-9][a-z0-9_-]*", name) or name in registered:
        raise ConfigError(
            f"{where}.name = {name!r} cannot name one of your own: it becomes a folder of the site, so it takes "
            "small letters, digits, - and _, and no registered name."
        )


def each_once(where: str, names: Sequence[str]) -> None:
    """ConfigError for a name that is there twice."""
    twice = [name for place, name in enumerate(names) if name in names[:place]]
    if twice:
        raise ConfigError(f"{where}: {twice[0]!r} is there twice; each has a name of its own.")


def generator_found(own: OwnGenerator, folder: Path) -> OwnGenerator:
    """The own generator with its digests, and with paths that start from the recipe's folder; ConfigError for an entry that fits neither way."""
    own_name("generative.own", own.name, GENERATORS)
    place = f"generative.own.{own.name}"
    if bool(own.torchscript) == bool(own.module):
        raise ConfigError(f"{place}: name either `torchscript`, a file, or `module`, importable code, and `weights`.")
    if own.torchscript and (own.weights or own.first or own.layers):
        raise ConfigError(
            f"{place}: torchscript = {own.torchscript!r} holds its weights and runs as a whole, so no part of it can be read. Leave out "
            "`weights`, `first` and `layers`, or name `module` and `weights` instead."
        )
    if not own.file:
        raise ConfigError(
            f"{place}: module = {own.module!r} needs `weights`, the file of its state dict: random weights never reach the site. "
            "Write it with safetensors.torch.save_file(generator.state_dict(), FILE)."
        )
    file = str(folder / own.file)
    found = {"torchscript" if own.torchscript else "weights": file}
    found["sha256"] = own.sha256 or digest(locate(OwnFile(file, "", "")))
    if own.module:
        found["code_sha256"] = own.code_sha256 or digest(source_of(own.module))
    return own.model_copy(update=found)


def recurrent_found(network: OwnRecurrent, folder: Path) -> OwnRecurrent:
    """The own recurrent network with the digests of its files, and with what its weights and vocabulary say of it."""
    own_name("recurrent.own", network.name, RECURRENT)
    file, words = str(folder / network.weights), str(folder / network.vocabulary)
    known = network.sha256 or digest(locate(OwnFile(file, "", "")))
    check(Path(file), known)
    symbols = read_vocabulary(Path(words))
    place = f"recurrent.own.{network.name}"
    check_tokenizer(place, TokenizerSpec(network.tokenizer, network.split), symbols)
    parts = parts_of(read(Path(file)), len(symbols), file, encoder=network.encoder)
    if network.nonlinearity == "relu" and parts.kind != "RNN":
        raise ConfigError(
            f'{place}: nonlinearity = "relu" is for an RNN, but {file} holds the weights of {parts.kind}, whose gates fix it. Leave it out.'
        )
    found = {
        "weights": file, "sha256": known, "vocabulary": words, "vocabulary_sha256": digest(Path(words)),
        "cell": parts.kind, "embedding": parts.embedding, "hidden": parts.hidden, "layers": parts.layers, "directions": parts.directions,
        "known": shared(symbols), "symbols": len(with_marks(symbols)),
    }  # fmt: skip
    if ":" in network.tokenizer:
        found["code_sha256"] = network.code_sha256 or _code_digest(network, folder)
    elif network.tokenizer_files:
        raise ConfigError(
            f"{place}: tokenizer_files = {list(network.tokenizer_files)!r}, but its tokenizer is no code of your own."
        )
    return network.model_copy(update=found)


def _code_digest(network: OwnRecurrent, folder: Path) -> str:
    """Of the file that the tokenizer's code lies in; where it reads files, one over all of them."""
    code = digest(source_of(network.tokenizer, field="tokenizer"))
    files = [digest(locate(OwnFile(str(folder / file), "", ""))) for file in network.tokenizer_files]
    return hashlib.sha256("".join((code, *files)).encode()).hexdigest() if files else code
