"""The work on probe images: make each part, gather the facts of all. Runs in worker processes, as all steps."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

from atlas.core.errors import ProbeError
from atlas.pipeline.store import Entry
from atlas.pipeline.task import Task
from atlas.pipeline.worker import StepContext


def probes(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Make one part of the probe set."""
    from atlas.pipeline.pack import pack_part

    for task in tasks:
        source = context.load("probe source", task.parameters["probes"], context.recipe.probes.open)
        yield pack_part(source.make(task.parameters["part"]))


def probe_set(context: StepContext, tasks: Sequence[Task]) -> Iterator[Entry]:
    """Gather the facts of all images; the digest covers every byte that a network sees."""
    for task in tasks:
        parts = [context.store.get(digest) for digest in task.needs["probes"]]
        _check_images(task.parameters["name"], parts)
        digest = hashlib.sha256(b"".join(part.arrays["webp"].tobytes() for part in parts)).hexdigest()
        facts = {
            **task.parameters,
            "digest": digest,
            "images": [image for part in parts for image in part.facts["images"]],
            "skipped": [skipped for part in parts for skipped in part.facts["skipped"]],
            "sizes": [len(part.facts["images"]) for part in parts],
        }
        yield Entry({}, facts)


def _check_images(name: str, parts: Sequence[Entry]) -> None:
    """ProbeError, with the first reasons, for a probe set none of whose images can be used."""
    if not any(part.facts["images"] for part in parts):
        skipped = [f"{bad['place']}: {bad['reason']}" for part in parts for bad in part.facts["skipped"]]
        raise ProbeError(
            f"The probe set {name} holds no image that can be used; {len(skipped)} were passed over "
            f"({'; '.join(skipped[:3])}). Name another with --set probes=…"
        )


RUN = {"probes": probes, "probe_set": probe_set}
