"""Random crop, scale, aspect and flip of a batch as two small matrix products an image (antialiased, bilinear).

CutMix, and deletion of a patch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

VIEWS = 16  # random windows of each image, drawn once: few enough for soft labels of every one
AREA = (0.35, 1.25)  # least and largest share of an image that a window shows; above 1 the edge is repeated


def normalize(images: Tensor) -> Tensor:
    """[N, H, W, 3] uint8 to [N, 3, H, W] float32 in [-1, 1], channels last in memory."""
    return images.float().mul_(2 / 255).sub_(1).permute(0, 3, 1, 2)


def draw_windows(images: int) -> Tensor:
    """[VIEWS, images, 4] in [0, 1): area, aspect, row and column of each window, from a fixed seed."""
    import torch

    return torch.rand(VIEWS, images, 4, generator=torch.Generator().manual_seed(0))


def show(images: Tensor, windows: Tensor, flipped: Tensor) -> Tensor:
    """Crop and resample `images` [N, H, H, 3] uint8 to [N, 3, H, H] float32 in [-1, 1], mirrored where `flipped` [N].

    Each of the `windows` [N, 4] shows a share in AREA of its image with an aspect ratio of 4:5 to 5:4.
    """
    import torch

    count, size = images.shape[:2]
    least, most = AREA
    share = least + (most - least) * windows[:, 0]
    aspect = torch.exp((windows[:, 1] - 0.5) * 2 * 0.2231)  # ln(5/4)
    high = (share * aspect).sqrt().clamp(max=most**0.5)
    wide = (share / aspect).sqrt().clamp(max=most**0.5)
    rows = _resampling(high, windows[:, 2], torch.zeros_like(flipped), size, size)
    columns = _resampling(wide, windows[:, 3], flipped, size, size)
    pixels = images.float().mul_(2 / 255).sub_(1)
    half = torch.bmm(rows, pixels.reshape(count, size, -1)).reshape(count, size, size, 3)
    turned = half.transpose(1, 2).reshape(count, size, -1)  # [N, column, row x 3]
    views = torch.bmm(columns, turned).reshape(count, size, size, 3)  # [N, column, row, 3]
    return views.permute(0, 3, 2, 1).contiguous(memory_format=torch.channels_last)


def cut_mix(views: Tensor, area: float, down: float, right: float) -> tuple[Tensor, float]:
    """CutMix (Yun et al. 2019) of a batch [N, 3, H, W] with itself: the mixed views, and the share of each from itself.

    A square of `area` at (`down`, `right`), all in [0, 1) and the same for the batch, comes from the previous image of
    the batch, for the first image from the last.
    """
    size = views.shape[2]
    side = round(size * area**0.5)
    top, left = (int(position * (size - side + 1)) for position in (down, right))
    mixed = views.clone()
    patch = (..., slice(top, top + side), slice(left, left + side))
    mixed[patch] = views.roll(1, 0)[patch]
    return mixed, 1 - (side / size) ** 2


def delete_patches(views: Tensor, places: Tensor, *, share: float, grid: int) -> Tensor:
    """A batch [N, 3, H, W] of which a `share` of the images has one patch of a `grid` a side set to zero, mid-grey.

    `places` [2, N] in [0, 1) decide which patch, and whether the image is one of them (Hesse et al. 2024).
    """
    import torch

    line = torch.arange(views.shape[-1], device=views.device) * grid // views.shape[-1]
    chosen = (places[0] * grid**2).long()
    row, column = ((chosen // grid)[:, None] == line, (chosen % grid)[:, None] == line)
    gone = row[:, :, None] & column[:, None, :] & (places[1] < share)[:, None, None]
    return views.masked_fill(gone[:, None], 0.0)


def _resampling(share: Tensor, position: Tensor, flip: Tensor, height: int, size: int) -> Tensor:
    """[N, size, height] weights of `size` samples of a window of `share` of `height` pixels at `position` in [0, 1)."""
    import torch

    length = share * height
    steps = (torch.arange(size, device=share.device) + 0.5) / size
    steps = torch.where(flip[:, None], 1 - steps, steps)
    centres = (position * (height - length))[:, None] + steps * length[:, None] - 0.5
    centres = centres.clamp(0, height - 1)
    width = (length / size).clamp(min=1)[:, None, None]
    weights = (1 - (centres[:, :, None] - torch.arange(height, device=share.device)).abs() / width).clamp_(min=0)
    return weights / weights.sum(2, keepdim=True)
