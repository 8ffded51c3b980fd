"""What a file that is named as weights holds, by its first bytes; nothing in it is executed."""

from __future__ import annotations

import io
import pickletools
import zipfile
from collections.abc import Iterator
from pathlib import Path

from atlas.core.errors import WeightsError

HEAD = 4096  # bytes that are looked at
HEADER = 100_000_000  # bytes of the longest header that safetensors reads
TORCH_LEGACY = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."  # torch.save before version 1.6
CONVERT = "Write its arrays under the keys of the network with safetensors.torch.save_file"
UNPACK = "Unpack it and name the weight file inside"
SAVE = "Save `model.state_dict()`"

SIGNATURES = (
    (0, b"version https://git-lfs", "a Git LFS pointer, not the file itself", "Run `git lfs pull` in its repository"),
    (0, b"\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras writes them", CONVERT),
    (0, b"\x93NUMPY", "a single NumPy array", CONVERT),
    (0, b"MATLAB 5.0", "a MATLAB file", CONVERT),
    (0, b"GGUF", "a GGUF file, as llama.cpp reads them", CONVERT),
    (4, b"TFL3", "a TensorFlow Lite model", CONVERT),
    (0, b"\x04\x00\x00\x00\x01\x00\x00\x00", "a Torch7 (Lua) file", CONVERT),
    (0, b"\x1f\x8b", "a gzip archive", UNPACK),
    (0, b"BZh", "a bzip2 archive", UNPACK),
    (0, b"\xfd7zXZ\x00", "an xz archive", UNPACK),
    (0, b"7z\xbc\xaf'\x1c", "a 7z archive", UNPACK),
    (0, b"(\xb5/\xfd", "a Zstandard archive", UNPACK),
    (257, b"ustar", "a tar archive", UNPACK),
    (0, b"\x89PNG", "a PNG image", "Name the weight file"),
    (0, b"\xff\xd8\xff", "a JPEG image", "Name the weight file"),
    (0, b"%PDF", "a PDF document", "Name the weight file"),
)
"""Where a kind of file has which bytes, what it is, and the next move."""


def container(path: Path) -> str:
    """How the weights in a file are packed: "safetensors", "onnx", "npz" or "torch".

    WeightsError for a file that cannot be opened or holds no weights: it names what it holds and the next move.
    """
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise WeightsError(f"The weight file {path} cannot be read: {error.strerror}.") from error
    if path.suffix == ".onnx" and not head.startswith(b"version https://git-lfs"):
        return "onnx"
    if head.startswith(b"PK\x03\x04"):
        return _archive(path)
    if head.startswith(TORCH_LEGACY):
        return "torch"
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < HEADER:
        return "safetensors"
    other = _foreign(head) or _pickle(path, head)
    if other is None and path.suffix == ".safetensors":
        return "safetensors"  # a damaged one
    raise refused(path, *(other or ("of an unknown kind", SAVE)))


def refused(path: Path, what: str, move: str) -> WeightsError:
    """The error for a file that is `what` instead of weights."""
    return WeightsError(f"{path} cannot be read as weights: it is {what}. {move}.")


def _foreign(head: bytes) -> tuple[str, str] | None:
    """What else a file with these first bytes is, and the next move; None where they do not tell."""
    if not head:
        return "empty", "Copy or download it again"
    for start, magic, what, move in SIGNATURES:
        if head.startswith(magic, start):
            return what, move
    return _text(head)


def _text(head: bytes) -> tuple[str, str] | None:
    try:
        text = head.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # else a character that the end of `head` cut
            return None
        text = head[: error.start].decode("utf-8-sig").strip()
    if not all(character.isprintable() or character in "\t\n\r" for character in text):
        return None
    if text.startswith("<"):
        return "a web page", "Download the file itself: its address gave a page"
    if '"weight_map"' in text:
        return "an index of shards", "Write the weights of all shards into one file with safetensors.torch.save_file"
    return f"text that begins with {text[:30]!r}", "Name the weight file"


def _archive(path: Path) -> str:
    """How the weights in a ZIP archive are packed."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise refused(path, "a truncated or damaged archive", "Copy or download it again") from error
    last = {name.rpartition("/")[2] for name in names}
    if "constants.pkl" in last:
        raise refused(
            path, "a TorchScript program", "Save its weights: torch.save(torch.jit.load(FILE).state_dict(), OTHER)"
        )
    if "data.pkl" in last:
        return "torch"
    if names and all(name.endswith(".npy") for name in names):
        return "npz"
    if "model.weights.h5" in last:
        raise refused(path, "a Keras model", CONVERT)
    raise refused(path, f"a ZIP archive of {len(names)} other files", UNPACK)


def _pickle(path: Path, head: bytes) -> tuple[str, str] | None:
    if head[:1] != b"\x80" or head[1:2] > b"\x05":
        return None
    found = next(classes(path.read_bytes()), "")
    return f"a pickle of Python objects{f' ({found})' if found else ''}, which are never loaded", SAVE


def classes(pickled: bytes) -> Iterator[str]:
    """The classes and functions that a pickle names (`module.name`), in order; it is taken apart, never run."""
    texts: list[str] = []
    try:
        for code, argument, _ in pickletools.genops(io.BytesIO(pickled)):
            if code.name == "GLOBAL":
                yield printable(str(argument).replace(" ", "."))
            elif code.name == "STACK_GLOBAL" and len(texts) > 1:
                yield printable(f"{texts[-2]}.{texts[-1]}")
            elif isinstance(argument, str):
                texts.append(argument)
    except (ValueError, UnicodeError):  # where it is damaged
        return


def printable(text: object, most: int = 60) -> str:
    """`text` of a file as a message may show it: no control characters, at most `most` characters."""
    shown = str(text)
    shown = shown if shown.isprintable() else repr(shown)[1:-1]
    return shown if len(shown) <= most else f"{shown[: most - 1]}…"
