"""Concepts of source code, by Python's own tokenizer: the ground truth for cells of the networks that read code.

Row t is the state after character t was read: inside a string means that its opening quote was read and its closing one
was not. Keyword, comment and leading whitespace are properties of character t itself.
"""

from __future__ import annotations

import ast
import io
import keyword
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from atlas.core.specs import Array


@dataclass(frozen=True)
class Concept:
    """A property of the text that a cell may encode; `graded` ones have a size, the others are there or not."""

    name: str
    title: str
    graded: bool = False


CONCEPTS = (
    Concept("string", "inside a string"),
    Concept("docstring", "inside a docstring"),
    Concept("comment", "in a comment"),
    Concept("brackets", "inside brackets"),
    Concept("leading", "leading whitespace"),
    Concept("keyword", "in a keyword"),
    Concept("depth", "bracket depth", graded=True),
    Concept("indentation", "indentation of the line", graded=True),
    Concept("column", "column", graded=True),
)

KINDS = ("docstring", "comment", "string", "keyword", "leading", "brackets")
"""What a state is coloured by on a map: the first of these that holds."""

_STRING_START = getattr(tokenize, "FSTRING_START", -1)  # from Python 3.12 on, f-strings are several tokens
_STRING_END = getattr(tokenize, "FSTRING_END", -1)
OPENING, CLOSING = "([{", ")]}"


def label(text: str) -> dict[str, Array]:
    """[N] float32 of each concept for the N characters of a whole Python file.

    Raises SyntaxError or tokenize.TokenError for a text that is no Python.
    """
    starts = line_starts(text)
    labels = {concept.name: np.zeros(len(text), np.float32) for concept in CONCEPTS}
    documented = _docstrings(text)
    depth, opened = 0, 0
    marks = np.zeros(len(text) + 1, np.float32)  # change of depth after a character
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        first, last = (starts[row - 1] + column for row, column in (token.start, token.end))
        if token.type == tokenize.STRING:
            kind = "docstring" if token.start[0] in documented and not depth else "string"
            labels[kind][first : last - 1] = 1
        elif token.type == _STRING_START:
            opened = first
        elif token.type == _STRING_END:
            labels["string"][opened : last - 1] = 1
        elif token.type == tokenize.COMMENT:
            labels["comment"][first:last] = 1
        elif token.type == tokenize.NAME and keyword.iskeyword(token.string):
            labels["keyword"][first:last] = 1
        elif token.type == tokenize.OP and token.string in OPENING + CLOSING:
            change = 1 if token.string in OPENING else -1
            depth += change
            marks[first] += change
    labels["depth"] = np.cumsum(marks[:-1])
    labels["brackets"] = (labels["depth"] > 0).astype(np.float32)
    labels["column"], labels["indentation"], labels["leading"] = _lines(text)
    return labels


def pairs(text: str) -> list[tuple[int, int, str]]:
    """(place of the opening, place of the closing, kind) of every pair of brackets
    and of every one-line string's quotes.
    """
    starts, found, open_ = line_starts(text), [], []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        first, last = (starts[row - 1] + column for row, column in (token.start, token.end))
        if token.type == tokenize.OP and token.string in OPENING:
            open_.append(first)
        elif token.type == tokenize.OP and token.string in CLOSING:
            found.append((open_.pop(), first, "bracket"))
        elif token.type == tokenize.STRING and token.start[0] == token.end[0]:
            quote = token.string[-1]
            if not token.string.endswith(quote * 3) or len(token.string) < 6:
                found.append((first + token.string.index(quote), last - 1, "quote"))
    return found


def line_starts(text: str) -> Sequence[int]:
    """The place of each line's first character, and of the end."""
    starts = [0]
    for line in io.StringIO(text):
        starts.append(starts[-1] + len(line))
    return [*starts, len(text), len(text)]


def _docstrings(text: str) -> set[int]:
    """The first lines of all docstrings."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, kinds) and node.body and ast.get_docstring(node, clean=False) is not None:
            found.add(node.body[0].lineno)
    return found


def _lines(text: str) -> tuple[Array, Array, Array]:
    """Column, indentation of the line (0 until its first other character), and whether all so far is white space."""
    column, indentation, leading = (np.zeros(len(text), np.float32) for _ in range(3))
    begin = 0
    for line in io.StringIO(text):
        end = begin + len(line)
        width = len(line) - len(line.lstrip(" \t"))
        column[begin:end] = np.arange(1, len(line) + 1)
        if line.endswith("\n"):
            column[end - 1] = 0
        leading[begin : begin + width] = 1
        indentation[begin + width : end] = width
        begin = end
    return column, indentation, leading


def gather(labels: Sequence[Mapping[str, Array]]) -> dict[str, Array]:
    """The labels of several texts, one after the other."""
    return {name: np.concatenate([each[name] for each in labels]) for name in labels[0]}
