"""Tuning curves of early units, as physiologists measure them (Hubel and Wiesel 1962; Chen et al. 2015 for networks).

Stimuli lie around the middle of the receptive field of the unit at the centre of the map; its response there is read
before the nonlinearity. A grating's response is the largest over its phases.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.vision.curve import chance_length, full_width, peak, resultant
from atlas.chapters.vision.stimuli import Canvas, arc, coloured, disc, grating, grey, patch
from atlas.core.results import ReceptiveField
from atlas.core.specs import Array, LayerSpec, Network
from atlas.core.tuning import NO_TUNING, QUANTITIES, ROUND, Tuning

if TYPE_CHECKING:
    from torch import Tensor

DEEPEST = 0.5  # receptive field over input: layers that see more have no tuning
ORIENTATIONS, FREQUENCIES, PHASES, HUES, SIZES, CURVATURES, PLACES = 12, 8, 4, 12, 8, 5, 5
SHARES = (0.5, 1.0)  # widths of a coloured patch, in fields
DEPTH = 0.25  # of the unit's range: the least difference along a curve that counts as tuning
DRAWS = 60  # resamples of phases, signs and sizes, for intervals
BATCH = 64


def has_tuning(field: ReceptiveField, input_size: int) -> bool:
    """Whether a layer with this receptive field has tuning."""
    return 2 <= field.size <= DEEPEST * input_size


@dataclass(frozen=True)
class _Axes:
    orientations: Array
    frequencies: Array
    hues: Array
    sizes: Array
    curvatures: Array
    places: Array


def axes_of(size: int) -> _Axes:
    """The values of the stimuli for a receptive field of `size` pixels."""
    lowest, finest = 0.75 / size, 0.45
    return _Axes(
        orientations=np.arange(ORIENTATIONS) * 180 / ORIENTATIONS,
        frequencies=np.geomspace(lowest, max(finest, 2 * lowest), FREQUENCIES),
        hues=np.arange(HUES) * 360 / HUES,
        sizes=np.geomspace(max(1.5, size / 12), 1.5 * size, SIZES),
        curvatures=np.array([0, 0.6, 1.2, 2.0, 3.2]) / size,
        places=(np.arange(PLACES) - PLACES // 2) * size / PLACES,
    )


def measure_tuning(network: Network, layer: LayerSpec, field: ReceptiveField, *, seed: int) -> Tuning:
    """The tuning of all units of a layer with maps; without one where `has_tuning` is false."""
    if not layer.spatial or not has_tuning(field, network.spec.input_size):
        return NO_TUNING
    read = _Reader(network, layer, field)
    axes = axes_of(field.size)
    ground = read(grey(read.canvas))[0]  # [C]
    curves = {name: values - ground for name, values in _responses(read, axes).items()}
    return summarize_tuning(curves, axes, field.size, seed=seed)


class _Reader:
    """Responses at the centre of a layer's map to pictures on a canvas that just holds the receptive field."""

    def __init__(self, network: Network, layer: LayerSpec, field: ReceptiveField) -> None:
        import torch

        from atlas.methods.visualize.graph import cut
        from atlas.networks.modules.normalize import Normalize

        self.normalize = Normalize(network.spec)
        room = field.size + 2 * field.stride
        side = min(network.spec.input_size, 16 * -(-room // 16))
        self.graph = cut(network, layer, torch.zeros(1, 3, side, side))
        with torch.no_grad():
            positions = self.graph(torch.zeros(1, 3, side, side)).shape[-1]
        middle = (side - field.size) / 2
        self.at = int(np.clip(round((middle - field.start) / field.stride), 0, positions - 1))
        self.canvas = Canvas(side, field.size, field.start + self.at * field.stride + field.size / 2)

    def __call__(self, pictures: Array) -> Array:
        """[N, C] responses to [N, 3, S, S] in [0, 1]."""
        import torch

        images = torch.from_numpy(np.ascontiguousarray(pictures))
        with torch.no_grad():
            parts: list[Tensor] = [
                self.graph(self.normalize(part))[:, :, self.at, self.at] for part in torch.split(images, BATCH)
            ]
        return torch.cat(parts).float().numpy()  # type: ignore[no-any-return]


def _responses(read: _Reader, axes: _Axes) -> dict[str, Array]:
    """Responses to all stimuli; the last axis is the unit, the others are those of the stimuli."""
    canvas, signs = read.canvas, (1, -1)
    phases = np.arange(PHASES) / PHASES
    width = max(1.5, canvas.field / 10)
    spot = max(1.5, canvas.field / PLACES)
    pictures = {
        "gratings": [grating(canvas, a, f, p) for a in axes.orientations for f in axes.frequencies for p in phases],
        "hues": [patch(canvas, hue, share) for hue in axes.hues for share in SHARES],
        "sizes": [disc(canvas, size, sign) for size in axes.sizes for sign in signs],
        "arcs": [
            arc(canvas, a, c, width, sign) for c in axes.curvatures for a in np.arange(8) * 45.0 for sign in signs
        ],
        "spots": [disc(canvas, spot, sign, (x, -y)) for y in axes.places for x in axes.places for sign in signs],
    }
    shapes = {
        "gratings": (ORIENTATIONS, FREQUENCIES, PHASES),
        "hues": (HUES, len(SHARES)),
        "sizes": (SIZES, 2),
        "arcs": (CURVATURES, 8, 2),
        "spots": (PLACES, PLACES, 2),
    }
    return {name: read(coloured(shown)).reshape(*shapes[name], -1) for name, shown in pictures.items()}


# ---------------------------------------------------------------- from responses to tuning


def summarize_tuning(responses: dict[str, Array], axes: _Axes, field: int, *, seed: int) -> Tuning:
    """Curves, preferred values, intervals and widths from responses (minus that to grey), the last axis the unit."""
    everything = np.concatenate([values.reshape(-1, values.shape[-1]) for values in responses.values()])
    span = np.maximum(everything.max(0) - everything.min(0), 1e-12)
    rng = np.random.default_rng(seed)
    best = curves_of(responses, _every(responses))
    preferred, width = _preferred(best, axes, rng), _widths(best, axes)
    depth = {name: curve.reshape(len(span), -1) for name, curve in best.items()}
    shallow = np.stack([np.ptp(depth[name], axis=1) < DEPTH * span for name in QUANTITIES], axis=1)
    preferred[shallow] = np.nan
    width[~np.isfinite(preferred)] = np.nan
    ends = _intervals(responses, axes, preferred, width, rng)
    curves = {name: (best[name].T / span).T.astype(np.float16) for name in QUANTITIES}
    values = {item.name: getattr(axes, item.name).astype(np.float32) for item in fields(axes)}
    extras = {"preferred": preferred, "width": width, **ends}
    return Tuning(field=field, **values, **curves, **{name: part.astype(np.float32) for name, part in extras.items()})


def _every(responses: dict[str, Array]) -> dict[str, Array]:
    """All nuisance values: phases, widths of patches, signs of discs."""
    return {"gratings": np.arange(PHASES), "hues": np.arange(len(SHARES)), "sizes": np.arange(2)}


def curves_of(responses: dict[str, Array], chosen: dict[str, Array]) -> dict[str, Array]:
    """[C, values] of each quantity, over the `chosen` nuisance values: phases and signs by maximum, patches by mean.

    The orientation is at each unit's best frequency, the frequency at its best orientation.
    """
    gratings = responses["gratings"][:, :, chosen["gratings"]].max(2)  # [orientation, frequency, C]
    units = np.arange(gratings.shape[-1])
    flat = gratings.reshape(-1, len(units)).argmax(0)
    orientation, frequency = np.unravel_index(flat, gratings.shape[:2])
    return {
        "orientation": gratings[:, frequency, units].T,
        "frequency": gratings[orientation, :, units],
        "hue": responses["hues"][:, chosen["hues"]].mean(1).T,
        "size": responses["sizes"][:, chosen["sizes"]].max(1).T,
        "curvature": responses["arcs"].max((1, 2)).T,
        "position": np.moveaxis(responses["spots"].max(2), -1, 0),
    }


def _preferred(curves: dict[str, Array], axes: _Axes, rng: np.random.Generator) -> Array:
    """[C, 6] preferred values; NaN where a circular curve is no more directed than its shuffled values."""
    columns = []
    for name in QUANTITIES:
        if name == "position":
            columns.append(_distance(curves[name], axes.places))
        elif name in ROUND:
            direction, length = resultant(curves[name], ROUND[name])
            columns.append(np.where(length > chance_length(curves[name], rng), direction, np.nan))
        else:
            columns.append(peak(curves[name], _axis(axes, name)))
    return np.stack(columns, axis=1)


def _axis(axes: _Axes, name: str) -> Array:
    found: Array = {"frequency": axes.frequencies, "size": axes.sizes, "curvature": axes.curvatures}[name]
    return found


def _distance(maps: Array, places: Array) -> Array:
    """[C] distance from the middle of the centre of mass of [C, 5, 5] responses, above half of the peak."""
    weights = np.clip(maps - (maps.max((1, 2)) + maps.min((1, 2)))[:, None, None] / 2, 0, None)
    total = np.maximum(weights.sum((1, 2)), 1e-12)
    x = (weights.sum(1) @ places) / total
    y = (weights.sum(2) @ places) / total
    out: Array = np.hypot(x, y)
    return out


def _widths(curves: dict[str, Array], axes: _Axes) -> Array:
    """[C, 6] full width at half height: degrees, octaves, degrees, octaves; NaN where the curve does not fall to it."""
    columns = {
        "orientation": full_width(curves["orientation"], 180 / ORIENTATIONS, circular=True),
        "frequency": full_width(curves["frequency"], float(np.diff(np.log2(axes.frequencies))[0]), circular=False),
        "hue": full_width(curves["hue"], 360 / HUES, circular=True),
        "size": full_width(curves["size"], float(np.diff(np.log2(axes.sizes))[0]), circular=False),
    }
    nothing = np.full(len(curves["hue"]), np.nan)
    return np.stack([columns.get(name, nothing) for name in QUANTITIES], axis=1)


def _intervals(
    responses: dict[str, Array], axes: _Axes, preferred: Array, width: Array, rng: np.random.Generator
) -> dict[str, Array]:
    """[C, 6] ends of 95 % intervals of preferred values and of widths, over resampled phases, patches and signs.

    Curvature and position have no nuisance value that could be resampled: NaN. So is the interval of a width where
    some resampled curve does not fall to half of its height.
    """
    counts = {name: len(values) for name, values in _every(responses).items()}
    shifts, widths = [], []
    for _ in range(DRAWS):
        curves = curves_of(responses, {name: rng.integers(count, size=count) for name, count in counts.items()})
        drawn = np.stack([_drawn(curves, axes, name) for name in QUANTITIES], axis=1)
        shifts.append(_apart(drawn, preferred))
        widths.append(np.where(np.isfinite(width), _widths(curves, axes), np.nan))
    low, high = np.percentile(shifts, [2.5, 97.5], axis=0)
    narrow, wide = np.percentile(widths, [2.5, 97.5], axis=0)
    return {"low": preferred + low, "high": preferred + high, "narrow": narrow, "wide": wide}


def _drawn(curves: dict[str, Array], axes: _Axes, name: str) -> Array:
    if name in ROUND:
        return resultant(curves[name], ROUND[name])[0]
    if name in ("frequency", "size"):
        return peak(curves[name], _axis(axes, name))
    return np.full(len(curves[name]), np.nan)


def _apart(drawn: Array, preferred: Array) -> Array:
    """Differences of [C, 6], the shorter way round for circular quantities."""
    apart = drawn - preferred
    for column, name in enumerate(QUANTITIES):
        if name in ROUND:
            period = ROUND[name]
            apart[:, column] = (apart[:, column] + period / 2) % period - period / 2
    return apart
