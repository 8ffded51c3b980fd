"""The network that a task is about, loaded once a worker."""

from __future__ import annotations

from atlas.core.specs import Network, NetworkSpec
from atlas.networks import NETWORKS
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext


def spec_of(context: StepContext, task: Task) -> NetworkSpec:
    """The network of the recipe that a task is about, else the registered one."""
    name = task.parameters["network"]
    return next((network.spec for network in context.recipe.networks if network.name == name), None) or NETWORKS[name]


def network_of(context: StepContext, task: Task) -> Network:
    """The same with its weights, on the task's device."""
    device: str = task.parameters["device"]

    def load() -> Network:
        from atlas.weights import load as load_network

        loaded = load_network(spec_of(context, task), context.recipe.weights_folder)
        loaded.module.to(device)
        return loaded

    return context.load("network", (task.parameters["network"], device), load)
