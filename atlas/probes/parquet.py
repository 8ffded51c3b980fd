"""`parquet:PATH`: a Parquet file, or a folder of them, in the image schema of Hugging Face's `datasets`.

An image column holds `{bytes, path}`, or bytes; a label column holds texts, or numbers whose names are in the file's
`huggingface` metadata. Each file is read by its own schema.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from atlas.core.errors import ProbeError
from atlas.core.specs import ProbePart
from atlas.networks.labels import class_names
from atlas.probes.columns import Columns, columns_of
from atlas.probes.external import CROP, Found, base_identity, make_part, part_names, part_numbers, terms_of
from atlas.probes.own import NOTHING, OwnSettings, Summary, counted
from atlas.probes.read import UnreadableImageError

if TYPE_CHECKING:
    import pyarrow.parquet as pq

T = TypeVar("T")
LONGEST_NAME = 255  # signs of a file's name, as file systems have it


class ParquetImages:
    """The images of Parquet files, in the order of their rows; shown only where the settings allow it."""

    mixed = False

    def __init__(self, path: str, settings: OwnSettings = NOTHING, *, size: int = 224, crop: float = CROP) -> None:
        self.path = Path(path).expanduser().absolute()
        self.settings = settings
        self.name = f"parquet:{self.path.name}"
        self.title = settings.title or f"Images of {self.path.name}"
        self.terms = terms_of(settings, f"from {self.path.name}")
        self.publish = settings.show
        self.size = size
        self.crop = crop

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """The Parquet files, sorted."""
        files = sorted(self.path.glob("*.parquet")) if self.path.is_dir() else [self.path]
        if not files or not all(file.is_file() for file in files):
            raise ProbeError(f"{self.path}: there is no such file, nor a folder with .parquet files.")
        return tuple(files)

    @cached_property
    def columns(self) -> tuple[Columns, ...]:
        """The columns of each file; ProbeError where one lacks what the set needs."""
        return tuple(columns_of(_open(file).schema_arrow, file, self.settings) for file in self.files)

    @cached_property
    def counts(self) -> tuple[int, ...]:
        """Rows of each file."""
        return tuple(_open(file).metadata.num_rows for file in self.files)

    @cached_property
    def labels(self) -> str | None:
        """The class list with the names of all files' labels, None where no registered one has them."""
        lists = {class_list(columns.names) for columns in self.columns if columns.label}
        return lists.pop() if len(lists) == 1 else None

    def identity(self) -> dict[str, Any]:
        """Digests of the files, and which columns are read."""
        return {
            **base_identity(self.size),
            "crop": self.crop,
            "settings": self.settings.identity(),
            "columns": [columns.wanted for columns in self.columns],
            "files": [[path.name, _digest(path)] for path in self.files],
        }

    def parts(self) -> tuple[str, ...]:
        """64 rows each."""
        return part_names(sum(self.counts))

    def summary(self) -> Summary:
        """Rows, and the labels that they have."""
        masks = f"masks: column {self.settings.masks}" if self.settings.masks else ""
        return Summary(sum(self.counts), self._label_words(), masks)

    def _label_words(self) -> str:
        why = "; ".join(dict.fromkeys(columns.why for columns in self.columns if columns.why))
        names = list(dict.fromkeys(columns.label for columns in self.columns if columns.label))
        if not names:
            return f"no labels, because {why}"
        found = [label for path, columns in self._pairs() for label in _labels(path, columns)]
        lacking = sum(self.counts) - len(found)
        parts = [f"labels: column {', '.join(names)}, {counted(len(set(found)), 'class')}"]
        parts += [f"{counted(lacking, 'row')} without one"] if lacking else []
        return ", ".join(parts) + (f" ({why})" if why else "")

    def _pairs(self) -> Iterator[tuple[Path, Columns]]:
        return zip(self.files, self.columns, strict=True)

    def make(self, part: str) -> ProbePart:
        """The images of one part."""
        numbers = part_numbers(part, sum(self.counts))
        return make_part(self._found(numbers), self.terms, size=self.size, crop=self.crop)

    def _found(self, numbers: range) -> Iterator[Found]:
        first = 0
        for path, columns, count in zip(self.files, self.columns, self.counts, strict=True):
            rows = range(max(numbers.start - first, 0), min(numbers.stop - first, count))
            for row, value in zip(rows, _rows(path, columns.wanted, rows), strict=True):
                yield self._describe(first + row, f"row {row} of {path.name}", columns, value)
            first += count

    def _describe(self, number: int, place: str, columns: Columns, row: dict[str, Any]) -> Found:
        image, index = row[columns.image], _index(row.get(columns.label or ""), columns)
        path = image.get("path") if isinstance(image, dict) else None
        mask = row.get(columns.mask) if columns.mask else None
        return Found(
            number,
            Path(path).name[:LONGEST_NAME] if path and isinstance(path, str) else place,
            lambda: _bytes(image, place),
            label=_label(row.get(columns.label or ""), columns),
            class_index=index if self.labels else None,
            mask=(lambda: _bytes(mask, f"the mask of {place}")) if mask else None,
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


def _index(value: Any, columns: Columns) -> int | None:
    """The number of a class; a float where the column has nulls (pandas)."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not columns.names:
        return None
    return int(value) if float(value).is_integer() and 0 <= value < len(columns.names) else None


def _label(value: Any, columns: Columns) -> str | None:
    if isinstance(value, str):
        return value.strip() or None
    index = _index(value, columns)
    return None if index is None else columns.names[index]


def _labels(path: Path, columns: Columns) -> list[str]:
    """The labels of the rows that have one."""
    if not columns.label:
        return []
    file = _open(path)
    table = _read(path, lambda: file.read(columns=[columns.label], use_threads=False))
    values = table.column(0).to_pylist()
    return [label for value in values if (label := _label(value, columns))]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open(path: Path) -> pq.ParquetFile:
    import pyarrow.parquet as pq

    return _read(path, lambda: pq.ParquetFile(path))


def _read(path: Path, read: Callable[[], T]) -> T:
    """What `read` gives; ProbeError where a file is damaged."""
    import pyarrow as pa

    try:
        return read()
    except (pa.ArrowException, OSError) as error:
        reason = str(error).splitlines()[0]
        raise ProbeError(
            f"{path} cannot be read as Parquet ({reason[:160]}). Write it again, or name another file."
        ) from error


def _rows(path: Path, columns: list[str], rows: range) -> list[dict[str, Any]]:
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
    table = _read(path, lambda: file.read_row_groups(wanted, columns=columns, use_threads=False))
    values: list[dict[str, Any]] = table.slice(rows.start - before, len(rows)).to_pylist()
    return values


def _bytes(image: Any, place: str) -> bytes:
    data = image.get("bytes") if isinstance(image, dict) else image
    if not isinstance(data, bytes):
        raise UnreadableImageError(place, "the row holds no bytes")
    return data
