"""The network report: how a network was trained, its structure, its first layers, its gates. Plain data, no torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from atlas.core.specs import Array

# ---------------------------------------------------------------- how it was trained


@dataclass(frozen=True)
class ClassScore:
    """One class on the validation images: their number, the accuracy, and the most frequent wrong prediction."""

    name: str
    images: int
    top1: float  # share in [0, 1]
    taken_for: str


@dataclass(frozen=True)
class ModelCard:
    """The record of a training by this project, measured on the weights that are shipped; shares in [0, 1].

    `curve` holds epoch, loss, top1 and top5 of each epoch; `recipe`, `teacher` (network, epochs of its tuning, top1),
    `data`, `hardware` and `seconds` are as the training wrote them.
    """

    sha256: str  # of the weights
    bytes: int
    precision: str
    statistics_of: int  # training images whose statistics the batch norms hold; 0 without batch norms
    parameters: int
    multiply_adds: int
    top1: float
    top5: float
    images: int  # validation images
    classes: tuple[ClassScore, ...]
    recipe: Mapping[str, Any]
    teacher: Mapping[str, Any]
    notes: tuple[str, ...]
    curve: tuple[Mapping[str, float], ...]
    data: Mapping[str, Any]
    licence: str
    hardware: Mapping[str, Any]
    seconds: Mapping[str, float]

    def error(self, share: float) -> float:
        """The standard error of a share of the validation images (binomial)."""
        return math.sqrt(share * (1 - share) / self.images)


# ---------------------------------------------------------------- its structure


@dataclass(frozen=True)
class Part:
    """One part of a network as it is drawn: its operation, its output, and the parts that it reads.

    `kind` is input, convolution, linear, pool, norm, sum, join or gate. `units` and `side` are the channels and the
    height of its output (side 0: a vector); `after` are the indices of the parts that it reads, `layers` the names of
    the layers of the atlas whose output is taken here.
    """

    kind: str
    words: str
    units: int
    side: int
    kernel: int
    after: tuple[int, ...]
    layers: tuple[str, ...]


@dataclass(frozen=True)
class Structure:
    """The structure of a network, traced through its forward pass: parts in the order of computation.

    `filters` are the weights of the first convolution, [F, inputs, k, k] float32.
    """

    parts: tuple[Part, ...]
    multiply_adds: int
    filters: Array

    @property
    def depth(self) -> int:
        """Convolutions and fully connected layers on the longest path, without the two inside a gate."""
        longest: list[int] = []
        for part in self.parts:
            before = max((longest[index] for index in part.after), default=0)
            longest.append(before + (part.kind in ("convolution", "linear")))
        return max(longest, default=0)


# ---------------------------------------------------------------- its first layers

DIAGNOSED = ("alexnet-64", "zfnet-64")  # the network that was diagnosed, and the one that corrects it
DIAGNOSED_LAYERS = ("conv1", "conv2")


@dataclass(frozen=True)
class Diagnosis:
    """The defects that Zeiler and Fergus (2013) found in AlexNet's first two layers; F filters, G units of the second.

    A spectrum is the share of the power in each of B equal frequency bands from 0 to half a cycle per input pixel (the
    larger of the horizontal and the vertical frequency), averaged over filters or units; it sums to 1. `aliased` is the
    share of each map's power above the Nyquist frequency of its stride, with the map computed at every input pixel.
    """

    images: int  # probe images that the spectra are over
    probed: int  # probe images that the responses are over
    strides: tuple[int, int]  # input pixels between two positions of each layer
    norms: Array  # [F] Euclidean norm of each first filter
    positive: Array  # [F] share of probe images with a response above zero anywhere
    spread: Array  # [F] standard deviation of the response over all positions of all probe images
    filters: Array  # [B] spectrum of the first filters themselves
    filters_above: Array  # [F] share of each filter's power above the Nyquist frequency of the first layer's stride
    spectra: tuple[Array, Array]  # [B] of each layer's maps
    aliased: tuple[Array, Array]  # [F], [G]
    units: Array  # [U] units of the second layer that were projected to pixels
    image: Array  # [U, K] their top-activating probe images
    value: Array  # [U, K] their responses at the position that is projected
    seen: Array  # [U, K, S, S, 3] uint8: its receptive field there, as the network's input
    projected: Array  # [U, K, S, S, 3] uint8: the deconvnet projection, 128 = 0, scaled by its own largest value


# ---------------------------------------------------------------- its gates


@dataclass(frozen=True)
class MeanAblation:
    """Accuracy with gates fixed at their mean (mean ablation); shares of the images in [0, 1].

    `lost` are classified correctly only without the ablation, `gained` only with it; None where they were not counted.
    """

    top1: float
    lost: float | None = None
    gained: float | None = None

    def error(self, images: int) -> float | None:
        """The standard error of the change of top-1 over `images` images, paired; None where `lost` was not counted."""
        if self.lost is None or self.gained is None:
            return None
        spread = self.lost + self.gained - (self.lost - self.gained) ** 2
        return math.sqrt(max(spread, 0) / images)


@dataclass(frozen=True)
class GateBlock:
    """The gates of one block on the validation images: C channels, K classes; a gate is in [0, 1]."""

    path: str  # of the module that holds them
    mean: Array  # [C]
    std: Array  # [C] over images
    by_class: Array  # [K, C]
    between: float  # share of a gate's variance that the class explains, mean over channels
    ablation: MeanAblation  # of the gates of this block


@dataclass(frozen=True)
class Gates:
    """The gates of squeeze-and-excitation on `images` labelled photographs; `top1` is the accuracy without ablation."""

    images: int
    top1: float
    ablation: MeanAblation  # of the gates of all blocks
    blocks: tuple[GateBlock, ...]
