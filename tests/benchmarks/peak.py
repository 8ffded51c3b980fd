"""Share of this machine's convolution peak, in the precision that it multiplies natively, that making pictures reaches, layer by layer."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from atlas.core.specs import LayerSpec, Network
from atlas.methods.visualize import BATCH, Settings
from atlas.methods.visualize.ascend import ascend
from atlas.methods.visualize.batch import unit_objective
from atlas.methods.visualize.engine import Engine, prepare
from atlas.networks import NETWORKS
from atlas.runtime.precision import native_precision
from atlas.weights import load
from tests.benchmarks.clock import interleaved

PLACES = {
    "efficientnet-lite0": "block5c",
    "alexnet-64": "conv4",
    "vgg-64": "conv4_2",
    "googlenet-64": "",
    "resnet-64": "conv4_2",
    "densenet-64": "",
    "senet-64": "conv4_2",
}  # "": the middle layer
STEPS = 4


def shares() -> list[dict[str, Any]]:
    """One row a network: operations of a step, share of the peak of the network's passes and of the whole ascent."""
    return [_share(load(NETWORKS[name]), place) for name, place in PLACES.items() if name in NETWORKS]


def _share(network: Network, place: str) -> dict[str, Any]:
    layers = network.spec.layers
    layer = network.spec.layer(place) if place else layers[len(layers) // 2]
    engine = prepare(network, layer, size=128)
    both = partial(_passes, engine, torch.rand(BATCH, 3, engine.canvas.side, engine.canvas.side))
    with FlopCounterMode(display=False) as counter:
        both()
    peak_work, image, weight = _convolution()
    peak, passes, whole = interleaved(peak_work, both, partial(_ascend, engine, layer))
    best = 2 * weight.numel() * image.numel() / image.shape[1] / peak  # multiplications and additions a second
    operations = counter.get_total_flops()
    steps = engine.canvas.steps(Settings(steps=STEPS))
    return {
        "network": network.spec.name,
        "layer": layer.name,
        "canvas": engine.canvas.side,
        "operations": operations,  # of a step: forward and backward passes of a batch
        "peak": best,
        "passes": operations / passes / best,
        "ascent": operations * steps / whole / best,
    }


def _convolution() -> tuple[Any, torch.Tensor, torch.Tensor]:
    """A convolution as large as any processor likes: 3 x 3, 256 to 256 channels, 16 images of 32 x 32."""
    precision = getattr(torch, native_precision("cpu"))
    image = torch.randn(16, 256, 32, 32, dtype=precision).to(memory_format=torch.channels_last)
    weight = torch.randn(256, 256, 3, 3, dtype=precision).to(memory_format=torch.channels_last)
    return partial(functional.conv2d, image, weight, padding=1), image, weight


def _passes(engine: Engine, image: torch.Tensor) -> None:
    leaf = image.detach().requires_grad_()
    torch.autograd.grad(engine.fast(leaf * 1.0).float().sum(), leaf)  # the counter takes no leaf


def _ascend(engine: Engine, layer: LayerSpec) -> None:
    units = [number % layer.units for number in range(BATCH)]
    settings = Settings(steps=STEPS)
    goal = unit_objective(settings, units, texture=engine.canvas.texture)
    ascend(engine, goal, seeds=units, settings=settings)
