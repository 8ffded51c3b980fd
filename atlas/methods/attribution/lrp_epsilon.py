"""LRP-ε (Bach et al. 2015): every layer shares relevance by contributions, with a stabilizer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.method import METHODS, Attribution, Method

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.relevance import Rules
    from atlas.methods.attribution.target import Target

STABILIZER = 0.25  # of the root mean square of a layer's outputs (Montavon et al. 2019)


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Relevance maps with the ledger of biases and stabilizers by layer."""
    from atlas.methods.attribution.relevance import attribution

    return attribution(explained, images, target, rules())


def rules() -> Rules:
    """The one rule for every layer."""
    from atlas.methods.attribution.relevance import Epsilon, Rules

    rule = Epsilon(STABILIZER)
    return Rules(pixels=rule, convolution=rule, dense=rule)


METHODS.add(
    "lrp-epsilon",
    Method(
        name="lrp-epsilon",
        title="LRP-ε",
        family="relevance",
        year=2015,
        paper="bach2015pixel",
        formula="R_i = Σ_j z_ij / (z_j + ε sign z_j) · R_j",
        summary="The score is passed back from layer to layer. Each unit shares its relevance among its inputs in "
        "proportion to their contributions to its response; ε, a quarter of the root mean square of the layer's "
        "responses, keeps small responses from being divided by and takes a part for itself. Biases keep their share. "
        "The map, the biases and the stabilizer sum to the score.",
        attribute=attribute,
        promise="conservation",
        needs="graph",
        parameters={"epsilon": STABILIZER},
    ),
)
