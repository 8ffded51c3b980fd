"""lucent 0.1.8 with its own defaults against this engine: the same units, one run, in turn, one judge."""

from __future__ import annotations

import copy
import warnings
from typing import Any

import numpy as np
import torch

from atlas.core.specs import LayerSpec, Network, Unit
from atlas.methods.visualize import BATCH, Settings, visualize_units
from atlas.methods.visualize.engine import prepare
from atlas.methods.visualize.score import score
from tests.benchmarks.clock import seconds

STEPS = (32, 64, 128, 256)
TARGETS = {150: ("mean",), 47: ("mean", "max")}  # times faster, with no less of these


def lucent() -> Any | None:
    """The package, or None where it cannot be had."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import lucent.optvis.render
    except ImportError:
        return None
    return lucent.optvis


def compare(network: Network, layer: LayerSpec, count: int) -> dict[str, Any]:
    """Seconds a unit and scores (mean response, spatial maximum) under our held-out transforms, of `count` units.

    lucent makes one unit at a time, as its users do (512 steps, 128 pixels); we make a batch that holds the same unit.
    """
    units = [(2 * number + 1) * layer.units // (2 * BATCH) for number in range(BATCH)]
    visualize_units(network, layer, [Unit(network.spec.name, layer.name, 0)], Settings(steps=2), seed=0)  # warm-up
    found: dict[str, list[tuple[float, float, float]]] = {"lucent": [], **{str(steps): [] for steps in STEPS}}
    for place in range(count):
        unit = units[(2 * place + 1) * BATCH // (2 * count)]
        found["lucent"].append(_lucent(network, layer, unit))
        for steps in STEPS:
            found[str(steps)].append(_ours(network, layer, units, unit, steps))
    means = {name: np.mean(rows, axis=0) for name, rows in found.items()}
    rows = {name: dict(zip(("seconds", "mean", "max"), map(float, row), strict=True)) for name, row in means.items()}
    theirs = means["lucent"]
    ratios = {str(s): {"faster": float(theirs[0] / means[str(s)][0]), "mean": float(means[str(s)][1] / theirs[1]),
                       "max": float(means[str(s)][2] / theirs[2])} for s in STEPS}  # fmt: skip
    return {"network": network.spec.name, "layer": layer.name, "units": count, "rows": rows, "ratios": ratios}


def _ours(network: Network, layer: LayerSpec, units: list[int], unit: int, steps: int) -> tuple[float, float, float]:
    made: list[Any] = []
    wanted = [Unit(network.spec.name, layer.name, index) for index in units]
    spent = seconds(lambda: made.extend(visualize_units(network, layer, wanted, Settings(steps=steps), seed=0)))
    picture = made[units.index(unit)]
    return spent / len(units), picture.score_mean, picture.score_max


def _lucent(network: Network, layer: LayerSpec, unit: int) -> tuple[float, float, float]:
    optvis = lucent()
    assert optvis is not None
    module = copy.deepcopy(network.module).eval().requires_grad_(True)  # as a user's network comes
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (network.spec.mean, network.spec.std))
    shaken = [*optvis.transform.standard_transforms, lambda rgb: (rgb - mean) / std]
    goal = optvis.objectives.channel(layer.path.replace(".", "_"), unit)
    np.random.seed(unit)
    torch.manual_seed(unit)
    made: list[Any] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        spent = seconds(lambda: made.extend(optvis.render.render_vis(
            module, goal, transforms=shaken, preprocess=False, progress=False, show_image=False)))  # fmt: skip
    rgb = torch.from_numpy(np.asarray(made[-1], np.float32)).permute(0, 3, 1, 2)
    engine = prepare(network, layer, size=rgb.shape[-1], precision="float32")

    def read(response: torch.Tensor) -> torch.Tensor:
        own = response[:, unit].flatten(1)
        return torch.stack((own.mean(dim=1), own.amax(dim=1)), dim=1)

    ((average, largest),) = score(engine.exact, rgb, read, transforms=Settings().transforms)
    return spent, float(average), float(largest)
