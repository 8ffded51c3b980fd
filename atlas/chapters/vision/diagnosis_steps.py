"""The step that examines the first two layers of AlexNet and ZFNet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from atlas.chapters.vision.loaded import network_of
from atlas.core.results import ReceptiveField
from atlas.core.specs import Array
from atlas.pipeline.pack import unpack_webp
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext


def diagnoses(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Spectra, aliasing, responses of the first filters, deconvnet pictures of the second layer."""
    from atlas.chapters.vision.diagnosis import spectra

    for task in tasks:
        network = network_of(context, task)
        total = sum(context.store.get(task.needs["probe_set"][0]).facts["sizes"])
        wanted = np.unique(np.linspace(0, total - 1, min(total, task.parameters["images"])).round().astype(int))
        arrays = spectra(network, _pixels(context, task, wanted.tolist()), device=task.parameters["device"])
        stats = context.store.get(task.needs["summary"][0]).arrays
        weights = network.module.get_parameter("conv1.weight").detach().float().cpu().numpy()
        arrays |= {
            "norms": np.sqrt((weights**2).sum((1, 2, 3))),
            "positive": stats["positive"],
            "spread": stats["std"],
        }
        yield Entry(arrays | _deconvnet(context, task), {"images": len(wanted), "probed": total})


def _deconvnet(context: StepContext, task: Task) -> dict[str, Array]:
    from atlas.chapters.vision.diagnosis import EACH, chosen_units, deconv_pictures

    network = network_of(context, task)
    layer = network.spec.layer(task.parameters["layers"][1]["name"])
    field = ReceptiveField(**context.store.get(task.needs["fields"][0]).facts["fields"][layer.name])
    table = context.store.get(task.needs["examples"][0]).arrays
    units = chosen_units(layer.units)
    image, value = table["image"][units, :EACH], table["value"][units, :EACH]
    there = image >= 0  # fewer than EACH probe images may exist
    pixels = _pixels(context, task, image[there].tolist())
    positions, device = table["position"][units, :EACH][there], task.parameters["device"]
    each = np.repeat(units, there.sum(1))
    seen, projected = deconv_pictures(network, layer, field, pixels, each, positions, device=device)
    pictures = {}
    for name, patches in (("seen", seen), ("projected", projected)):
        pictures[name] = np.full((*image.shape, *patches.shape[1:]), 128, np.uint8)
        pictures[name][there] = patches
    return {"units": units, "image": image, "value": value, **pictures}


def _pixels(context: StepContext, task: Task, wanted: Sequence[int]) -> Array:
    by_image = _by_image(context, task, wanted)
    return np.stack([by_image[index] for index in wanted])


def _by_image(context: StepContext, task: Task, wanted: Iterable[int]) -> dict[int, Array]:
    """The pixels of some probe images; only those are decoded."""
    from atlas.probes import decode

    found: dict[int, Array] = {}
    left, start = set(wanted), 0
    sizes = context.store.get(task.needs["probe_set"][0]).facts["sizes"]
    for digest, count in zip(task.needs["probes"], sizes, strict=True):
        here = sorted(index for index in left if start <= index < start + count)
        if here:
            webp = unpack_webp(context.store.get(digest).arrays)
            found |= {index: decode([webp[index - start]])[0] for index in here}
        start += count
    return found


RUN = {"diagnoses": diagnoses}
