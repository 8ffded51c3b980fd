"""LRP with a rule for each part (Montavon et al. 2019): z-box at the pixels, z⁺ in convolutions, ε in dense layers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.method import METHODS, Attribution, Method

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.relevance import Rules
    from atlas.methods.attribution.target import Target

ALPHA = 1.0  # β = 0: z⁺
STABILIZER = 0.25  # of dense layers, as in LRP-ε


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Relevance maps with the ledger of biases and stabilizers by layer."""
    from atlas.methods.attribution.relevance import attribution

    return attribution(explained, images, target, rules(explained))


def rules(explained: Explained) -> Rules:
    """The rules of the composite for a network: pixels lie between black and white."""
    from atlas.methods.attribution.relevance import Box, Epsilon, Rules, alpha_beta

    colours = list(zip(explained.spec.mean, explained.spec.std, strict=True))
    box = Box(tuple(-mean / std for mean, std in colours), tuple((1 - mean) / std for mean, std in colours))
    return Rules(pixels=box, convolution=alpha_beta(ALPHA), dense=Epsilon(STABILIZER))


METHODS.add(
    "lrp-composite",
    Method(
        name="lrp-composite",
        title="LRP composite",
        family="relevance",
        year=2017,
        paper="montavon2019layerwise",
        formula="pixels: z-box; convolutions: R_i = Σ_j z_ij⁺ / z_j⁺ · R_j; dense layers: LRP-ε",
        summary="Relevance propagation with a rule for each part of the network. In dense layers all contributions "
        "count (LRP-ε); in convolutions only positive ones do (z⁺), so that relevance goes to what excites a unit; at "
        "the pixels the bounds of their values, black and white, are taken into account (z-box). The map, the biases "
        "and the stabilizer sum to the score.",
        attribute=attribute,
        promise="conservation",
        needs="graph",
        forward=3,
        backward=2,
        parameters={"alpha": ALPHA, "epsilon": STABILIZER},
    ),
)
