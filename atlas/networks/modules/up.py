"""A transposed convolution that doubles a map, computed by the fastest of several equivalent algorithms."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

SMALL = 4  # pixels of the side of a map below which a product of matrices is twice as fast
TILED = 8  # pixels of the side of a map up to which tiles are faster
DEEP = 512  # channels from which they are
TAPS = ((3, 1), (2, 0))  # the two of four kernel rows (columns) that reach the even and the odd rows of the result


class Up(nn.ConvTranspose2d):
    """A transposed convolution, kernel 4, stride 2, that doubles a map.

    All algorithms give the same numbers up to rounding.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 4, 2, 1, bias=False)
        self._cached: tuple[int, int, Tensor] | None = None

    def forward(self, maps: Tensor, output_size: list[int] | None = None) -> Tensor:
        """[N, C, h, w] to [N, outputs, 2 h, 2 w].

        Deep maps of few pixels are computed by tiles (without autograd, in float32 only), other small ones as one
        product. While the module is traced, for other processors, it is the plain operation.
        """
        if max(maps.shape[2:]) > TILED or torch.jit.is_tracing():  # type: ignore[no-untyped-call, attr-defined]
            return super().forward(maps, output_size)
        if self._tiles(maps):
            return tiled(maps, self._transformed())
        return product(maps, self.weight) if max(maps.shape[2:]) <= SMALL else super().forward(maps, output_size)

    def _tiles(self, maps: Tensor) -> bool:
        exact = maps.dtype == torch.float32 and not torch.is_autocast_enabled("cpu")
        whole = maps.shape[2] % 2 == maps.shape[3] % 2 == 0
        watched = torch.is_inference_mode_enabled() and not self.weight.is_inference()
        return exact and whole and watched and self.in_channels >= DEEP

    def _transformed(self) -> Tensor:
        """The kernel in the form for tiles, cached until the weights change."""
        now = (self.weight.data_ptr(), self.weight._version)
        if self._cached is None or self._cached[:2] != now:
            self._cached = (*now, transformed(self.weight))
        return self._cached[2]


def product(maps: Tensor, weight: Tensor) -> Tensor:
    """The transposed convolution as one product with all sixteen positions of the kernel [C, outputs, 4, 4]."""
    count, _, height, width = maps.shape
    kernel = weight.permute(0, 2, 3, 1).flatten(1)
    spread = (maps.movedim(1, 3).flatten(0, 2) @ kernel).view(count, height, width, 4, 4, -1)
    padded = spread.new_zeros(count, 2 * height + 2, 2 * width + 2, spread.shape[-1])
    for y in range(4):
        for x in range(4):
            padded[:, y : y + 2 * height : 2, x : x + 2 * width : 2] += spread[:, :, :, y, x]
    return padded[:, 1:-1, 1:-1].movedim(3, 1)


def transformed(weight: Tensor) -> Tensor:
    """[2, 2, 9, C, outputs]: for even and odd rows and columns, the taps a and b as a, a + b, b along both axes."""
    rows = torch.stack([_taps(weight, 2, first, last) for first, last in TAPS])
    both = torch.stack([_taps(rows, 4, first, last) for first, last in TAPS], 1)  # [2, 2, C, outputs, 3, 3]
    return both.permute(0, 1, 4, 5, 2, 3).flatten(2, 3).contiguous()


def _taps(weight: Tensor, axis: int, first: int, last: int) -> Tensor:
    a, b = weight.select(axis, first), weight.select(axis, last)
    return torch.stack([a, a + b, b], axis)


def tiled(maps: Tensor, kernel: Tensor) -> Tensor:
    """The transposed convolution by the minimal filtering of Winograd (1980; Lavin and Gray 2016), F(2 x 2, 2 x 2).

    Even rows of the result depend on two rows of the maps, odd rows on two, one further down; likewise for columns. Two
    neighbours p, q of such a result are p = x0 a + x1 b and q = x1 a + x2 b, which three products give instead of four:
    (x0 - x1) a, x1 (a + b) and (x1 - x2) b, then p = first + second, q = second - third. Along both axes that is 9
    instead of 16.
    """
    count, depth, height, width = maps.shape
    padded = F.pad(maps.movedim(1, 3), (0, 0, 1, 1, 1, 1))
    # Axes of the result: image, then tile, position in it, even or odd, for rows and for columns.
    result = maps.new_empty(count, height // 2, 2, 2, width // 2, 2, 2, kernel.shape[-1])
    terms = maps.new_empty(9, count, height // 2, width // 2, depth)
    for odd_x in range(2):
        columns = _differences(padded[:, :, odd_x : odd_x + width + 1], 2)
        for odd_y in range(2):
            for x, column in enumerate(columns):
                for y, row in enumerate(_differences(column[:, odd_y : odd_y + height + 1], 1)):
                    terms[3 * y + x] = row
            parts = torch.bmm(terms.flatten(1, 3), kernel[odd_y, odd_x]).view(3, 3, *terms.shape[1:4], -1)
            for y, rows in enumerate((parts[0] + parts[1], parts[1] - parts[2])):
                torch.add(rows[0], rows[1], out=result[:, :, y, odd_y, :, 0, odd_x])
                torch.sub(rows[1], rows[2], out=result[:, :, y, odd_y, :, 1, odd_x])
    return result.view(count, 2 * height, 2 * width, -1).movedim(3, 1)


def _differences(values: Tensor, axis: int) -> tuple[Tensor, Tensor, Tensor]:
    """(x0 - x1, x1, x1 - x2) of the n overlapping triples along an axis of length 2 n + 1."""
    step = [slice(None)] * values.ndim
    first, middle, last = (
        values[(*step[:axis], slice(start, values.shape[axis] + start - 2, 2))] for start in range(3)
    )
    return first - middle, middle, middle - last
