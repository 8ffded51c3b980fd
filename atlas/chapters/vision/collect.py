"""The streaming pass: the response of every unit to every probe image, one batch at a time, in constant memory.

A batch is reduced, for each layer, to the spatial maximum and mean of each image and unit, one activation vector of
each image (at a random interior position, for the maps) and the moments over all positions. Batches are independent of
each other; `merge_moments` combines their moments.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from atlas.core.hooks import tap
from atlas.core.pack import stored
from atlas.core.specs import Array, LayerSpec, Network
from atlas.methods.prepare import prepare

if TYPE_CHECKING:
    from torch import Tensor


BATCH = 32  # images a forward pass: larger ones leave the caches (1.3 to 1.6 times slower at 64)


@dataclass(frozen=True)
class Moments:
    """Count, mean and sum of squared deviations of each unit, float64; C units."""

    count: int
    mean: Array  # [C]
    m2: Array  # [C]


@dataclass(frozen=True)
class Responses:
    """The responses of one layer to B images; C units."""

    maxima: Array  # [B, C] float32: spatial maximum
    means: Array  # [B, C] float16 (float32 where one is too large for it): spatial mean
    sample: Array  # [B, C] likewise: the activation at one random interior position
    moments: Moments = stored("")  # of all positions of all B images


def merge_moments(parts: Sequence[Moments]) -> Moments:
    """The moments of all parts together (Chan, Golub and LeVeque 1983).

    Empty parts add nothing; the order of the parts changes only the last bits.
    """
    total, *others = [part for part in parts if part.count] or parts[:1]
    with np.errstate(invalid="ignore"):  # of units with infinite responses
        for part in others:
            count = total.count + part.count
            delta = part.mean - total.mean
            mean = total.mean + delta * (part.count / count)
            m2 = total.m2 + part.m2 + delta**2 * (total.count * part.count / count)
            total = Moments(count, mean, m2)
    return total


def respond(
    network: Network, layers: Sequence[LayerSpec], pixels: Array, *, seeds: Sequence[str], device: str = "cpu"
) -> dict[str, Responses]:
    """The responses of each layer to B images [B, S, S, 3] uint8, by the layer's name.

    `seeds` has a string for each image, from which the sampled positions are drawn, so that they are the same in any
    batch.
    """
    import torch

    parts: dict[str, list[Responses]] = {layer.name: [] for layer in layers}
    with torch.inference_mode():
        for first in range(0, len(pixels), BATCH):
            chosen = seeds[first : first + BATCH]

            def receive(layer: LayerSpec, value: Tensor, chosen: Sequence[str] = chosen) -> None:
                parts[layer.name].append(_reduce(layer, value, chosen))

            with tap(network.module, layers, receive):
                network.module(prepare(network, pixels[first : first + BATCH], device))
    return {name: join(batches) for name, batches in parts.items()}


def _reduce(layer: LayerSpec, value: Tensor, seeds: Sequence[str]) -> Responses:
    maps = value.float() if layer.spatial else value.float()[:, :, None, None]
    maxima, means = maps.amax(dim=(2, 3)), maps.mean(dim=(2, 3))
    count = maps.shape[2] * maps.shape[3]
    # The squares are taken around each image's own mean, so that float32 loses nothing before the float64 merge.
    spread = (maps - means[:, :, None, None]).square_().sum(dim=(2, 3)).double()
    if not spread.isfinite().all():  # squares of responses above 1e19 do not fit into float32
        spread = (maps.double() - means.double()[:, :, None, None]).square_().sum(dim=(2, 3))
    of_images = zip(means.double().cpu().numpy(), spread.cpu().numpy(), strict=True)
    moments = merge_moments([Moments(count, mean, m2) for mean, m2 in of_images])
    rows, columns = sample_positions(seeds, layer, maps.shape[2], maps.shape[3])
    sample = maps[np.arange(len(maps)), :, rows, columns]
    half = [_half(part.cpu().numpy()) for part in (means, sample)]
    return Responses(maxima.cpu().numpy(), half[0], half[1], moments)


def _half(values: Array) -> Array:
    """Float32 values as float16, unless one of them is too large for it (above 65,504)."""
    fits = not (np.isfinite(values) & (np.abs(values) > np.finfo(np.float16).max)).any()
    return values.astype(np.float16) if fits else values


def sample_positions(seeds: Sequence[str], layer: LayerSpec, height: int, width: int) -> tuple[Array, Array]:
    """A position of the map for each image: rows [B] and columns [B].

    Where the map is larger than 4, positions at its edge, which see padding, are left out.
    """

    def draw(seed: str, axis: str, extent: int) -> int:
        edge = 1 if extent > 4 else 0
        digest = hashlib.sha256(f"{seed}:{layer.name}:{axis}".encode()).digest()
        return edge + int.from_bytes(digest[:8], "big") % (extent - 2 * edge)

    rows = np.array([draw(seed, "row", height) for seed in seeds])
    columns = np.array([draw(seed, "column", width) for seed in seeds])
    return rows, columns


def no_responses(layer: LayerSpec) -> Responses:
    """The responses of a layer to no image at all."""
    maxima, half, zero = (np.zeros((rows, layer.units), kind) for rows, kind in ((0, "f4"), (0, "f2"), (1, "f8")))
    return Responses(maxima, half, half, Moments(0, zero[0], zero[0]))


def join(parts: Sequence[Responses]) -> Responses:
    """The responses of several batches as one."""
    return Responses(
        maxima=np.concatenate([part.maxima for part in parts]),
        means=np.concatenate([part.means for part in parts]),
        sample=np.concatenate([part.sample for part in parts]),
        moments=merge_moments([part.moments for part in parts]),
    )
