"""TensorFlow's padding, which depends on the input's size (timm's Conv2dSame)."""

from __future__ import annotations

from torch import nn


def same_padding(conv: nn.Conv2d, extent: int, axis: int = 0) -> int | None:
    """Pixels that it adds along an axis of `extent` pixels, both ends together (the end gets the odd one).

    None for a convolution that is padded otherwise.
    """
    if type(conv).__name__ != "Conv2dSame":
        return None
    from timm.layers.padding import get_same_padding  # here: who has no network of timm's need not wait for it

    return int(get_same_padding(extent, conv.kernel_size[axis], conv.stride[axis], conv.dilation[axis]))
