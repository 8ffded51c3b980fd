"""`make bench`: what the heavy stages cost and reach, as ratios within one interleaved run on one thread."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from atlas.chapters.vision.collect import BATCH, respond
from atlas.core.sources import EmbeddedFile, WheelFile
from atlas.core.specs import Network, Unit
from atlas.methods.prepare import prepare
from atlas.methods.visualize import BATCH as UNITS
from atlas.methods.visualize import Settings, visualize_units
from atlas.networks import NETWORKS
from atlas.runtime.memory import keep_memory
from atlas.runtime.precision import native_precision
from atlas.weights import load
from tests.benchmarks import heat
from tests.benchmarks.clock import interleaved, seconds
from tests.benchmarks.pages import rates
from tests.benchmarks.peak import shares
from tests.benchmarks.peer import STEPS, TARGETS, compare, lucent

NAME = "efficientnet-lite0"
PLACE = "block5c"  # a middle layer


def main() -> None:
    """Print the figures and, with `--json FILE`, write them for programs."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures there too")
    parser.add_argument("--units", type=int, default=2, help="units that lucent makes (a minute or more each; 0: none)")
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    keep_memory()
    network = load(NETWORKS[NAME])
    found: dict[str, Any] = {"forward": forward(network), "pictures": pictures(), "pages": pages(), "peak": peak()}
    found["heat"] = heat_maps(network)
    if chosen.units:
        found["lucent"] = peer(network, chosen.units)
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def forward(network: Network) -> dict[str, float]:
    """The streaming pass against a plain forward pass."""
    layers = [layer for layer in network.spec.layers if layer.name != "head" and "_" not in layer.name]
    pixels = np.random.default_rng(0).integers(0, 256, (BATCH, 224, 224, 3), dtype=np.uint8)
    names = [str(number) for number in range(BATCH)]

    def plain() -> None:
        with torch.inference_mode():
            network.module(prepare(network, pixels))

    alone, read = interleaved(plain, partial(respond, network, layers, pixels, seeds=names))
    units = sum(layer.units for layer in layers)
    print(f"Forward pass of {network.spec.name}: {alone / BATCH * 1e3:.1f} ms an image")
    print(f"  with all statistics of {units} units: {read / alone:.2f} times a plain forward pass", flush=True)
    return {"seconds": alone / BATCH, "units": units, "ratio": read / alone}


def pictures() -> list[dict[str, Any]]:
    """Seconds of a picture, by layer, of each network: its first, middle and last layer."""
    print(f"\nPictures: processor seconds a unit, {UNITS} units together\n{'network':<20} {'layer':<10} {'canvas':>6} {'steps':>6} {'seconds':>8}")  # fmt: skip
    rows = []
    for name in (spec.name for spec in NETWORKS.values() if isinstance(spec.weights, WheelFile | EmbeddedFile)):
        network = load(NETWORKS[name])
        layers = network.spec.layers
        for layer in (layers[0], layers[len(layers) // 2], layers[-1]):
            units = [Unit(name, layer.name, number % layer.units) for number in range(UNITS)]
            visualize_units(network, layer, units[:1], Settings(steps=2), seed=0)
            made: list[Any] = []
            work = partial(visualize_units, network, layer, units, Settings(), seed=0)
            spent = seconds(partial(_into, made, work)) / UNITS
            facts = made[0].parameters
            rows.append({"network": name, "layer": layer.name, "canvas": facts["canvas"], "steps": facts["steps"], "seconds": spent})  # fmt: skip
            print(f"{name:<20} {layer.name:<10} {facts['canvas']:>6} {facts['steps']:>6} {spent:>8.3f}", flush=True)
    return rows


def _into(made: list[Any], work: Callable[[], Iterable[Any]]) -> None:
    made.extend(work())


def pages() -> dict[str, float]:
    """Unit pages a processor second."""
    found = rates()
    print("\nUnit pages a processor second (examples, response heat, histogram and neighbours on each)")
    for name, rate in found.items():
        print(
            f"  {name:<30} {rate:>6.0f}   100,000 in {1e5 / rate:.0f} processor seconds (to reach: 120 s on all cores)"
        )
    return found


def peak() -> list[dict[str, Any]]:
    """Share of the convolution peak."""
    rows = shares()
    print(
        f"\nShare of the machine's {native_precision('cpu')} convolution peak on one thread (measured in turn with each)"
    )
    print(f"{'network':<20} {'layer':<10} {'GFLOP/s peak':>12} {'passes':>8} {'ascent':>8}")
    for row in rows:
        print(f"{row['network']:<20} {row['layer']:<10} {row['peak'] / 1e9:>12.0f} {row['passes']:>8.0%} {row['ascent']:>8.0%}", flush=True)  # fmt: skip
    return rows


def heat_maps(network: Network) -> list[dict[str, Any]]:
    """Attribution methods against captum."""
    if heat.captum() is None:
        print("\nThe comparison with captum is left out: captum 0.9.0 is not installed (pip install '.[bench]').")
    found = heat.rows(network, heat.photographs(network.spec.input_size))
    print(f"\nHeat maps of {heat.IMAGES} images of {NAME}, images a processor second, and least correlations of maps")
    print(heat.table(found), flush=True)
    return found


def peer(network: Network, units: int) -> dict[str, Any] | None:
    """Against lucent."""
    if lucent() is None:
        print("\nThe comparison with lucent is left out: torch-lucent 0.1.8 is not installed (pip install '.[bench]').")
        return None
    found = compare(network, network.spec.layer(PLACE), units)
    print(
        f"\nlucent 0.1.8 (512 steps, its defaults) on {NAME}/{PLACE}, {found['units']} units; scores under our transforms"
    )
    print(f"{'':<14} {'s a unit':>9} {'mean':>8} {'maximum':>8} {'times faster':>13} {'mean':>7} {'maximum':>8}")
    theirs = found["rows"]["lucent"]
    print(f"{'lucent':<14} {theirs['seconds']:>9.2f} {theirs['mean']:>8.2f} {theirs['max']:>8.2f}")
    for steps in STEPS:
        row, ratio = found["rows"][str(steps)], found["ratios"][str(steps)]
        print(f"{f'ours, {steps}':<14} {row['seconds']:>9.2f} {row['mean']:>8.2f} {row['max']:>8.2f} {ratio['faster']:>13.0f}"
              f" {ratio['mean']:>7.0%} {ratio['max']:>8.0%}", flush=True)  # fmt: skip
    for target, scores in TARGETS.items():
        fit = [ratio["faster"] for ratio in found["ratios"].values() if all(ratio[score] >= 1 for score in scores)]
        print(f"  with no less {' and '.join(scores)}: {max(fit, default=0):.0f} times faster (to reach: {target})")
    return found


if __name__ == "__main__":
    main()
