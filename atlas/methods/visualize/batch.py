"""Pictures of units and directions in batches, each with its score."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import islice
from typing import Any

import numpy as np
import torch
from torch import Tensor

from atlas.core.errors import AtlasError, UnknownName
from atlas.core.results import Picture
from atlas.core.seeds import name_seed
from atlas.core.specs import Array, LayerSpec, Network, Unit
from atlas.methods.visualize import BATCH, DIVERSE, KINDS, VERSION, Settings
from atlas.methods.visualize import objective as objectives
from atlas.methods.visualize.ascend import ascend
from atlas.methods.visualize.canvas import Canvas
from atlas.methods.visualize.engine import Engine, prepare
from atlas.methods.visualize.image import to_bytes
from atlas.methods.visualize.objective import Objective
from atlas.methods.visualize.score import score

Goal = Callable[[list[int], Canvas], Objective]  # of the pictures with these indices
Read = Callable[[Tensor], Tensor]  # response [image, unit, height, width] -> mean and largest of each image's own map


def unit_pictures(
    network: Network, layer: LayerSpec, units: Sequence[Unit], settings: Settings, *, seed: int, device: str
) -> list[Picture]:
    """See `atlas.methods.visualize.visualize_units`."""
    _check(network, layer, units, settings)
    copies = DIVERSE if settings.kind == "diverse" else 1
    wanted = [(unit.index, copy_seed(unit.seed(seed), copy)) for unit in units for copy in range(copies)]

    def objective(rows: list[int], canvas: Canvas) -> Objective:
        return unit_objective(settings, [wanted[row][0] for row in rows], texture=canvas.texture)

    def read(rows: list[int]) -> Read:
        maps = objectives.maps([wanted[row][0] for row in rows])
        return lambda response: _mean_and_max(maps(response).flatten(1))

    return _pictures(network, layer, settings, [seed for _, seed in wanted], objective, read, device)


def direction_pictures(
    network: Network,
    layer: LayerSpec,
    directions: Array,
    names: Sequence[str],
    settings: Settings,
    *,
    seed: int,
    device: str,
) -> list[Picture]:
    """See `atlas.methods.visualize.visualize_directions`."""
    if directions.shape != (len(names), layer.units):
        raise AtlasError(
            f"Directions of {network.spec.name}/{layer.name} are {directions.shape}, "
            f"expected {(len(names), layer.units)}."
        )
    lengths = np.linalg.norm(directions, axis=1, keepdims=True)
    unit_length = (directions / np.maximum(lengths, 1e-12)).astype(np.float32)

    def objective(rows: list[int], _canvas: Canvas) -> Objective:
        return objectives.direction(unit_length[rows], settings.power)

    def read(rows: list[int]) -> Read:
        towards = torch.from_numpy(unit_length[rows])[:, None]
        return lambda response: _mean_and_max((towards.to(response.device) @ response.float().flatten(2))[:, 0])

    return _pictures(network, layer, settings, [name_seed(name, seed) for name in names], objective, read, device)


def unit_objective(settings: Settings, units: Sequence[int], *, texture: bool) -> Objective:
    """The objective of `settings.kind` with one unit per image."""
    if settings.kind == "neuron":
        return objectives.neuron(units)
    if settings.kind == "negative":
        return objectives.texture(units, sign=-1) if texture else -objectives.channel(units)
    mean = objectives.texture(units) if texture else objectives.channel(units)
    if settings.kind == "diverse":
        return mean + settings.diversity * objectives.diversity(DIVERSE)
    return mean


def copy_seed(seed: int, copy: int) -> int:
    """The seed of picture `copy` of a unit; the first one has the unit's own seed."""
    return seed if copy == 0 else name_seed(f"copy {copy}", seed)


def _pictures(
    network: Network,
    layer: LayerSpec,
    settings: Settings,
    seeds: Sequence[int],
    objective: Goal,
    read: Callable[[list[int]], Read],
    device: str,
) -> list[Picture]:
    engine = prepare(network, layer, size=settings.size, precision=settings.precision, device=device)
    canvas = engine.canvas
    metadata = _metadata(engine, settings)
    pictures: list[Picture] = []
    for first in range(0, len(seeds), BATCH):
        count = min(BATCH, len(seeds) - first)
        rows = list(range(first, first + count))
        rows += rows[-1:] * (BATCH - count)  # copies, discarded: no bit of a picture depends on the number requested
        goal = objective(rows, canvas)
        ascent = ascend(engine, goal, seeds=[seeds[row] for row in rows], settings=settings)
        rendered = ascent.image.render(ascent.spectra)
        scores = score(engine.exact, rendered, read(rows), transforms=settings.transforms)
        shown = to_bytes(ascent.image.render(ascent.spectra, settings.size))
        parameters = {**metadata, "objective": str(goal)}
        pictures += [
            Picture(rgb, float(mean), float(largest), curve, parameters)
            for rgb, (mean, largest), curve in islice(zip(shown, scores, ascent.curves, strict=True), count)
        ]
    return pictures


def _metadata(engine: Engine, settings: Settings) -> dict[str, Any]:
    """The parameters of a picture: the settings as they are on the canvas of its layer."""
    canvas = engine.canvas
    metadata = {**asdict(settings), **asdict(canvas.robustness(settings))}
    metadata |= {"steps": canvas.steps(settings), "rate": canvas.rate(settings), "canvas": canvas.side}
    return metadata | {"precision": engine.precision, "version": VERSION}


def _mean_and_max(response: Tensor) -> Tensor:
    return torch.stack((response.mean(dim=1), response.amax(dim=1)), dim=1)


def _check(network: Network, layer: LayerSpec, units: Sequence[Unit], settings: Settings) -> None:
    if settings.kind not in KINDS:
        raise UnknownName("kind of picture", settings.kind, KINDS)
    for unit in units:
        if unit.network != network.spec.name or unit.layer != layer.name or not 0 <= unit.index < layer.units:
            raise AtlasError(
                f"{unit.slug} is no unit of {network.spec.name}/{layer.name}, which has units 0 to {layer.units - 1}."
            )
