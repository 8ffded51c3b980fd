"""`make bench`: what the heavy stages cost, as ratios within one interleaved run on one thread."""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

import numpy as np
import torch

from atlas.collect import BATCH, prepare, respond
from atlas.memory import keep_memory
from atlas.networks import NETWORKS
from atlas.types import Unit
from atlas.visualize import BATCH as UNITS
from atlas.visualize import Settings, visualize_units
from atlas.weights import load

ROUNDS = 5
NAME = "efficientnet-lite0"


def seconds(work: Callable[[], object]) -> float:
    """Wall seconds of one call."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def interleaved(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """Median seconds of two pieces of work done in turn, after one warm-up of each."""
    one(), other()
    times = [(seconds(one), seconds(other)) for _ in range(ROUNDS)]
    return median(first for first, _ in times), median(second for _, second in times)


def main() -> None:
    """Print the figures."""
    torch.set_num_threads(1)
    keep_memory()
    network = load(NETWORKS[NAME])
    layers = [layer for layer in network.spec.layers if layer.name != "head" and "_" not in layer.name]
    pixels = np.random.default_rng(0).integers(0, 256, (BATCH, 224, 224, 3), dtype=np.uint8)
    names = [str(number) for number in range(BATCH)]

    def plain() -> None:
        with torch.inference_mode():
            network.module(prepare(network, pixels))

    forward, read = interleaved(plain, lambda: respond(network, layers, pixels, seeds=names))
    print(f"forward pass: {forward / BATCH * 1e3:.1f} ms an image")
    print(
        f"with all statistics of {sum(layer.units for layer in layers)} units: {read / forward:.2f} times a plain forward pass"
    )
    for name in ("block2b", "block5c", "logits"):
        units = [Unit(NAME, name, number) for number in range(UNITS)]
        layer = network.spec.layer(name)
        visualize_units(network, layer, units, Settings(steps=2), seed=0)
        spent = seconds(lambda layer=layer, units=units: visualize_units(network, layer, units, Settings(), seed=0))
        print(
            f"picture of a unit of {name}: {spent / UNITS:.2f} s on one thread, {Settings().steps} steps, {Settings().size} px"
        )


if __name__ == "__main__":
    main()
