"""From a finished run to the shipped files: half-precision weights, evaluated as they are, and their model card."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from atlas import weights
from atlas.chapters.vision.structure import multiply_adds
from atlas.core.specs import Array
from atlas.networks.miniature import CLASSES
from atlas.train.batch_norm import recalibrate
from atlas.train.data import Photographs
from atlas.train.gates import gate_statistics
from atlas.train.loop import Run, accuracy, logits_of
from atlas.train.soft_labels import SoftLabels
from atlas.train.teacher import NAME

if TYPE_CHECKING:
    from torch import Tensor

DATA_TERMS = (
    "Trained on photographs of Tiny ImageNet (Stanford CS231n), which are ImageNet's: free for non-commercial research "
    "and education. The weights hold no image; no training image is part of this package."
)
DATA_SOURCE = "http://cs231n.stanford.edu/tiny-imagenet-200.zip"

SAMPLE = 5  # every fifth validation image, on which the tests measure the accuracy again


def ship(run: Run, photographs: Photographs, labels: SoftLabels, *, progress: Callable[[str], None]) -> Path:
    """Write `NETWORK.safetensors` and `NETWORK.json` (and gate statistics) into the run's folder; returns the weights.

    Batch norms are recalibrated on the training images with the weights as they are shipped. Accuracy is measured on
    the written file, in single precision, on one view of each validation image.
    """
    spec = run.recipe.spec
    module = weights.assemble(spec, rounded_state(run), place="the finished run").module
    seen = recalibrate(module, photographs.train.images)
    path = write_weights(module.state_dict(), run.folder / f"{spec.name}.safetensors")
    module = weights.assemble(spec, weights.read(path), place=str(path)).module
    scores = logits_of(module, photographs.valid)
    card = model_card(run, photographs, labels, path, scores, seen)
    write_json(path.with_suffix(".json"), card)
    gates = gate_statistics(module, photographs.valid)
    if gates:
        write_json(path.with_suffix(".gates.json"), gates, indent=None)
    progress(f"{spec.name}: {card['accuracy']['top1']:.2%} top-1, {path}, SHA-256 {card['weights']['sha256']}")
    return path


def rounded_state(run: Run) -> dict[str, Tensor]:
    """The state of the shipped network (no auxiliary parts), rounded to half precision."""
    wanted = run.recipe.spec.build().state_dict()
    return rounded({key: value for key, value in run.module.state_dict().items() if key in wanted})


def rounded(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A copy in half precision, on the processor; whole numbers stay whole."""
    import torch

    return {
        key: value.to("cpu", torch.float16 if value.is_floating_point() else value.dtype, copy=True).contiguous()
        for key, value in state.items()
    }


def write_weights(state: Mapping[str, Tensor], path: Path) -> Path:
    """Write `state`, rounded, to `path`, moved into place atomically."""
    from safetensors.torch import save_file

    partial = path.with_suffix(".part")
    save_file(rounded(state), partial)
    partial.replace(path)
    return path


def weights_of(path: Path) -> dict[str, Any]:
    """The weight file's name, digest, size and precision."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return {"file": path.name, "sha256": sha256, "bytes": path.stat().st_size, "precision": "float16"}


def model_card(
    run: Run, photographs: Photographs, soft_labels: SoftLabels, path: Path, scores: Array, seen: int
) -> dict[str, Any]:
    """The model card of a trained network as plain data; shares in [0, 1], times in seconds.

    `scores` [N, classes] are those of the file at `path` on the validation images; its batch norms hold the statistics
    of `seen` training images (0: it has none).
    """
    spec, labels = run.recipe.spec, photographs.valid.labels
    module = spec.build()
    return {
        "network": spec.name,
        "weights": {**weights_of(path), "statistics_of": seen},
        "parameters": sum(parameter.numel() for parameter in module.parameters()),
        "multiply_adds": multiply_adds(module, spec.input_size),
        "accuracy": {**_rounded(accuracy(scores, labels)), "images": len(labels), "views": 1},
        "sample": {"every": SAMPLE, **_rounded(accuracy(scores[::SAMPLE], labels[::SAMPLE]))},
        "classes": _per_class(photographs, scores),
        "recipe": {**run.identity(), "schedule": "linear warm-up, linear decay"},
        "teacher": {"network": NAME, "epochs": soft_labels.epochs, "top1": round(soft_labels.top1, 4)},
        "notes": list(run.recipe.notes),
        "curve": [_rounded(row) for row in run.history],
        "data": _data(spec.labels, photographs),
        "licence": spec.weights.licence,
        "hardware": hardware(run.device),
        "seconds": {"clock": round(run.seconds), "processor": round(run.core_seconds)},
    }


def _data(name: str, photographs: Photographs) -> dict[str, Any]:
    return {
        "name": name,
        "source": DATA_SOURCE,
        "digest": photographs.digest,
        "train_images": len(photographs.train),
        "valid_images": len(photographs.valid),
        "terms": DATA_TERMS,
    }


def hardware(device: str = "cpu") -> dict[str, Any]:
    """The machine in general terms, with the name of the GPU that was used."""
    import torch

    info = Path("/proc/cpuinfo")
    lines = info.read_text("utf-8").splitlines() if info.is_file() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    machine = {
        "processor": model,
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
    }
    return machine if device == "cpu" else {**machine, "gpu": torch.cuda.get_device_name(device)}


def _per_class(photographs: Photographs, scores: Array) -> list[dict[str, Any]]:
    best, labels = scores.argmax(1), photographs.valid.labels
    return [
        {
            "name": photographs.names[index],
            "images": int((labels == index).sum()),
            "top1": round(float((best[labels == index] == index).mean()), 4),
            "taken_for": photographs.names[_rival(best[labels == index], index)],
        }
        for index in range(CLASSES)
    ]


def _rival(best: Array, index: int) -> int:
    counts = np.bincount(best, minlength=CLASSES)
    counts[index] = -1
    return int(counts.argmax())


def _rounded(row: dict[str, float]) -> dict[str, float]:
    return {key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()}


def write_json(path: Path, data: dict[str, Any], indent: int | None = 1) -> None:
    """Write `data` to `path`, moved into place atomically."""
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(data, indent=indent) + "\n", "utf-8")
    partial.replace(path)
