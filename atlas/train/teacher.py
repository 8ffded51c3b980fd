"""The teacher, EfficientNet-Lite0 fine-tuned to the small photographs, and its soft labels (Hinton et al. 2015).

A teacher that sees exactly the windows of the student allows long trainings of small networks without overfitting
(Beyer et al. 2022). There are few windows (`augment.VIEWS` of each image), so their soft labels are computed once for
all networks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from atlas import weights
from atlas.core.errors import ConfigError
from atlas.core.specs import Array, Network
from atlas.methods.visualize.graph import cut
from atlas.networks import NETWORKS
from atlas.runtime.lock import alone
from atlas.runtime.precision import native_autocast, native_precision
from atlas.train import checkpoint, loop
from atlas.train.augment import AREA, VIEWS, draw_windows, show
from atlas.train.data import Photographs
from atlas.train.recipes import Recipe
from atlas.train.soft_labels import SoftLabels, shipped

if TYPE_CHECKING:
    from torch import Tensor, nn

NAME = "efficientnet-lite0"
SIZE = (
    160  # pixels that a 64-pixel image is enlarged to: of 128, 160 and 224 EfficientNet-Lite0 is most accurate at 160
)
BATCH = 500


def recipe(wordnet: tuple[str, ...], device: str = "cpu") -> Recipe:
    """How the teacher is fine-tuned from its ImageNet weights: few epochs at a low rate, and fewer on a processor."""
    on_gpu = Recipe(
        NETWORKS[NAME],
        partial(_build, wordnet),
        epochs=8,
        optimizer="adamw",
        rate=4e-4,
        weight_decay=0.02,
        warmup=0.1,
        teacher_share=0.0,
    )
    if device != "cpu":
        return on_gpu
    return replace(on_gpu, build=partial(_build, wordnet, spare=True), epochs=4, batch=64, rate=2e-4)


def label(
    photographs: Photographs, folder: Path, *, device: str = "cpu", progress: Callable[[str], None] = print
) -> SoftLabels:
    """Soft labels of the windows of the training images: the shipped ones, else those of a teacher fine-tuned here.

    They are cached in `folder`, by recipe, precision and device; one run at a time works there, and a killed one is
    continued from its last checkpoint.
    """
    chosen, asked = recipe(photographs.wordnet, device), question(photographs.digest)
    known = shipped(asked)
    if known:
        return known
    file = folder / f"soft-labels-{_digest(asked, chosen, device)}.npz"
    with alone(folder, lambda: progress(f"teacher {NAME}: waiting for another run that fine-tunes it in {folder}")):
        if not file.is_file():
            _tune_and_label(photographs, chosen, file, device, progress).save(file)
    return SoftLabels.read(file)


def question(photographs: str) -> str:
    """The digest of the digest `photographs`, their windows and the teacher's weights."""
    return _sha256((photographs, NETWORKS[NAME].weights.sha256, SIZE, VIEWS, AREA))


def _digest(asked: str, chosen: Recipe, device: str) -> str:
    """The digest of everything that decides the soft labels."""
    return _sha256((asked, chosen.settings(), native_precision(device), device))[:32]


def _sha256(data: tuple[object, ...]) -> str:
    return hashlib.sha256(json.dumps(data, sort_keys=True).encode()).hexdigest()


def _tune_and_label(
    photographs: Photographs, chosen: Recipe, file: Path, device: str, progress: Callable[[str], None]
) -> SoftLabels:
    run = loop.start(chosen, epochs=chosen.epochs, seed=0, folder=file.with_suffix(""), device=device)
    checkpoint.resume(run)
    loop.run_to_end(run, photographs, report=progress)
    teacher = _folded(run.module).to(device)
    images, windows = photographs.train.images, draw_windows(len(photographs.train))
    shares = np.empty((VIEWS, len(images), len(photographs.wordnet)), np.float16)
    for view in range(VIEWS):
        for first in range(0, len(images), BATCH):
            rows = slice(first, first + BATCH)
            shares[view, rows] = _shares(teacher, images[rows], windows[view, rows], device)
        progress(f"teacher {NAME}: labelled {view + 1} of {VIEWS} windows of each image")
    asked = question(photographs.digest)
    return SoftLabels.of(shares, top1=run.history[-1]["top1"], epochs=run.epochs, asked=asked)


def _build(wordnet: tuple[str, ...], *, spare: bool = False) -> nn.Module:
    """The published network after an enlargement, its last layer restricted to the classes `wordnet`.

    `spare` a processor.
    """
    import torch
    from torch import nn

    class Enlarge(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            large = nn.functional.interpolate(x, size=(SIZE, SIZE), mode="bicubic", antialias=True)
            return large.contiguous(memory_format=torch.channels_last)

    module = weights.load(NETWORKS[NAME]).module
    columns = _columns(wordnet)
    state = {key: value[columns] for key, value in module.get_submodule("classifier").state_dict().items()}
    last = nn.Linear(state["weight"].shape[1], len(columns))
    last.load_state_dict(state)
    module.set_submodule("classifier", last)
    if spare:
        _tune_in_float32(module)
    return nn.Sequential(Enlarge(), module.requires_grad_(True))


def _tune_in_float32(module: nn.Module) -> None:
    """Wrap the strided and the wide depthwise convolutions.

    Backward through them in bfloat16 takes a processor two to eight times as long as in float32; forward does not.
    """
    import torch
    from torch import nn

    class InFloat32(nn.Module):
        def __init__(self, convolution: nn.Conv2d) -> None:
            super().__init__()
            self.convolution = convolution

        def forward(self, x: Tensor) -> Tensor:
            if not self.training:
                return self.convolution(x)  # type: ignore[no-any-return]
            with torch.autocast("cpu", enabled=False):
                return self.convolution(x.float())  # type: ignore[no-any-return]

    for name, part in list(module.named_modules()):
        if isinstance(part, nn.Conv2d) and part.groups > 1 and (part.stride[0] > 1 or part.kernel_size[0] > 3):
            module.set_submodule(name, InFloat32(part))


def _columns(wordnet: tuple[str, ...]) -> list[int]:
    """The indices of the WordNet ids among ImageNet's 1,000 classes; ConfigError for an id that is none of them."""
    from timm.data import ImageNetInfo

    columns = {synset: index for index, synset in enumerate(ImageNetInfo().label_names())}
    missing = [name for name in wordnet if name not in columns]
    if missing:
        raise ConfigError(f"The class {missing[0]} is none of ImageNet's 1,000; an ImageNet network cannot teach it.")
    return [columns[name] for name in wordnet]


def _folded(module: nn.Module) -> nn.Module:
    """The same function of the images with folded batch normalization, about one and a half times as fast."""
    import torch
    from torch import nn

    spec = NETWORKS[NAME]
    enlarge, network = cast("nn.Sequential", module.eval().cpu())
    graph = cut(Network(spec, network), spec.layers[-1], torch.zeros(1, 3, SIZE, SIZE))
    return nn.Sequential(enlarge, graph).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _shares(module: nn.Module, images: Array, windows: Tensor, device: str) -> Array:
    """[N, classes] float32 softmax of `module` on the `windows` [N, 4] of `images` [N, H, W, 3] uint8."""
    import torch

    module.eval()
    pixels = torch.from_numpy(np.array(images)).to(device)
    upright = torch.zeros(len(pixels), dtype=torch.bool, device=device)
    with torch.inference_mode():
        views = show(pixels, windows.to(device), upright)
        with native_autocast(device):
            scores = module(views)
    shares: Array = scores.float().softmax(1).cpu().numpy()
    return shares
