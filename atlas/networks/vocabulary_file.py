"""The vocabulary file of a custom recurrent network: JSON, in the forms that other tools write."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from atlas.core.errors import WeightsError

FORMS = 'a list of symbols in the order of their numbers, or an object such as {"a": 0, "b": 1}'


def read_vocabulary(path: Path) -> tuple[str, ...]:
    """The symbols of a JSON file in the order of their numbers.

    A list, an object from symbol to number or from number to symbol, or an object that holds one of these beside
    others (torch-rnn's `token_to_idx` and `idx_to_token`). Numbers start at 0 or, as in Lua, at 1. WeightsError for
    anything else, for numbers that leave gaps and for a symbol that is there twice.
    """
    try:
        found = json.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise WeightsError(f"The vocabulary {path} cannot be read as JSON ({error}). Write {FORMS}.") from error
    symbols = _symbols(_table(found), path)
    if not symbols or not all(isinstance(symbol, str) for symbol in symbols):
        raise WeightsError(f"The vocabulary {path} holds no symbols. Write {FORMS}.")
    twice = [symbol for symbol, count in Counter(symbols).items() if count > 1]
    if twice:
        raise WeightsError(f"The vocabulary {path} holds {twice[0]!r} twice; each symbol has one number.")
    return tuple(symbols)


def _table(found: Any) -> Any:
    """The list or the map of one level; of several maps the first from symbol to number, else the first at all."""
    if not isinstance(found, dict):
        return found
    inner = [part for part in found.values() if isinstance(part, dict | list)]
    to_number = [part for part in inner if isinstance(part, dict) and all(_is_number(one) for one in part.values())]
    return next(iter((*to_number, *inner)), found)


def _symbols(table: Any, path: Path) -> list[Any]:
    """The symbols of a list or map, in the order of their numbers."""
    if isinstance(table, list):
        return table
    if not isinstance(table, dict):
        raise WeightsError(f"The vocabulary {path} is neither a list nor an object. Write {FORMS}.")
    if table and all(isinstance(one, str) for one in table.values()) and all(key.isdecimal() for key in table):
        numbers = {int(number): symbol for number, symbol in table.items()}
    else:
        numbers = {number: symbol for symbol, number in table.items() if _is_number(number)}
    if not table:
        return []
    first = min(numbers, default=0)
    if len(numbers) != len(table) or first not in (0, 1) or max(numbers, default=0) != first + len(numbers) - 1:
        raise WeightsError(
            f"The vocabulary {path} must number its {len(table)} symbols from 0 to {len(table) - 1} (or from 1 to "
            f"{len(table)}), each once. Write {FORMS}; name every row of the network, padding too."
        )
    return [numbers[number] for number in sorted(numbers)]


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
