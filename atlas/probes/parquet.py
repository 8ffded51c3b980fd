"""`parquet:PATH`: a Parquet file, or a folder of them, in the image schema of Hugging Face's `datasets`.

An image column holds `{bytes, path}`; a label column holds numbers whose names are in the file's `huggingface`
metadata.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.core.errors import ProbeError
from atlas.core.specs import ProbePart
from atlas.networks.labels import class_names
from atlas.probes.external import CROP, Found, Terms, base_identity, make_part, part_names, part_numbers
from atlas.probes.read import UnreadableImageError

if TYPE_CHECKING:
    import pyarrow.parquet as pq

UNKNOWN = "not stated"


@dataclass(frozen=True)
class Schema:
    """The columns of image and label, and the names of the labels."""

    image: str
    label: str | None
    names: tuple[str, ...]


class ParquetImages:
    """The images of Parquet files, in the order of their rows.

    They are never published, since their licence is not known.
    """

    publish = False

    def __init__(self, path: str, size: int = 224, crop: float = CROP) -> None:
        self.name = f"parquet:{path}"
        self.path = Path(path).expanduser()
        self.title = f"Images of {self.path.name}"
        self.terms = Terms(UNKNOWN, f"from {self.path.name}", "")
        self.size = size
        self.crop = crop

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """The Parquet files, sorted."""
        files = sorted(self.path.glob("*.parquet")) if self.path.is_dir() else [self.path]
        if not files or not all(file.is_file() for file in files):
            raise ProbeError(f"{self.name}: there is no such file, nor a folder with .parquet files.")
        return tuple(files)

    @cached_property
    def schema(self) -> Schema:
        """The columns of the first file."""
        return _schema(_open(self.files[0]), self.name)

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """Rows of each file."""
        return tuple(_open(file).metadata.num_rows for file in self.files)

    @property
    def labels(self) -> str | None:
        """The class list with the names of the file's labels, None where no registered one has them."""
        return class_list(self.schema.names)

    def identity(self) -> dict[str, Any]:
        """Digests of the files."""
        digests = []
        for path in self.files:
            with path.open("rb") as file:
                digests.append([path.name, hashlib.file_digest(file, "sha256").hexdigest()])
        return {**base_identity(self.size), "crop": self.crop, "files": digests}

    def parts(self) -> tuple[str, ...]:
        """64 rows each."""
        return part_names(sum(self.counts))

    def make(self, part: str) -> ProbePart:
        """The images of one part."""
        numbers = part_numbers(part, sum(self.counts))
        return make_part(self._found(numbers), self.terms, size=self.size, crop=self.crop)

    def _found(self, numbers: range) -> Iterator[Found]:
        first = 0
        for path, count in zip(self.files, self.counts, strict=True):
            rows = range(max(numbers.start - first, 0), min(numbers.stop - first, count))
            for row, value in zip(rows, _rows(path, self.schema, rows), strict=True):
                yield self._describe(first + row, f"row {row} of {path.name}", value)
            first += count

    def _describe(self, number: int, place: str, row: dict[str, Any]) -> Found:
        image, index = row[self.schema.image] or {}, row.get(self.schema.label or "")
        index = index if isinstance(index, int) and 0 <= index < len(self.schema.names) else None
        return Found(
            number,
            image.get("path") or place,
            lambda: _bytes(image, place),
            label=None if index is None else self.schema.names[index],
            class_index=index if self.labels else None,
        )


def class_list(names: tuple[str, ...]) -> str | None:
    """`imagenet-1k` or `tiny-imagenet-60` where most of `names` are that list's, in its order (wording varies).

    Else None.
    """
    plain = [name.split(",")[0].strip().lower() for name in names]
    for known in ("imagenet-1k", "tiny-imagenet-60"):
        if len(plain) != len(class_names(known)):
            continue
        same = sum(a == b.lower() for a, b in zip(plain, class_names(known), strict=True))
        if same > len(plain) / 2:
            return known
    return None


def _open(path: Path) -> pq.ParquetFile:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path)
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ProbeError(
            f"{path} cannot be read as Parquet ({reason}). Write it again, or name another file."
        ) from error


def _schema(file: pq.ParquetFile, name: str) -> Schema:
    columns = file.schema_arrow
    stored = json.loads((columns.metadata or {}).get(b"huggingface", b"{}"))
    features = stored.get("info", {}).get("features") or {}
    kinds = {feature.get("_type"): column for column, feature in features.items() if isinstance(feature, dict)}
    image, label = kinds.get("Image", "image"), kinds.get("ClassLabel")
    fields = {field.name for field in columns.field(image).type} if _is_struct(columns, image) else set()
    if "bytes" not in fields:
        raise ProbeError(
            f"{name}: no column of images as {{bytes, path}}; its columns are {', '.join(columns.names)}. "
            "Save it with `datasets.Dataset.to_parquet`."
        )
    return Schema(image, label, tuple(features[label].get("names") or ()) if label else ())


def _is_struct(columns: Any, name: str) -> bool:
    import pyarrow as pa

    return name in columns.names and pa.types.is_struct(columns.field(name).type)


def _rows(path: Path, schema: Schema, rows: range) -> list[dict[str, Any]]:
    """The rows as dictionaries; only the row groups with these rows are read."""
    if not rows:
        return []
    file, wanted, start, before = _open(path), [], 0, 0
    for group in range(file.metadata.num_row_groups):
        stop = start + file.metadata.row_group(group).num_rows
        if stop <= rows.start:
            before = stop
        elif start < rows.stop:
            wanted.append(group)
        start = stop
    columns = [schema.image, *([schema.label] if schema.label else [])]
    table = file.read_row_groups(wanted, columns=columns, use_threads=False)
    values: list[dict[str, Any]] = table.slice(rows.start - before, len(rows)).to_pylist()
    return values


def _bytes(image: dict[str, Any], place: str) -> bytes:
    data: bytes | None = image.get("bytes")
    if data is None:
        raise UnreadableImageError(place, "the row holds no bytes")
    return data
