"""What the chapter's tasks are about: the images, and a network on its folded graph, loaded once a worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from atlas.core.seeds import name_seed
from atlas.core.specs import Array, Network, NetworkSpec, ProbeImage
from atlas.networks import NETWORKS
from atlas.pipeline.pack import unpack_part
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext

if TYPE_CHECKING:
    from torch import Tensor

    from atlas.methods.attribution.explained import Explained


@dataclass(frozen=True)
class ExplainedImages:
    """Images of the probe set with their pixels [B, S, S, 3] uint8 and masks."""

    images: tuple[ProbeImage, ...]
    pixels: Array
    masks: tuple[Array | None, ...]

    def seeds(self, seed: int) -> list[int]:
        """A seed for each image, from its id."""
        return [name_seed(image.id, seed) for image in self.images]


def images_of(context: StepContext, task: Task, which: str) -> ExplainedImages:
    """The images of the wall (`which` = "wall"), or those that scores are over ("evaluated")."""

    def read() -> ExplainedImages:
        from atlas.probes import decode

        entry = context.store.get(task.needs["images"][0])
        part, places = unpack_part(entry), entry.facts[which]
        return ExplainedImages(
            tuple(part.images[place] for place in places),
            decode([part.webp[place] for place in places]),
            tuple(part.masks[place] for place in places),
        )

    return context.load(f"explained {which}", task.needs["images"][0], read)


def spec_of(context: StepContext, task: Task) -> NetworkSpec:
    """The network of the recipe that a task is about, else the registered one."""
    name = task.parameters["network"]
    return next((network.spec for network in context.recipe.networks if network.name == name), None) or NETWORKS[name]


def network_of(context: StepContext, task: Task) -> Network:
    """The network itself, with its weights."""

    def load() -> Network:
        from atlas.weights import load as load_network

        return load_network(spec_of(context, task), context.recipe.weights_folder)

    return context.load("network", (task.parameters["network"], "cpu"), load)


def explained_of(context: StepContext, task: Task) -> Explained:
    """Its folded graph to the class logits, with a tap at every map."""

    def make() -> Explained:
        from atlas.methods.attribution.explained import Explained

        network = network_of(context, task)
        return Explained(network, layers=[layer for layer in network.spec.layers if layer.spatial])

    return context.load("explained", task.parameters["network"], make)


def inputs_of(context: StepContext, task: Task, which: str) -> Tensor:
    """The normalized images of `which`, [B, 3, S, S]."""

    def make() -> Tensor:
        from atlas.methods.prepare import prepare

        return prepare(network_of(context, task), images_of(context, task, which).pixels)

    return context.load(f"inputs {which}", (task.parameters["network"], task.needs["images"][0]), make)
