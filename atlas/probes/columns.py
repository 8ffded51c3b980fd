"""The columns of a Parquet file that hold images, labels and masks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from atlas.core.errors import ProbeError
from atlas.probes.own import OwnSettings

if TYPE_CHECKING:
    import pyarrow as pa

IMAGES, LABEL = ("image", "img"), "label"  # names that are taken before all others


@dataclass(frozen=True)
class Columns:
    """The columns of one file, and the names of its labels; `why` there are none, or other columns that would do."""

    image: str
    label: str | None
    names: tuple[str, ...]  # of the label's numbers; none where the column holds the labels themselves
    mask: str | None
    why: str = ""

    @property
    def wanted(self) -> list[str]:
        """All that are read."""
        return [name for name in (self.image, self.label, self.mask) if name]


def columns_of(schema: pa.Schema, path: Path, settings: OwnSettings) -> Columns:
    """The columns that the settings name, else `image` or `img` and `label`, else the first that will do.

    Raises:
        ProbeError: two columns have one name, a named column is missing or of another kind, no column holds images, or
            the metadata of Hugging Face's `datasets` cannot be read.
    """
    twice = next((name for name in schema.names if schema.names.count(name) > 1), None)
    if twice is not None:
        raise ProbeError(f"{path.absolute()} has the column {twice[:80]!r} twice. Save it again with one of that name.")
    features = _features(schema, path)
    holding = [name for name in schema.names if _holds_bytes(schema.field(name).type)]
    image = _image(schema, holding, path, settings.image)
    label, why = _label(schema, features, path, settings.label)
    if settings.masks and settings.masks not in holding:
        raise _wrong(path, schema, settings.masks, "images as {bytes, path}")
    others = [name for name in holding if name not in (image, settings.masks)]
    if others and not settings.image:
        why = "; ".join(filter(None, (why, f"images: column {image}, not {', '.join(others)}")))
    names = _names(features, label, path) if label else ()
    return Columns(image, label, names, settings.masks or None, why)


def _image(schema: pa.Schema, holding: list[str], path: Path, named: str) -> str:
    if named:
        if named not in holding:
            raise _wrong(path, schema, named, "images as {bytes, path}")
        return named
    known = [name for name in IMAGES if name in holding]
    structs = [name for name in holding if _is_struct(schema.field(name).type)]
    if not known + structs:
        raise ProbeError(
            f"{path.absolute()}: no column of images as {{bytes, path}}; its columns are "
            f"{', '.join(schema.names)[:200]}. Save it with `datasets.Dataset.to_parquet`."
        )
    return (known + structs)[0]


def _label(schema: pa.Schema, features: Mapping[str, Any], path: Path, named: str) -> tuple[str | None, str]:
    """The column of labels, and why there is none."""
    if named:
        if named not in schema.names:
            raise _wrong(path, schema, named, "labels")
        reason = _unfit(schema, features, named)
        return (None, reason) if reason else (named, "")
    classes = [name for name in schema.names if _is_class(features.get(name))]
    tried = ([LABEL] if LABEL in schema.names else []) + classes
    fit = [name for name in dict.fromkeys(tried) if not _unfit(schema, features, name)]
    if fit:
        return fit[0], f"not {', '.join(fit[1:])}" if fit[1:] else ""
    return None, _unfit(schema, features, tried[0]) if tried else "no column is named label"


def _unfit(schema: pa.Schema, features: Mapping[str, Any], name: str) -> str:
    """Why a column cannot hold labels, "" where it can."""
    import pyarrow.types as kinds

    kind = schema.field(name).type
    if kinds.is_dictionary(kind):
        kind = kind.value_type
    if kinds.is_string(kind) or kinds.is_large_string(kind):
        return ""
    if kinds.is_integer(kind) or kinds.is_floating(kind):
        return "" if _is_class(features.get(name)) else f"the numbers of column {name} have no names"
    return f"column {name} holds {kind}"


def _names(features: Mapping[str, Any], label: str, path: Path) -> tuple[str, ...]:
    names = features[label].get("names") if _is_class(features.get(label)) else ()
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise _bad(path, f"the names of column {label} are no list of texts")
    return tuple(names)


def _is_class(feature: Any) -> bool:
    return isinstance(feature, dict) and feature.get("_type") == "ClassLabel" and bool(feature.get("names"))


def _features(schema: pa.Schema, path: Path) -> Mapping[str, Any]:
    """The columns as Hugging Face's `datasets` describes them; none without its metadata."""
    stored = (schema.metadata or {}).get(b"huggingface")
    if stored is None:
        return {}
    try:
        info = json.loads(stored).get("info", {})
        features = info.get("features") or {}
    except (ValueError, AttributeError, RecursionError):
        raise _bad(path, "it is no object with `info` and `features`") from None
    if not isinstance(features, dict):
        raise _bad(path, "its `features` are no object")
    return features


def _bad(path: Path, reason: str) -> ProbeError:
    return ProbeError(
        f"{path.absolute()}: its metadata `huggingface` cannot be read, {reason}. Save it again with "
        "`datasets.Dataset.to_parquet`, or without metadata."
    )


def _wrong(path: Path, schema: pa.Schema, name: str, what: str) -> ProbeError:
    return ProbeError(
        f"{path.absolute()} has no column {name!r} that holds {what}; its columns are {', '.join(schema.names)[:200]}. "
        "Name another one under [probes]."
    )


def _is_struct(kind: pa.DataType) -> bool:
    import pyarrow.types as kinds

    return bool(kinds.is_struct(kind))


def _holds_bytes(kind: pa.DataType) -> bool:
    """Does a column hold files: {bytes, path}, or the bytes alone?"""
    import pyarrow.types as kinds

    if kinds.is_struct(kind):
        return "bytes" in {field.name for field in kind}
    return bool(kinds.is_binary(kind) or kinds.is_large_binary(kind))
