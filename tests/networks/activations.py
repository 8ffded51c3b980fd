"""Which layers of a network are read after a nonlinearity, where they should be read before it (docs/decisions/0003-pre-activation.md)."""

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from atlas.core.hooks import tap

NONLINEAR = {
    "relu", "hardtanh", "clamp", "clamp_min", "threshold", "leaky_relu", "prelu", "elu", "gelu", "silu", "mish", "softplus",
    "hardswish", "hardsigmoid", "sigmoid", "tanh", "erf",
}  # fmt: skip


class Nonlinearities(TorchDispatchMode):
    """Keeps what nonlinearities put out: while it is alive, no other tensor can lie where it lies."""

    def __init__(self):
        super().__init__()
        self.outputs = []

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        output = function(*args, **(kwargs or {}))
        if function.overloadpacket.__name__.rstrip("_") in NONLINEAR:
            self.outputs.append(output)
        return output

    def made(self, value):
        """Is `value`, or what it is a view of, such an output?"""
        return any(value.data_ptr() == output.data_ptr() for output in self.outputs)


def read_after(module, layers, image):
    """The names of the layers whose value is what a nonlinearity put out, or is nowhere below zero (as are rectified maps once
    they are pooled or joined)."""
    found = set()

    def receive(layer, value):
        if value.min() >= 0 or seen.made(value):
            found.add(layer.name)

    with torch.inference_mode(), Nonlinearities() as seen, tap(module, layers, receive):
        module(image)
    return found
