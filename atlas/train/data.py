"""tiny-imagenet-60 from Parquet, decoded once into an array on disk."""

from __future__ import annotations

import hashlib
import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.errors import ConfigError
from atlas.core.specs import Array

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = "tiny-imagenet-60"
SIZE = 64


@dataclass(frozen=True)
class Split:
    """Images [N, 64, 64, 3] uint8 RGB and their labels [N] int64."""

    images: Array
    labels: Array

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class Photographs:
    """Training and validation split; `names` and WordNet ids in label order; `digest` is that of both Parquet files."""

    train: Split
    valid: Split
    names: tuple[str, ...]
    digest: str
    wordnet: tuple[str, ...] = ()


def data_folder(root: Path | None = None) -> Path:
    """The folder of tiny-imagenet-60: `root` or below it, or below the folder that ATLAS_DATA names.

    ConfigError where it is missing.
    """
    root = root or (Path(os.environ["ATLAS_DATA"]) if os.environ.get("ATLAS_DATA") else None)
    if root is None:
        raise ConfigError(f"Training needs photographs: set ATLAS_DATA to the folder that holds {FOLDER}/, or give it.")
    folder = root if (root / "train.parquet").is_file() else root / FOLDER
    for name in ("train.parquet", "valid.parquet", "classes.tsv"):
        if not (folder / name).is_file():
            raise ConfigError(f"{folder / name} is missing; ATLAS_DATA must name the folder that holds {FOLDER}/.")
    return folder


def load_photographs(folder: Path, cache: Path) -> Photographs:
    """Read both splits; the decoded pixels are cached in the folder `cache` by the digest of their file."""
    rows = [line.split("\t") for line in (folder / "classes.tsv").read_text("utf-8").splitlines() if line]
    train_digest, valid_digest = (_digest(folder / f"{split}.parquet") for split in ("train", "valid"))
    return Photographs(
        train=_load_split(folder / "train.parquet", train_digest, cache),
        valid=_load_split(folder / "valid.parquet", valid_digest, cache),
        names=tuple(name.strip() for _, _, name in rows),
        wordnet=tuple(wordnet for _, wordnet, _ in rows),
        digest=hashlib.sha256(f"{train_digest}{valid_digest}".encode()).hexdigest(),
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _load_split(path: Path, digest: str, cache: Path) -> Split:
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    labels = np.asarray(table["label"], dtype=np.int64)
    decoded = cache / f"{path.stem}-{digest[:16]}.npy"
    if not decoded.is_file():
        cache.mkdir(parents=True, exist_ok=True)
        partial = decoded.with_name(f"{decoded.stem}.{os.getpid()}.part.npy")
        np.save(partial, _decode(table["image"], path))
        partial.replace(decoded)
    return Split(np.load(decoded, mmap_mode="r"), labels)


def _decode(column: pa.ChunkedArray, path: Path) -> Array:
    from PIL import Image

    pixels = np.empty((len(column), SIZE, SIZE, 3), np.uint8)
    for row, entry in enumerate(column):
        with Image.open(io.BytesIO(entry["bytes"].as_py())) as image:
            if image.size != (SIZE, SIZE):
                raise ConfigError(f"{path}, row {row}: the image is {image.size} pixels, expected {SIZE} x {SIZE}.")
            pixels[row] = np.asarray(image.convert("RGB"))
    return pixels
