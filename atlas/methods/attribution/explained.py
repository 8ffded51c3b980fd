"""A network as attribution methods of images see it: its folded graph from images to one layer, with taps on the way.

Batch normalization is folded into the convolution before it, else it is a scale and a shift; every ReLU is a `Clamp`,
be it a module, a function or in place (`atlas.methods.visualize.graph`). So one rule covers each architecture.
"""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import torch
from torch import Tensor

from atlas.core.errors import UnknownName
from atlas.core.hooks import put
from atlas.core.specs import LayerSpec, Network
from atlas.methods.attribution.quick import Quick
from atlas.methods.attribution.score import Score
from atlas.methods.attribution.target import Target
from atlas.methods.visualize.graph import Tap, cut
from atlas.runtime.precision import native_precision

_serials = count()


class Explained:
    """The function from normalized images [M, 3, S, S] to the response of `output`: [M, C] or [M, C, H, W].

    `layers` can be read on the way (`reading`). The graph is frozen, in evaluation mode, and shares no weight with
    `network`.

    Raises:
        AtlasError: the network cannot be traced, or does not reach a layer.
    """

    def __init__(
        self, network: Network, output: LayerSpec | None = None, layers: Sequence[LayerSpec] = (), *, size: int = 0
    ) -> None:
        self.spec, self.output = network.spec, output or network.spec.logits
        self.size = size or network.spec.input_size
        self.layers = tuple(layer for layer in layers if layer != self.output)
        self.graph = cut(network, self.output, torch.zeros(1, 3, self.size, self.size), self.layers)
        taps = {module.layer: module for module in self.graph.modules() if isinstance(module, Tap)}
        self._taps: dict[str, Tap] = taps
        self.serial = next(_serials)  # of this process: identifies the network in caches
        self._memory: dict[str, Any] = {}

    def with_graph(self, graph: torch.fx.GraphModule) -> Explained:
        """The same network with another graph, such as one with other weights."""
        other = copy.copy(self)
        other.graph, other.serial, other._memory = graph, next(_serials), {}
        other._taps = {module.layer: module for module in graph.modules() if isinstance(module, Tap)}
        return other

    def __call__(self, images: Tensor) -> Tensor:
        """The response of `output`."""
        response: Tensor = self.graph(images)
        return response

    def quick(self, forward: str = "float32", backward: str = "float32") -> Quick:
        """The same function, prepared for many passes (`quick.py`); the response is float32.

        Each pass has a format, "float32" or "bfloat16": `native_precision` names that of the processor.
        """
        one, two = getattr(torch, forward), getattr(torch, backward)
        quick: Quick = self.remember(f"quick {forward} {backward}", lambda: Quick(self.graph, one, two, self.size))
        return quick

    def score(self, target: Target, row: int | None = None, *, exact: bool = False) -> Score:
        """The score of versions of image `row`, else of one version of each image, as a function of images.

        The versions of one image are many, so unless `exact` they are computed in the format of the processor: all
        where no gradient is taken, else the backward pass, since gradients depend on which ReLUs are open.
        """
        native = "float32" if exact or row is None else native_precision("cpu")
        quick, scores_only = self.quick(backward=native), self.quick(native)

        def score(images: Tensor) -> Tensor:
            rows = None if row is None else torch.full((len(images),), row)
            differentiable = torch.is_grad_enabled() and images.requires_grad
            return target.scores((quick if differentiable else scores_only)(images), rows)

        return score

    def since_mean_colour(self, target: Target, images: Tensor) -> Tensor:
        """[B] score of the images minus that of the mean colour, which is zero after normalization; float64."""
        quick = self.quick()
        with torch.no_grad():
            grey: Tensor = self.remember("response to grey", lambda: quick(torch.zeros_like(images[:1])))
            return target.scores(quick(images).double()) - target.scores(grey.double())

    def key(self, images: Tensor, target: Target, *others: Any) -> str:
        """What decides a result of several methods, so that they can share it (`atlas.runtime.memory.keep_last`)."""
        digest = hashlib.sha256(repr((self.serial, images.shape, others)).encode())
        for tensor in (images, target.weights):
            digest.update(tensor.detach().contiguous().numpy().tobytes())
        return digest.hexdigest()

    def remember(self, name: str, compute: Callable[[], Any]) -> Any:
        """What `compute` returns, computed once for this network: what a method derives from it alone."""
        if name not in self._memory:
            self._memory[name] = compute()
        return self._memory[name]

    def replacing(self, name: str, values: Tensor) -> AbstractContextManager[None]:
        """A context in which the output of the tapped layer `name` is `values`."""
        layer = next(layer for layer in self.layers if layer.name == name)
        return put(self.graph, replace(layer, path=Tap.name(layer)), values)

    @contextmanager
    def reading(self, *names: str) -> Iterator[Mapping[str, Tensor]]:
        """The outputs of the layers `names` in the forward passes inside, part of the graph of gradients.

        Each pass replaces those of the pass before. UnknownName where a layer has no tap.
        """
        for name in names:
            if name not in self._taps:
                raise UnknownName(f"tapped layer of {self.spec.name}", name, self._taps)
        values: dict[str, Tensor] = {}
        try:
            for name in names:
                self._taps[name].sink = values
            yield values
        finally:
            for name in names:
                self._taps[name].sink = None
