"""The methods that find directions, by the name that their directions carry."""

from __future__ import annotations

from atlas.chapters.generative import code, conditional, ganspace, hyperplane, sefa
from atlas.chapters.generative.method import Method
from atlas.core.registry import Registry

METHODS: Registry[Method] = Registry("method of finding directions")
for _name, _method in (
    ("sefa", sefa.METHOD),
    ("ganspace", ganspace.METHOD),
    ("hyperplane", hyperplane.METHOD),
    ("conditional", conditional.METHOD),
    ("code", code.METHOD),
):
    METHODS.add(_name, _method)
