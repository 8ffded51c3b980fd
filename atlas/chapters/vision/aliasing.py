"""Maps at every input pixel, whose power the stride of the network aliases (`atlas.methods.spectrum`).

A layer with a stride samples its map. What varies faster than half of the sampling rate (Nyquist) is not lost but
appears at a lower frequency: aliasing, which Zeiler and Fergus (2014) found in AlexNet's second layer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor


def dense_maps(module: Any, images: Tensor) -> tuple[tuple[Tensor, int], tuple[Tensor, int]]:
    """The maps of the first two layers before the nonlinearity at every input pixel, [N, C, H, W], and their strides.

    `module` has `conv1`, `reduce1` (pools and normalizations in any order), `relu` and `conv2`, as AlexNet has. Strides
    become dilations of what follows (à trous), so that every stride-th sample is the value that the network computes.
    """
    from torch import nn
    from torch.nn import functional

    one, two = module.conv1, module.conv2
    first = functional.conv2d(images, one.weight, one.bias, padding=one.padding)
    stride = step = one.stride[0]
    value = module.relu(first)
    for part in module.reduce1:
        if isinstance(part, nn.MaxPool2d):
            value = functional.max_pool2d(value, part.kernel_size, stride=1, dilation=step)
            step *= part.stride
        else:
            value = part(value)
    pad = two.padding[0] * step
    second = functional.conv2d(value, two.weight, two.bias, padding=pad, dilation=step, groups=two.groups)
    return (first, stride), (second, step * two.stride[0])
