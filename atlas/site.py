"""Results -> the site in a folder. The same results give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from atlas import __version__
from atlas.errors import AtlasError
from atlas.figures.catalogue import CHAPTERS
from atlas.figures.cell import named_cells
from atlas.figures.cite import issue_date
from atlas.figures.network import network_figures
from atlas.figures.places import probe_file
from atlas.folder import Folder
from atlas.measured import AtlasResults, GeneratorResults, RecurrentResults
from atlas.pool import pool
from atlas.press import Press
from atlas.templates import template_folder
from atlas.views import ATLAS_VIEWS
from atlas.views.desk import Chapter, Desk, Entry, Place

Progress = Callable[[str, int, int], None]  # the layer that is written, units done, units in all
Reopen = Callable[[], AtlasResults]


@dataclass(frozen=True)
class SiteSummary:
    """What was written."""

    pages: int
    files: int
    bytes: int
    figures: int
    units: int
    removed: int  # files of an older build


def write(
    results: AtlasResults,
    out: Path,
    *,
    base_url: str = "",
    key: str = "",
    workers: int = 1,
    reopen: Reopen | None = None,
    progress: Progress = lambda _layer, _done, _total: None,
) -> SiteSummary:
    """Write the site of `results` into `out`, layer by layer; the bytes do not depend on `workers`.

    More than one worker process needs `reopen`, which makes the same results anew in each (they hold open doors to the
    store, which cannot be handed over).

    `base_url` is the address that the site will have, for citations; "" where it has none yet. `key` goes into
    atlas.json, so that a later build knows whether the site is up to date. Files that an older build wrote and this one
    did not are removed; nothing else in the folder is touched.
    """
    press = Press(results, out, base_url)
    with Folder(out) as folder:
        for path, data in statics():
            folder.write(path, data)
        if results.probes.publish:
            every = (data for part in results.parts() for data in part.webp)
            for index, data in enumerate(every):
                folder.write(probe_file(index), data)
        entries = _entries(press, folder, reopen, workers, progress)
        chapters = _chapters(press.desk, entries)
        for view in ATLAS_VIEWS.values():
            press.print_all(view(press.desk, chapters), folder)
        summary = _summary(results, folder, chapters)
        record = overview(press.desk, chapters, summary, key)
        folder.write("atlas.json", (json.dumps(record, ensure_ascii=False, indent=1, default=_plain) + "\n").encode())
        removed = folder.finish()
    return SiteSummary(**vars(summary) | {"removed": removed, "files": len(folder.written)})


def _entries(
    press: Press, folder: Folder, reopen: Reopen | None, workers: int, progress: Progress
) -> dict[Place, Entry]:
    """Write the pages of every layer; only its entry is kept."""
    units = {place: press.desk.network(place[0]).spec.layer(place[1]).units for place in _places(press.desk)}
    total, done, entries = sum(units.values()), 0, dict[Place, Entry]()
    progress("", done, total)
    made = _apart(press, folder, reopen, workers, units) if workers > 1 and reopen else _here(press, folder)
    for place, entry in made:
        entries[place] = entry
        done += units[place]
        progress("/".join(place), done, total)
    return entries


def _here(press: Press, folder: Folder) -> Iterator[tuple[Place, Entry]]:
    for place in _places(press.desk):
        yield place, press.print_layer(place, folder)


def _apart(
    press: Press, folder: Folder, reopen: Reopen, workers: int, units: Mapping[Place, int]
) -> Iterator[tuple[Place, Entry]]:
    """In worker processes, the layers with the most units first."""
    with pool(min(workers, len(units)), _open, (reopen, folder.root, press.desk.base_url)) as workshop:
        jobs = {workshop.submit(_layer, place): place for place in sorted(units, key=lambda place: -units[place])}
        for job in as_completed(jobs):
            entry, written = _result(job, jobs[job])
            folder.adopt(written)
            yield jobs[job], entry


def _result(job: Future[tuple[Entry, dict[str, int]]], place: Place) -> tuple[Entry, dict[str, int]]:
    try:
        return job.result()
    except BrokenProcessPool as error:
        raise AtlasError(
            f"A worker process died while it wrote the pages of {'/'.join(place)} (killed, or out of memory). The "
            "results are kept: run the same command again, with --jobs 1 if memory is short."
        ) from error
    except AtlasError:
        raise
    except Exception as error:
        error.add_note(f"while writing the pages of {'/'.join(place)}")
        raise


_press: list[Press] = []  # of a worker process, made once


def _open(reopen: Reopen, out: Path, base_url: str) -> None:
    _press.append(Press(reopen(), out, base_url))


def _layer(place: Place) -> tuple[Entry, dict[str, int]]:
    """In a worker: write the pages of one layer; its entry, and the files with their bytes."""
    [press] = _press
    with Folder(press.desk.out) as folder:
        return press.print_layer(place, folder), folder.written


def _places(desk: Desk) -> list[Place]:
    return [(network.spec.name, name) for network in desk.networks for name in network.layer_names]


def _chapters(desk: Desk, entries: Mapping[Place, Entry]) -> tuple[Chapter, ...]:
    return tuple(
        Chapter(
            network,
            desk.hues[network.spec.name],
            tuple(entries[network.spec.name, name] for name in network.layer_names),
        )
        for network in desk.networks
    )


def statics() -> Iterator[tuple[str, bytes]]:
    """The files that are the same in every atlas: style sheet, scripts, fonts with their licences."""
    folder = template_folder() / "static"
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield f"static/{file.relative_to(folder).as_posix()}", file.read_bytes()


def _summary(results: AtlasResults, folder: Folder, chapters: tuple[Chapter, ...]) -> SiteSummary:
    whole = sum(len(network_figures(results, chapter.network)) for chapter in chapters)
    layers = [layer for chapter in chapters for layer in chapter.layers]
    return SiteSummary(
        pages=sum(path.endswith(".html") for path in folder.written),
        files=len(folder.written),
        bytes=sum(folder.written.values()),
        figures=1
        + whole
        + sum(layer.figures for layer in layers)
        + sum(1 for made in CHAPTERS.values() for _ in made(results)),
        units=sum(layer.units for layer in layers),
        removed=0,
    )


def overview(desk: Desk, chapters: tuple[Chapter, ...], summary: SiteSummary, key: str) -> dict[str, Any]:
    """The content of atlas.json: the build for programs."""
    results = desk.results
    return {
        "key": key,
        "version": __version__,
        "issued": issue_date().isoformat(),
        "base_url": desk.base_url,
        "counts": {name: value for name, value in vars(summary).items() if name != "removed"}
        | {"pictures": sum(layer.pictures for chapter in chapters for layer in chapter.layers)},
        "networks": [_network(chapter) for chapter in chapters],
        "recurrent": [_recurrent(network) for network in results.recurrent],
        "generators": [_generator(generator) for generator in results.generators],
        "maps": [
            {"network": chapter.network.spec.name, "layer": layer.name, "n": layer.map_images, **layer.map}
            for chapter in chapters
            for layer in chapter.layers
            if layer.map
        ],
        "probes": {
            "name": results.probes.name,
            "digest": results.probes.digest,
            "images": len(results.probes.images),
            "skipped": len(results.probes.skipped),
        },
        "recipe": dict(results.recipe),
        "versions": dict(results.versions),
        "seconds": dict(results.seconds),
    }


def _network(chapter: Chapter) -> dict[str, Any]:
    spec, card = chapter.network.spec, chapter.network.card
    return {
        "name": spec.name,
        "title": spec.title,
        "year": spec.year,
        "parameters": chapter.network.parameters,
        "multiply_adds": chapter.network.structure.multiply_adds,
        "depth": chapter.network.structure.depth,
        "top1": card.top1 if card else None,  # as measured on the validation images of its card; else unknown here
        "top5": card.top5 if card else None,
        "weights": spec.weights.sha256,
        "layers": [
            {"name": layer.name, "units": layer.units, "receptive_field": layer.field, "pictures": layer.pictures}
            for layer in chapter.layers
        ],
    }


def _recurrent(network: RecurrentResults) -> dict[str, Any]:
    spec = network.spec
    return {
        "name": spec.name,
        "title": spec.title,
        "kind": spec.cell,
        "cells": spec.cells,
        "pages": len(named_cells(network)),
    }


def _generator(generator: GeneratorResults) -> dict[str, Any]:
    return {
        "name": generator.spec.name,
        "title": generator.spec.title,
        "directions": len(generator.facts["directions"]["directions"]),
        "units": {
            layer: len(generator.arrays["dissections"][f"{layer}/units"])
            for layer in generator.facts["dissections"]["layers"]
        },
    }


def _plain(value: Any) -> Any:
    """numpy scalars among a recipe's values as what JSON knows."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return str(value)
