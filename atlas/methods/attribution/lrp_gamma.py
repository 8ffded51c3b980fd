"""LRP-γ (Montavon et al. 2019): contributions of the output's own sign count more."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.method import METHODS, Attribution, Method

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.target import Target

GAMMA = 0.25
STABILIZER = 0.25  # of dense layers, as in LRP-ε


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Relevance maps with the ledger of biases and stabilizers by layer."""
    from atlas.methods.attribution.relevance import Epsilon, Rules, attribution, gamma

    rule = gamma(GAMMA)
    return attribution(explained, images, target, Rules(pixels=rule, convolution=rule, dense=Epsilon(STABILIZER)))


METHODS.add(
    "lrp-gamma",
    Method(
        name="lrp-gamma",
        title="LRP-γ",
        family="relevance",
        year=2019,
        paper="montavon2019layerwise",
        formula="R_i = Σ_j (z_ij + γ z_ij⁺) / Σ_i (z_ij + γ z_ij⁺) · R_j",
        summary="Relevance propagation in which contributions of the sign of the response count 1 + γ times, so that "
        "positive and negative contributions cancel less and maps become smoother than with LRP-ε. The form for inputs "
        "of either sign is used, since linear bottlenecks and sums have negative responses. Dense layers follow "
        "LRP-ε. The map, the biases and the stabilizer sum to the score.",
        attribute=attribute,
        promise="conservation",
        needs="graph",
        forward=3,
        backward=2,
        parameters={"gamma": GAMMA, "epsilon": STABILIZER},
    ),
)
