"""Positions of examples: where in an image a unit responds most, and the response map inside its receptive field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.chapters.vision.collect import BATCH
from atlas.core.hooks import tap
from atlas.core.results import ReceptiveField
from atlas.core.specs import Array, LayerSpec, Network
from atlas.methods.prepare import prepare

if TYPE_CHECKING:
    from torch import Tensor

HEAT = 12  # samples a side of the response map inside the box


@dataclass(frozen=True)
class Located:
    """Places of E entries of one layer."""

    position: Array  # [E, 2] int16 (row, column) of the arg-max in the activation map, -1 for vectors
    box: Array  # [E, 4] int16 (left, top, right, bottom) in pixels of the probe image
    heat: Array  # [E, HEAT, HEAT] uint8: 0 = at or below zero, 255 = the image's largest response


def locate(
    network: Network,
    wanted: Mapping[str, tuple[Array, Array]],
    fields: Mapping[str, ReceptiveField],
    pixels: Array,
    *,
    device: str = "cpu",
) -> dict[str, Located]:
    """Run the images [B, S, S, 3] uint8 and locate each wanted (image, unit) pair, by the layer's name.

    `wanted` maps the name of a layer to two index arrays of E entries: images in [0, B) and units. `fields` has its
    receptive field.
    """
    maps = _wanted_maps(network, wanted, pixels, device)
    side, size = network.spec.input_size, pixels.shape[1]
    return {name: _places(value, fields[name], side, size) for name, value in maps.items()}


def _wanted_maps(
    network: Network, wanted: Mapping[str, tuple[Array, Array]], pixels: Array, device: str
) -> dict[str, Tensor]:
    """The activation map of each wanted pair, [E, H, W] (or [E] for a vector) by the layer's name."""
    import torch

    layers = [layer for layer in network.spec.layers if layer.name in wanted]
    maps: dict[str, Tensor] = {}
    with torch.inference_mode():
        for first in range(0, len(pixels), BATCH):

            def receive(layer: LayerSpec, value: Tensor, first: int = first) -> None:
                images, units = wanted[layer.name]
                here = np.flatnonzero((images >= first) & (images < first + len(value)))
                chosen = value[torch.from_numpy(images[here] - first).long(), torch.from_numpy(units[here]).long()]
                whole = maps.setdefault(layer.name, torch.empty(len(images), *value.shape[2:]))
                whole[torch.from_numpy(here)] = chosen.float().cpu()

            with tap(network.module, layers, receive):
                network.module(prepare(network, pixels[first : first + BATCH], device))
    return maps


def _places(maps: Tensor, field: ReceptiveField, side: int, size: int) -> Located:
    """Places of E maps [E, H, W] (or vectors' values [E]); `side` and `size` are the input's and the image's pixels."""
    count = len(maps)
    whole = np.tile(np.array([0, 0, size, size], dtype=np.int16), (count, 1))
    if maps.ndim == 1:
        nowhere = np.full((count, 2), -1, dtype=np.int16)
        return Located(nowhere, whole, np.zeros((count, HEAT, HEAT), dtype=np.uint8))
    width = maps.shape[2]
    best = maps.flatten(1).argmax(dim=1).numpy()
    position = np.stack([best // width, best % width], axis=1)
    box = whole if field.size == 0 else _boxes(position, field, side, size)
    return Located(position.astype(np.int16), box, _heat(maps, box, field, side / size))


def _boxes(position: Array, field: ReceptiveField, side: int, size: int) -> Array:
    """Receptive fields clipped to the image, (left, top, right, bottom) in image pixels, at least one pixel."""
    first = field.start + position * field.stride  # [E, 2] as (top, left)
    scale = size / side
    low = np.clip(np.floor(first * scale), 0, size - 1)
    high = np.clip(np.ceil((first + field.size) * scale), low + 1, size)
    return np.stack([low[:, 1], low[:, 0], high[:, 1], high[:, 0]], axis=1).astype(np.int16)


def _heat(maps: Tensor, box: Array, field: ReceptiveField, scale: float) -> Array:
    """Sample each map bilinearly at HEAT x HEAT points of its box; positions outside the map repeat its edge."""
    import torch
    from torch.nn import functional

    steps = (np.arange(HEAT) + 0.5) / HEAT

    def along(low: Array, high: Array, extent: int) -> Array:
        pixels = (low[:, None] + steps * (high - low)[:, None]) * scale
        cells = _cells(pixels, field) if field.size else np.tile(steps * extent - 0.5, (len(low), 1))
        return (2 * cells + 1) / extent - 1  # type: ignore[no-any-return]

    rows = along(box[:, 1].astype(float), box[:, 3].astype(float), maps.shape[1])
    columns = along(box[:, 0].astype(float), box[:, 2].astype(float), maps.shape[2])
    grid = np.stack(np.broadcast_arrays(columns[:, None, :], rows[:, :, None]), axis=-1).astype(np.float32)
    options: dict[str, Any] = {"padding_mode": "border", "align_corners": False}
    sampled = functional.grid_sample(maps[:, None], torch.from_numpy(grid), **options)[:, 0]
    largest = maps.flatten(1).amax(dim=1).clamp(min=1e-12)[:, None, None]
    return (sampled / largest).nan_to_num().clamp(0, 1).mul(255).round().to(torch.uint8).numpy()


def _cells(pixels: Array, field: ReceptiveField) -> Array:
    """Where a pixel lies in the activation map: position p is centred at start + p * stride + size / 2."""
    return (pixels - field.start - field.size / 2) / field.stride  # type: ignore[no-any-return]


def empty(entries: int) -> Located:
    """Places of entries that have no image."""
    return Located(
        np.full((entries, 2), -1, np.int16), np.zeros((entries, 4), np.int16), np.zeros((entries, HEAT, HEAT), np.uint8)
    )


def wanted_of(image: Array, first: int, count: int) -> tuple[Array, Array, Array]:
    """Which entries of an example table [C, E] fall on images first … first + count: images (from 0), units, slots."""
    units, slots = np.nonzero((image >= first) & (image < first + count))
    return image[units, slots] - first, units, slots
