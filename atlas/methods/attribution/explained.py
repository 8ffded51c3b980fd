"""A network as attribution methods of images see it: its folded graph from images to one layer, with taps on the way.

Batch normalization is folded into the convolution before it, else it is a scale and a shift; every ReLU is a `Clamp`,
be it a module, a function or in place (`atlas.methods.visualize.graph`). So one rule covers each architecture.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor

from atlas.core.errors import UnknownName
from atlas.core.specs import LayerSpec, Network
from atlas.methods.visualize.graph import Tap, cut


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

    def __call__(self, images: Tensor) -> Tensor:
        """The response of `output`."""
        response: Tensor = self.graph(images)
        return response

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
