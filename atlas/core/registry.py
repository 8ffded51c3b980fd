"""Registries: by name the items of one kind. A duplicate is an error; the error of an unknown name lists the others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

from atlas.core.errors import UnknownName

T = TypeVar("T")


class Registry(Generic[T]):
    """Items of one kind by name, in the order in which they were added."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._items: dict[str, T] = {}

    def add(self, name: str, item: T) -> T:
        """Add `item` as `name` and return it; ValueError for a name that exists already."""
        if name in self._items:
            raise ValueError(f"{self.kind} {name!r} is registered twice")
        self._items[name] = item
        return item

    def __getitem__(self, name: str) -> T:
        try:
            return self._items[name]
        except KeyError:
            raise UnknownName(self.kind, name, self._items) from None

    def __contains__(self, name: str) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def values(self) -> list[T]:
        """All items, in order."""
        return list(self._items.values())
