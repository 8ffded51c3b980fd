"""What the steps of one worker process share: its network, loaded once."""

from __future__ import annotations

from functools import lru_cache

from atlas.build.plan import Task
from atlas.build.recipe import spec_of, weights_folder
from atlas.types import Network


@lru_cache(maxsize=1)
def network(name: str, device: str) -> Network:
    """The network of this worker, loaded once."""
    from atlas.memory import keep_memory
    from atlas.weights import load

    keep_memory()
    loaded = load(spec_of(name), weights_folder())
    loaded.module.to(device)
    return loaded


def network_of(task: Task) -> Network:
    """The network that a task is about."""
    return network(task.parameters["network"], task.parameters["device"])
