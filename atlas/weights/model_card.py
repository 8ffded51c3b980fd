"""Reads the model cards that lie beside the embedded weights: plain JSON, no torch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from atlas.core.errors import WeightsError
from atlas.core.report import ClassScore, GateBlock, Gates, Held, ModelCard
from atlas.core.sources import EmbeddedFile
from atlas.core.specs import NetworkSpec
from atlas.weights.load import EMBEDDED


def read_card(spec: NetworkSpec, folder: Path = EMBEDDED) -> ModelCard | None:
    """The model card of a network that this project trained, else None. WeightsError for a card of other weights."""
    data = _read(spec, ".json", folder)
    # A discriminator lies in its generator's file, and the card beside that is the generator's.
    if data is None or data["network"] != spec.name:
        return None
    if data["weights"]["sha256"] != spec.weights.sha256:
        raise WeightsError(
            f"The model card of {spec.name} in {folder} belongs to the weights {data['weights']['sha256'][:12]}…, but the "
            f"network pins {spec.weights.sha256[:12]}…. Copy both from one run of `atlas train`."
        )
    return card_of(data)


def read_gates(spec: NetworkSpec, folder: Path = EMBEDDED) -> Gates | None:
    """Gate statistics of a network with squeeze-and-excitation that this project trained, else None."""
    data = _read(spec, ".gates.json", folder)
    return None if data is None else gates_of(data)


def _read(spec: NetworkSpec, suffix: str, folder: Path) -> dict[str, Any] | None:
    if not isinstance(spec.weights, EmbeddedFile):
        return None
    path = (folder / spec.weights.file).with_suffix(suffix)
    if not path.is_file():
        return None
    try:
        found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise WeightsError(f"{path} cannot be read ({error}). Install the package again.") from error
    return found


def card_of(data: dict[str, Any]) -> ModelCard:
    """The record of a card's plain data, as `atlas.train.ship.model_card` writes it."""
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
    """The record of gate statistics, as `atlas.train.gates.gate_statistics` writes them."""
    return Gates(
        images=data["images"],
        top1=data["accuracy"]["top1"],
        all_held=_held(data["all_fixed"]),
        blocks=tuple(
            GateBlock(
                path=block["path"],
                mean=np.array(block["mean"]),
                std=np.array(block["std"]),
                by_class=np.array(block["by_class"]),
                between=block["between"],
                held=_held(block["fixed"]),
            )
            for block in data["blocks"]
        ),
    )


def _held(data: dict[str, Any]) -> Held:
    return Held(data["top1"], data.get("lost"), data.get("gained"))
