"""Class activation mapping (Zhou et al. 2016): the last maps, weighted as the linear head weighs their means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from atlas.methods.attribution.class_activation import enlarged
from atlas.methods.attribution.method import METHODS, Attribution, Method, NotValid

if TYPE_CHECKING:
    from torch import Tensor, nn

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.attribution.propagation import Recorded
    from atlas.methods.attribution.target import Target


def attribute(explained: Explained, images: Tensor, target: Target, _seeds: Sequence[int]) -> Attribution:
    """Maps that sum to the score without the head's bias, which is in the ledger."""
    from atlas.methods.attribution.propagation import Recorded

    record = Recorded(explained.graph, images)
    head, maps = _head(record), record.last_maps.output.detach()
    weights = target.weights @ head.weight
    coarse = (weights[:, :, None, None] * maps).sum(1) / maps[0, 0].numel()
    bias = target.weights @ head.bias if head.bias is not None else 0 * target.weights.sum(1)
    scores = target.scores(record.response.double())
    return Attribution(enlarged(coarse, images.shape[-1]), expected=scores, ledger={"bias": bias})


def _head(record: Recorded) -> nn.Linear:
    """The linear layer of the head; NotValid where the head is more than a global mean and this layer."""
    from torch import nn

    operations = list(record.operations.values())
    after = operations[operations.index(record.last_maps) + 1 :]
    acts = [operation for operation in after if operation.kind != "shape"]
    kinds = [operation.kind for operation in acts]
    if kinds != ["mean", "linear"] or acts[0].output[0].numel() != record.last_maps.output.shape[1]:
        raise NotValid("The head is not one linear layer on the global mean of the last maps.")
    head = acts[1].module
    if not isinstance(head, nn.Linear):
        raise NotValid("The head is not one linear layer on the global mean of the last maps.")
    return head


METHODS.add(
    "cam",
    Method(
        name="cam",
        title="CAM",
        family="cam",
        year=2016,
        paper="zhou2016learning",
        formula="Σ_k w_k A_k",
        summary="Where the class logits are a linear function of the global means of the last maps, each position of "
        "these maps has its exact share of the logit: the sum of the maps, weighted as the head weighs them. The "
        "shares and the bias sum to the score. Networks with another head have no such map.",
        attribute=attribute,
        promise="completeness",
        needs="graph",
        backward=0,
        coarse=True,
    ),
)
