"""AlexNet's first two layers as Zeiler and Fergus (2013) examined them: spectra, aliasing, deconvnet pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.vision.aliasing import dense_maps
from atlas.core.results import ReceptiveField
from atlas.core.specs import Array, LayerSpec, Network
from atlas.methods.attribution.deconvnet import project
from atlas.methods.prepare import prepare
from atlas.methods.spectrum import aliased, by_frequency, power

if TYPE_CHECKING:
    from torch import Tensor

BATCH = 16  # images a forward pass: a dense map of the second layer is large
UNITS, EACH = 12, 3  # units of the second layer that are projected to pixels, and images of each
GREY = 128


def spectra(network: Network, pixels: Array, *, device: str = "cpu") -> dict[str, Array]:
    """Spectra and aliased shares of the first two layers' maps over images [N, S, S, 3] uint8, and of the filters.

    The names are those of `Diagnosis`; the two layers' arrays end in 1 and 2.
    """
    import torch

    sums: list[Array] = []
    for first in range(0, len(pixels), BATCH):
        with torch.inference_mode():
            layers = dense_maps(network.module, prepare(network, pixels[first : first + BATCH], device))
        for index, (maps, _) in enumerate(layers):
            spectrum, frequency = power(maps.float().cpu().numpy())
            if first == 0:
                sums.append(np.zeros(spectrum.shape[1:]))
            sums[index] += spectrum.sum(0)
    strides = [stride for _, stride in layers]
    arrays = {"strides": np.array(strides)}
    for number, (total, stride) in enumerate(zip(sums, strides, strict=True), 1):
        frequency = _frequency(total)
        arrays[f"spectrum{number}"] = by_frequency(total, frequency).mean(0)
        arrays[f"aliased{number}"] = aliased(total, frequency, stride)
    return arrays | _of_filters(network, strides[0])


def _frequency(maps: Array) -> Array:
    return power(np.zeros(maps.shape[-2:]))[1]


def _of_filters(network: Network, stride: int) -> dict[str, Array]:
    """The spectra of the filters, summed over their three colours, on a grid of the input's size."""
    weights = network.module.get_parameter("conv1.weight").detach().float().cpu().numpy()
    side = network.spec.input_size
    spectrum = (np.abs(np.fft.fft2(weights, (side, side))) ** 2).sum(1)
    frequency = _frequency(spectrum)
    return {"filters": by_frequency(spectrum, frequency).mean(0), "filters_above": aliased(spectrum, frequency, stride)}


def chosen_units(units: int) -> Array:
    """UNITS of the `units` of a layer, evenly spaced by index, so that nothing is picked by hand."""
    return np.arange(UNITS) * units // UNITS


def deconv_pictures(
    network: Network,
    layer: LayerSpec,
    field: ReceptiveField,
    pixels: Array,
    units: Array,
    positions: Array,
    *,
    device: str,
) -> tuple[Array, Array]:
    """Receptive fields of the inputs and their deconvnet pictures, both [N, S, S, 3] uint8 with S the field's side.

    Image n of `pixels` [N, H, H, 3] uint8 is read by `units[n]` at `positions[n]` (row, column) of the layer's map.
    """
    import torch

    from atlas.networks.modules.normalize import Normalize

    images = prepare(network, pixels, device)
    projected = project(network, layer, images, torch.from_numpy(units), torch.from_numpy(positions.astype(np.int64)))
    largest = projected.abs().amax((1, 2, 3), keepdim=True).clamp(min=1e-12)
    seen = _bytes(Normalize(network.spec).to(device).inverse(images) * 255)
    corners = field.start + positions.astype(int) * field.stride

    def windows(whole: Array) -> Array:
        return np.stack([_window(image, corner, field.size) for image, corner in zip(whole, corners, strict=True)])

    return windows(seen), windows(_bytes(GREY + 127 * projected / largest))


def _bytes(images: Tensor) -> Array:
    """[N, 3, H, W] in 0 to 255 as [N, H, W, 3] uint8."""
    out: Array = images.round().clamp(0, 255).permute(0, 2, 3, 1).byte().cpu().numpy()
    return out


def _window(image: Array, corner: Array, side: int) -> Array:
    """The square of `side` at `corner` (row, column), grey where it reaches beyond the image."""
    padded = np.pad(image, ((side, side), (side, side), (0, 0)), constant_values=GREY)
    row, column = (int(start) + side for start in corner)
    return padded[row : row + side, column : column + side]
