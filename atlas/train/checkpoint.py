"""The checkpoint of a training run: written in one atomic move, continued only with the same settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from atlas.core.errors import ConfigError

if TYPE_CHECKING:
    from torch import nn
    from torch.optim import Optimizer


class Resumable(Protocol):
    """A run that can be stopped and continued: `SAVED` names its attributes that change from step to step."""

    SAVED: ClassVar[tuple[str, ...]]
    folder: Path
    history: list[dict[str, float]]

    @property
    def module(self) -> nn.Module: ...
    @property
    def optimizer(self) -> Optimizer: ...
    def identity(self) -> dict[str, Any]:
        """The settings that must agree for a checkpoint to be continued."""
        ...


def save(run: Resumable) -> None:
    """Write checkpoint and log, each in one atomic move."""
    import torch

    run.folder.mkdir(parents=True, exist_ok=True)
    state = {
        "identity": run.identity(),
        "module": run.module.state_dict(),
        "optimizer": run.optimizer.state_dict(),
        **{name: getattr(run, name) for name in run.SAVED},
    }
    partial = run.folder / "checkpoint.pt.part"
    torch.save(state, partial)
    partial.replace(run.folder / "checkpoint.pt")
    log = run.folder / "log.jsonl.part"
    log.write_text("".join(json.dumps(row) + "\n" for row in run.history), "utf-8")
    log.replace(run.folder / "log.jsonl")


def resume(run: Resumable) -> bool:
    """Load the checkpoint in `run.folder` into `run`.

    False where there is none, ConfigError for one of other settings.
    """
    import torch

    path = run.folder / "checkpoint.pt"
    if not path.is_file():
        return False
    state = torch.load(path, map_location="cpu", weights_only=True)
    if state["identity"] != run.identity():
        raise ConfigError(
            f"{path} belongs to other settings; choose another folder or delete it. It has {state['identity']}"
        )
    run.module.load_state_dict(state["module"])
    run.optimizer.load_state_dict(state["optimizer"])
    for name in run.SAVED:
        setattr(run, name, state[name])
    return True
