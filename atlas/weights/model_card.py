"""Model cards, which lie beside the embedded weights as JSON: the one reader. No torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from atlas.core.errors import WeightsError
from atlas.core.report import ClassScore, GateBlock, Gates, MeanAblation, ModelCard
from atlas.core.sources import EmbeddedFile, WeightSource
from atlas.core.specs import NetworkSpec
from atlas.weights import EMBEDDED


def read_card(spec: NetworkSpec, folder: Path = EMBEDDED) -> ModelCard | None:
    """The model card of a network that this project trained, None for any other.

    Raises WeightsError as `card_data` does.
    """
    data = card_data(spec.weights, folder)
    # A discriminator shares the file of its generator, and the card beside that is the generator's.
    return card_of(data) if data is not None and data["network"] == spec.name else None


def read_gates(spec: NetworkSpec, folder: Path = EMBEDDED) -> Gates | None:
    """The gate statistics of a network with squeeze-and-excitation that this project trained, None for any other."""
    data = _read(spec.weights, ".gates.json", folder)
    return None if data is None else gates_of(data)


def card_data(weights: WeightSource, folder: Path = EMBEDDED) -> dict[str, Any] | None:
    """The model card beside embedded weights as plain data; None for weights from elsewhere and where there is no card.

    Raises:
        WeightsError: the card cannot be read, or is that of other weights.
    """
    data = _read(weights, ".json", folder)
    if data is not None and data["weights"]["sha256"] != weights.sha256:
        digest = data["weights"]["sha256"]
        raise WeightsError(
            f"The model card of {data['network']} in {folder} belongs to the weights {digest[:12]}…, but "
            f"the network pins {weights.sha256[:12]}…. Copy both from one run of `atlas train`."
        )
    return data


def _read(weights: WeightSource, suffix: str, folder: Path) -> dict[str, Any] | None:
    path = (folder / weights.file).with_suffix(suffix) if isinstance(weights, EmbeddedFile) else None
    if path is None or not path.is_file():
        return None
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} cannot be read ({error}). Install the package again.") from error
    return data


def card_of(data: dict[str, Any]) -> ModelCard:
    """The record of a card from its plain data, as `atlas.train.ship.model_card` writes it."""
    return ModelCard(
        sha256=data["weights"]["sha256"],
        bytes=data["weights"]["bytes"],
        precision=data["weights"]["precision"],
        statistics_of=data["weights"]["statistics_of"],
        parameters=data["parameters"],
        multiply_adds=data["multiply_adds"],
        top1=data["accuracy"]["top1"],
        top5=data["accuracy"]["top5"],
        images=data["accuracy"]["images"],
        classes=tuple(ClassScore(**row) for row in data["classes"]),
        recipe=data["recipe"],
        teacher=data["teacher"],
        notes=tuple(data["notes"]),
        curve=tuple(data["curve"]),
        data=data["data"],
        licence=data["licence"],
        hardware=data["hardware"],
        seconds=data["seconds"],
    )


def gates_of(data: dict[str, Any]) -> Gates:
    """The record of gate statistics from their plain data, as `atlas.train.gates.gate_statistics` writes them."""
    return Gates(
        images=data["images"],
        top1=data["accuracy"]["top1"],
        ablation=_ablation(data["all_fixed"]),
        blocks=tuple(
            GateBlock(
                path=block["path"],
                mean=np.array(block["mean"]),
                std=np.array(block["std"]),
                by_class=np.array(block["by_class"]),
                between=block["between"],
                ablation=_ablation(block["fixed"]),
            )
            for block in data["blocks"]
        ),
    )


def _ablation(data: dict[str, Any]) -> MeanAblation:
    return MeanAblation(data["top1"], data.get("lost"), data.get("gained"))
