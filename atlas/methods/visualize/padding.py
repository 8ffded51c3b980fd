"""TensorFlow's padding, which depends on the input's size (timm's Conv2dSame)."""

from __future__ import annotations

from torch import nn


def same_padding(conv: nn.Conv2d, extent: int, axis: int = 0) -> int | None:
    """The number of pixels added along an axis of `extent` pixels, on both sides together (an odd one at the end).

    None for a convolution with other padding.
    """
    if type(conv).__name__ != "Conv2dSame":
        return None
    from timm.layers.padding import get_same_padding  # here, since other networks do not need timm

    return int(get_same_padding(extent, conv.kernel_size[axis], conv.stride[axis], conv.dilation[axis]))
