"""Class lists: the names of a network's outputs, in order. They are read as text, without slow imports."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from atlas.core.errors import AtlasError, ConfigError
from atlas.core.registry import Registry

TINY = Path(__file__).parents[1] / "probes" / "data" / "tiny-imagenet-60.tsv"


@cache
def class_names(name: str) -> tuple[str, ...]:
    """The names of the class list `name`, in class order.

    A name that ends in `.txt` is a file with one class a line (custom labels of a recipe).

    Raises:
        UnknownName: there is no such class list.
        ConfigError: the file of custom labels cannot be read or has empty lines.
    """
    return _from_file(Path(name)) if name.endswith(".txt") else LISTS[name]()


def identity(name: str) -> str:
    """What the class list `name` is to results: its name, of a file the SHA-256 of its classes, wherever it lies."""
    if not name.endswith(".txt"):
        return name
    return f"sha256:{hashlib.sha256(chr(10).join(class_names(name)).encode()).hexdigest()}"


def _from_file(path: Path) -> tuple[str, ...]:
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"The labels {path} cannot be read as text: {error}.") from error
    while lines and not lines[-1]:
        lines.pop()
    if len(lines) < 2 or not all(lines):
        raise ConfigError(
            f"The labels {path} need at least two lines, one class name each and no empty line between them."
        )
    return tuple(lines)


def _imagenet() -> tuple[str, ...]:
    """The 1,000 names that torchvision publishes with its weights, read without importing torchvision (it is slow)."""
    spec = find_spec("torchvision")
    folder = next(iter(spec.submodule_search_locations or ()), None) if spec else None
    if folder is None:
        raise AtlasError(
            "torchvision, which holds ImageNet's class names, is not installed. Run: pip install torchvision"
        )
    for node in ast.parse((Path(folder) / "models" / "_meta.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_IMAGENET_CATEGORIES":
            return tuple(ast.literal_eval(node.value))
    raise AtlasError(
        "This torchvision does not hold ImageNet's class names where 0.24 to 0.29 do; install one of those."
    )


def _tiny_imagenet() -> tuple[str, ...]:
    """The 60 classes of Tiny ImageNet on which the miniatures are trained."""
    rows = (line.split("\t") for line in TINY.read_text(encoding="utf-8").splitlines())
    return tuple(name for _, _, name in rows)


def _infogan_choices() -> tuple[str, ...]:
    """The values of an InfoGAN's categorical code; they were learned without labels, so they have numbers only."""
    from atlas.networks.generators import SHAPE_CODES

    return tuple(f"choice {number}" for number in range(SHAPE_CODES))


LISTS: Registry[Callable[[], tuple[str, ...]]] = Registry("class list")
LISTS.add("imagenet-1k", _imagenet)
LISTS.add("tiny-imagenet-60", _tiny_imagenet)
LISTS.add("infogan-choices", _infogan_choices)
