"""Squeeze-and-excitation gates on labelled photographs: their statistics, and the accuracy under mean ablation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from atlas.core.specs import Array
from atlas.train.data import Split
from atlas.train.loop import accuracy, logits_of

if TYPE_CHECKING:
    from torch import nn


def gate_statistics(module: nn.Module, split: Split) -> dict[str, Any]:
    """By gated block the mean and spread of each channel's gate, class means [classes][C], and mean ablation.

    Gates are in [0, 1]. "between" is the share of a gate's variance that the class explains (mean over channels);
    "fixed" the accuracy with every gate of the block fixed at its mean, with the share of images that are classified
    correctly only without the ablation ("lost") and only with it ("gained"). Empty for a network without gates.
    """
    names = [name for name, part in module.named_modules() if name.endswith(".se.gate")]
    if not names:
        return {}
    gates = _record(module, names, split)
    means = {name: values.mean(0) for name, values in gates.items()}
    before = logits_of(module, split)

    def block(name: str) -> dict[str, Any]:
        fixed = _accuracy_with(module, {name: means[name]}, split, before)
        return {**_block(gates[name], split.labels), "path": name.removesuffix(".se.gate"), "fixed": fixed}

    return {
        "images": len(split),
        "accuracy": accuracy(before, split.labels),
        "all_fixed": _accuracy_with(module, means, split, before),
        "blocks": [block(name) for name in names],
    }


def _block(values: Array, labels: Array) -> dict[str, Any]:
    by_class = np.stack([values[labels == index].mean(0) for index in np.unique(labels)])
    total = values.var(0)
    explained = by_class.var(0) / np.where(total > 0, total, 1)
    return {
        "mean": values.mean(0).round(4).tolist(),
        "std": values.std(0).round(4).tolist(),
        "between": round(float(explained.mean()), 4),
        "by_class": by_class.round(3).tolist(),
    }


def _record(module: nn.Module, names: list[str], split: Split) -> dict[str, Array]:
    """[N, C] float64: the gates of every image, by gate."""
    import torch
    from torch import nn

    batches: dict[str, list[Array]] = {name: [] for name in names}

    class Recorder(nn.Module):
        def __init__(self, gate: nn.Module, batches: list[Array]) -> None:
            super().__init__()
            self.gate, self.batches = gate, batches

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            out: torch.Tensor = self.gate(x)
            self.batches.append(out.flatten(1).double().numpy())
            return out

    replaced = {name: Recorder(module.get_submodule(name), batches[name]) for name in names}
    _with_gates(module, replaced, split)
    return {name: np.concatenate(parts) for name, parts in batches.items()}


def _accuracy_with(module: nn.Module, means: dict[str, Array], split: Split, before: Array) -> dict[str, float]:
    """Accuracy with the named gates fixed at `means`, and its differences from the logits `before`, image by image."""
    import torch
    from torch import nn

    class Fixed(nn.Module):
        def __init__(self, value: Array) -> None:
            super().__init__()
            self.value = torch.from_numpy(value).float()[None, :, None, None]

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.value.expand_as(x)

    replaced = {name: Fixed(value) for name, value in means.items()}
    after = _with_gates(module, replaced, split)
    was, now = (scores.argmax(1) == split.labels for scores in (before, after))
    change = {"lost": float((was & ~now).mean()), "gained": float((now & ~was).mean())}
    return {**accuracy(after, split.labels), **change}


def _with_gates(module: nn.Module, replaced: dict[str, Any], split: Split) -> Array:
    """Logits with some gate modules replaced; afterwards, also after an exception, the network is as before."""
    whole = {name: module.get_submodule(name) for name in replaced}
    try:
        for name, part in replaced.items():
            module.set_submodule(name, part)
        return logits_of(module, split)
    finally:
        for name, part in whole.items():
            module.set_submodule(name, part)
