"""Its work: read the probe images, hand them to the science, pack the record."""

from collections.abc import Iterator, Sequence

import numpy as np
from atlas.chapters.palette.clusters import cluster_colours

from atlas.core.pack import pack
from atlas.pipeline.pack import unpack_webp
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext


def palettes(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    from atlas.probes import decode

    for task in tasks:
        parts = (context.store.get(digest).arrays for digest in task.needs["probes"])
        means = np.concatenate([decode(unpack_webp(arrays)).mean((1, 2)) for arrays in parts])
        yield Entry(*pack(cluster_colours(means, task.parameters["colours"], seed=task.parameters["seed"])))


RUN = {"palettes": palettes}
