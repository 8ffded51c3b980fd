"""Each miniature is fine-tuned for one epoch from its shipped weights while half of the images lose a patch.

The same tuning without deletion tells what is owed to deletion from what any further training does.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from atlas import weights
from atlas.core.specs import Network, NetworkSpec
from atlas.train import checkpoint, loop, teacher
from atlas.train.batch_norm import recalibrate
from atlas.train.data import Photographs
from atlas.train.recipes import RECIPES, Recipe
from atlas.train.ship import rounded_state, write_weights

if TYPE_CHECKING:
    from torch import nn

KINDS = {"shipped": 0.0, "deleted": 0.5, "whole": 0.0}  # of weights: as they are; tuned with such a share of deletions
TENTH = 0.1  # of the rate of the first training
RECALIBRATED = 5  # every fifth training image, for the statistics of batch norms


def tuning(network: str, kind: str) -> Recipe:
    """The recipe that continues from the shipped weights: one epoch, a tenth of the rate, no CutMix."""
    first = RECIPES[network]
    build = partial(_shipped, first.spec)
    return replace(first, build=build, epochs=1, rate=TENTH * first.rate, mix=0.0, auxiliary=0.0, deletion=KINDS[kind])


def _shipped(spec: NetworkSpec) -> nn.Module:
    return weights.load(spec).module.requires_grad_(True)


def tuned(
    network: str, kind: str, photographs: Photographs, out: Path, progress: Callable[[str], None] = print
) -> Network:
    """The network with weights of a `kind` of KINDS, tuned in `out` unless it was; a killed tuning is continued."""
    spec, file = RECIPES[network].spec, out / f"{network}-{kind}.safetensors"
    if kind == "shipped":
        return weights.load(spec)
    if not file.is_file():
        recipe = tuning(network, kind)
        run = loop.start(recipe, epochs=recipe.epochs, seed=0, folder=out / f"{network}-{kind}")
        checkpoint.resume(run)
        labels = teacher.label(photographs, out / "teacher", progress=progress)
        loop.run_to_end(run, photographs, soft_labels=labels.targets(), report=progress)
        module = weights.assemble(spec, rounded_state(run), place="the tuned network").module
        recalibrate(module, photographs.train.images[::RECALIBRATED])
        write_weights(module.state_dict(), file)
    return weights.assemble(spec, weights.read(file), place=str(file))
