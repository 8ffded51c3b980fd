"""Random crop, scale, aspect and flip of a batch as two small matrix products an image (antialiased, bilinear); CutMix."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Generator, Tensor


def normalize(images: Tensor) -> Tensor:
    """[N, H, W, 3] uint8 to [N, 3, H, W] float32 in [-1, 1], channels last in memory."""
    return images.float().mul_(2 / 255).sub_(1).permute(0, 3, 1, 2)


def random_views(images: Tensor, size: int, area: tuple[float, float], generator: Generator) -> Tensor:
    """[N, H, H, 3] uint8 to [N, 3, size, size] float32 in [-1, 1], one random view of each image.

    A view is a window of a share in `area` of the image (above 1: beyond its edge, which is repeated) with an aspect
    ratio of 4:5 to 5:4, flipped half the time. `generator` is the CPU's: the views are the same on every device.
    """
    import torch

    count, height = images.shape[:2]
    draw = torch.rand(5, count, generator=generator).to(images.device)
    least, most = area
    share = least + (most - least) * draw[0]
    aspect = torch.exp((draw[1] - 0.5) * 2 * 0.2231)  # ln(5/4)
    high = (share * aspect).sqrt().clamp(max=most**0.5)
    wide = (share / aspect).sqrt().clamp(max=most**0.5)
    rows = _resampling(high, draw[2], torch.zeros_like(draw[4], dtype=torch.bool), height, size)
    columns = _resampling(wide, draw[3], draw[4] < 0.5, height, size)
    pixels = images.float().mul_(2 / 255).sub_(1)
    half = torch.bmm(rows, pixels.reshape(count, height, -1)).reshape(count, size, height, 3)
    turned = half.transpose(1, 2).reshape(count, height, -1)  # [N, column, row x 3]
    views = torch.bmm(columns, turned).reshape(count, size, size, 3)  # [N, column, row, 3]
    return views.permute(0, 3, 2, 1).contiguous(memory_format=torch.channels_last)


def cut_mix(views: Tensor, generator: Generator) -> tuple[Tensor, Tensor, float]:
    """CutMix (Yun et al. 2019) of a batch [N, 3, H, W] with itself: mixed views, partners [N], share that was kept.

    A square of random area (uniform in [0, 1]) and place, the same for the batch, is taken from each image's partner.
    """
    import torch

    size = views.shape[2]
    area, down, right = torch.rand(3, generator=generator).tolist()
    partner = torch.randperm(len(views), generator=generator).to(views.device)
    side = round(size * area**0.5)
    top, left = (int(place * (size - side + 1)) for place in (down, right))
    mixed = views.clone()
    mixed[:, :, top : top + side, left : left + side] = views[partner, :, top : top + side, left : left + side]
    return mixed, partner, 1 - (side / size) ** 2


def _resampling(share: Tensor, place: Tensor, flip: Tensor, height: int, size: int) -> Tensor:
    """[N, size, height]: weights that read `size` samples from a window of `share` of the pixels, put at `place`."""
    import torch

    length = share * height
    steps = (torch.arange(size, device=share.device) + 0.5) / size
    steps = torch.where(flip[:, None], 1 - steps, steps)
    centres = (place * (height - length))[:, None] + steps * length[:, None] - 0.5
    centres = centres.clamp(0, height - 1)
    width = (length / size).clamp(min=1)[:, None, None]
    weights = (1 - (centres[:, :, None] - torch.arange(height, device=share.device)).abs() / width).clamp_(min=0)
    return weights / weights.sum(2, keepdim=True)
