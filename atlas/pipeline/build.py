"""Build an atlas: compute what the store lacks, then write the site unless it is up to date."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import atlas
from atlas.core.chapter import chapters
from atlas.core.sources import RandomWeights
from atlas.networks.labels import class_names
from atlas.pipeline.plan import Plan
from atlas.pipeline.run import Progress, run
from atlas.pipeline.store import Store, canonical
from atlas.publish.folder import is_whole
from atlas.publish.templates import template_folder
from atlas.runtime.lock import alone

SOURCES = Path(atlas.__file__).parent


@dataclass(frozen=True)
class Built:
    """What a build leaves behind."""

    index: Path | None  # None when there is no site: random weights
    written: bool  # False when the site was up to date
    facts: Mapping[str, Any]  # the content of atlas.json

    @property
    def told(self) -> str:
        """In words: what the site holds, and how to open it."""
        counts = self.facts.get("counts", {})
        told = ", ".join(f"{value:,} {name}" for name, value in counts.items() if name != "bytes")
        size = f"{counts.get('bytes', 0) / 1e6:,.1f} MB"
        return (
            f"{'Wrote' if self.written else 'Up to date:'} {told}, {size}.\n"
            f"Open {self.index} in a browser, or run `atlas serve`."
        )


def build(
    plan: Plan,
    store: Store,
    out: Path,
    *,
    workers: int,
    progress: Progress,
    say: Callable[[str], None],
    layer_done: Callable[[str, int, int], None] = lambda _layer, _done, _total: None,
) -> Built:
    """Build the atlas of `plan` into the folder `out`. Raises AtlasError with the way out; finished work is kept.

    `layer_done` is told the layers as their pages are written: name, units done, units in all. With random weights no
    site is written.
    """
    run(plan, store, workers=workers, progress=progress)
    invented = [network.name for network in plan.recipe.networks if isinstance(network.spec.weights, RandomWeights)]
    if invented:
        say(f"No site is written: {', '.join(invented)} had random weights, which have learned nothing.")
        return Built(None, False, {})
    with alone(out, lambda: say(f"Another build writes {out}; waiting for it to end …")):
        return _write_unless_up_to_date(plan, store, out, workers=workers, say=say, layer_done=layer_done)


def _write_unless_up_to_date(
    plan: Plan,
    store: Store,
    out: Path,
    *,
    workers: int,
    say: Callable[[str], None],
    layer_done: Callable[[str, int, int], None],
) -> Built:
    key = site_key(plan)
    old = _read(out / "atlas.json")
    if old.get("key") == key and is_whole(out):
        return Built(out / "index.html", False, old)
    say("Writing the site …")
    from atlas.pipeline.results import read_results
    from atlas.publish.site import write

    reopen = partial(read_results, plan, store)
    base = plan.recipe.base_url
    write(reopen(), out, base_url=base, key=key, workers=workers, reopen=reopen, progress=layer_done)
    return Built(out / "index.html", True, _read(out / "atlas.json"))


def site_key(plan: Plan) -> str:
    """Digest of all that the site's bytes depend on: results, recipe, templates, the code of the package, the date."""
    code = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in _sources()}
    fields = {
        "tasks": [task.digest for task in plan.tasks],
        "recipe": plan.recipe.published(),
        "labels": [class_names(network.spec.labels) for network in plan.recipe.networks],
        "code": code,
        "version": atlas.__version__,
        "date": os.environ.get("SOURCE_DATE_EPOCH", ""),
    }
    return hashlib.sha256(canonical(fields).encode()).hexdigest()


def _sources() -> Iterator[tuple[str, Path]]:
    """The files that the site's bytes depend on beside results: the package without weights, chapters, templates."""
    folders = {"atlas": SOURCES, "templates": template_folder()}
    folders |= {chapter.package: Path(str(import_module(chapter.package).__path__[0])) for chapter in chapters()}
    for name, folder in folders.items():
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix not in (".pyc", ".safetensors", ".npz"):
                yield f"{name}/{path.relative_to(folder).as_posix()}", path


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found
