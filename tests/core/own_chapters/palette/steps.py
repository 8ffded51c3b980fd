"""Its work: k-means over the mean colour of every probe image."""

from collections.abc import Iterator, Sequence

import numpy as np

from atlas.pipeline.pack import unpack_webp
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext


def palettes(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    from sklearn.cluster import KMeans

    from atlas.probes import decode

    for task in tasks:
        parts = (context.store.get(digest).arrays for digest in task.needs["probes"])
        means = np.concatenate([decode(unpack_webp(arrays)).mean((1, 2)) for arrays in parts])
        found = KMeans(task.parameters["colours"], n_init=4, random_state=task.parameters["seed"]).fit(means)
        order = np.argsort(-np.bincount(found.labels_), kind="stable")
        images = np.bincount(found.labels_)[order]
        yield Entry({"rgb": np.rint(found.cluster_centers_[order]).astype(np.uint8), "images": images}, {})


RUN = {"palettes": palettes}
