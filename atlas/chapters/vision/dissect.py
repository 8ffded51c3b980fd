"""The pass of a dissection: histograms of every unit's response inside and outside the masks of objects.

Masks are averaged over the cells of the response map, instead of maps being enlarged to the masks: each pixel takes the
response of the nearest position, a pixel on the border of a mask counts as exactly as the cell allows, and a unit costs
at most SIDE * SIDE values an image. A cell is what lies nearest to a position's centre by the layer's receptive field.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.vision.collect import BATCH
from atlas.chapters.vision.group_scores import TAILS
from atlas.core.hooks import tap
from atlas.core.results import ReceptiveField
from atlas.core.specs import Array, LayerSpec, Network
from atlas.methods.prepare import prepare

if TYPE_CHECKING:
    from torch import Tensor

SIDE = 8  # rows and columns of a map that are read, evenly spaced: a sample of its positions
BINS = len(TAILS) + 1
Counts = tuple[Array, Array]  # [S, C, BINS] weights inside the masks, and of all


class Histograms:
    """Histograms of all layers of a network; the first half of the images, seen first, sets the edges of the bins."""

    def __init__(self, network: Network, layers: Sequence[LayerSpec], fields: Mapping[str, ReceptiveField]) -> None:
        self.network, self.layers, self.fields = network, layers, fields

    def measure(self, pixels: Array, masks: Array, source: Array, held_out: Array, device: str) -> dict[str, Counts]:
        """Counts for S objects by the layer's name.

        `pixels` [I, S, S, 3] uint8 and `masks` [I, S, S] bool are the images, `source` [I] their objects; `held_out`
        [S] says which objects set no edges.
        """
        second = held_out[source]
        found = {layer.name: _empty(len(held_out), layer.units) for layer in self.layers}
        edges: dict[str, Tensor] = {}
        for half in (~second, second):
            rows = np.flatnonzero(half)
            values = self._responses(pixels[rows], device)
            for layer in self.layers:
                sample, shape = values.pop(layer.name)
                edges.setdefault(layer.name, _edges(sample))
                weights = self._weights(layer, shape, masks[rows])
                _add(found[layer.name], source[rows], _histograms(sample, edges[layer.name], weights))
        return found

    def _responses(self, pixels: Array, device: str) -> dict[str, tuple[Tensor, tuple[int, int]]]:
        """Of each layer the responses at the positions that are read, [I, C, P], and the shape of its map."""
        import torch

        parts: dict[str, list[Tensor]] = {layer.name: [] for layer in self.layers}
        shapes: dict[str, tuple[int, int]] = {}

        def receive(layer: LayerSpec, value: Tensor) -> None:
            maps = value if layer.spatial else value[:, :, None, None]
            shapes[layer.name] = (maps.shape[2], maps.shape[3])
            rows, columns = (torch.from_numpy(spaced(extent)).to(maps.device) for extent in shapes[layer.name])
            sample = maps[:, :, rows][:, :, :, columns].flatten(2)
            fits = bool(sample.abs().amax() <= torch.finfo(torch.half).max)
            parts[layer.name].append((sample.half() if fits else sample.float()).cpu())

        with torch.inference_mode(), tap(self.network.module, self.layers, receive):
            for first in range(0, len(pixels), BATCH):
                self.network.module(prepare(self.network, pixels[first : first + BATCH], device))
        return {name: (torch.cat(batches), shapes[name]) for name, batches in parts.items()}

    def _weights(self, layer: LayerSpec, shape: tuple[int, int], masks: Array) -> tuple[Array, Array]:
        """Areas [I, P] that each position that is read stands for, as shares of the image: in the mask, and of all."""
        if not layer.spatial:  # the image as a whole shows the object
            whole = np.ones((len(masks), 1), np.float32)
            return whole, whole
        size, side = masks.shape[1], self.network.spec.input_size
        rows, columns = (cells(self.fields[layer.name], extent, side, size)[spaced(extent)] for extent in shape)
        inside = rows @ masks.astype(np.float32) @ columns.T
        total = np.broadcast_to(np.outer(rows.sum(1), columns.sum(1)), inside.shape)
        return inside.reshape(len(masks), -1) / size**2, total.reshape(len(masks), -1) / size**2


def spaced(extent: int) -> Array:
    """The rows (or columns) of a map that are read: all, or SIDE evenly spaced."""
    count = min(extent, SIDE)
    out: Array = (2 * np.arange(count) + 1) * extent // (2 * count)
    return out


def cells(field: ReceptiveField, extent: int, side: int, size: int) -> Array:
    """[extent, size] float32: how much of each row of pixels lies nearest to each row of a map.

    `side` and `size` are the sides of the network's input and of the image.
    """
    centres = field.start + np.arange(extent) * field.stride + field.size / 2
    if field.size == 0:
        centres = (np.arange(extent) + 0.5) * side / extent
    between = np.clip((centres[1:] + centres[:-1]) / 2, 0, side)
    bounds = np.concatenate([[0], between, [side]]) * size / side
    pixels = np.arange(size)
    low, high = np.maximum(bounds[:-1, None], pixels), np.minimum(bounds[1:, None], pixels + 1)
    share: Array = np.clip(high - low, 0, None).astype(np.float32)
    return share


def _empty(objects: int, units: int) -> Counts:
    return np.zeros((objects, units, BINS), np.float32), np.zeros((objects, units, BINS), np.float32)


def _edges(sample: Tensor) -> Tensor:
    """[C, BINS - 1] float32 values that the shares TAILS of a unit's responses [I, C, P] reach, ascending."""
    import torch

    values = np.sort(sample.float().permute(1, 0, 2).flatten(1).numpy(), axis=1)
    places = np.floor((1 - np.array(TAILS)) * values.shape[1]).astype(int).clip(max=values.shape[1] - 1)
    return torch.from_numpy(np.ascontiguousarray(values[:, places]))


def _histograms(sample: Tensor, edges: Tensor, weights: tuple[Array, Array]) -> Counts:
    """[I, C, BINS] weights of each image's positions by the bin of their response, twice."""
    import torch

    images, units, positions = sample.shape
    values = sample.float().permute(1, 0, 2).reshape(units, -1).contiguous()
    bins = torch.searchsorted(edges, values, right=True).reshape(units, images, positions).permute(1, 0, 2)
    counts = []
    for weight in weights:
        spread = torch.from_numpy(np.ascontiguousarray(weight))[:, None].expand(images, units, positions)
        counts.append(torch.zeros(images, units, BINS).scatter_add_(2, bins, spread).numpy())
    return counts[0], counts[1]


def _add(total: Counts, source: Array, counts: Counts) -> None:
    """Add the counts of images to those of their objects."""
    for whole, part in zip(total, counts, strict=True):
        np.add.at(whole, source, part)
