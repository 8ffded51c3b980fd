"""Results -> the site in a folder. The same results give the same bytes."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from atlas import __version__
from atlas.core.chapter import Chapter, chapters, parts
from atlas.core.errors import AtlasError
from atlas.core.results import AtlasResults
from atlas.probes.webp import for_site
from atlas.publish.cite import issue_date
from atlas.publish.context import AtlasContext
from atlas.publish.finding import Findings
from atlas.publish.folder import Folder
from atlas.publish.index import IndexEntries
from atlas.publish.page import Item, MenuEntry, Piece
from atlas.publish.pages import about, findings, glossary, images, search
from atlas.publish.places import probe_file
from atlas.publish.renderer import Renderer
from atlas.publish.templates import template_folder
from atlas.runtime.processes import processes

Progress = Callable[[str, int, int], None]  # the piece that is written, units done, units in all
Reopen = Callable[[], AtlasResults]
Written = Mapping[str, Any]  # by piece, what a chapter keeps of it
RECORD = "atlas.json"  # written last: it says that the site is whole
WHOLE = (
    MenuEntry("Findings", findings.PAGE),
    MenuEntry("Images", images.PAGE),
    MenuEntry("Index", search.PAGE),
    MenuEntry("About", about.PAGE),
)


class PagesPart(Protocol):
    """The part `pages` of a chapter.

    A chapter with very many pages cuts itself into pieces, which are written by several processes: it also offers
    `pieces(context)`, names with the number of units in each, and `piece(context, name)`, a `Piece`. A chapter may
    offer `findings(context, written)`, the `Findings` about it and its networks (`atlas.publish.finding`).
    """

    def pages(self, context: AtlasContext, written: Written) -> Iterator[Item]:
        """Its pages and files but for those of pieces, of which `written` says what was kept."""

    def menu(self, context: AtlasContext) -> Sequence[MenuEntry]:
        """Its links in the menu of every page."""

    def index(self, context: AtlasContext, written: Written) -> Iterable[IndexEntries]:
        """What search and the printed index find in it."""

    def counts(self, context: AtlasContext, written: Written) -> Mapping[str, int]:
        """How many figures it has, and what else it counts."""

    def record(self, context: AtlasContext, written: Written) -> Mapping[str, Any]:
        """What `atlas.json` says of it."""


@dataclass(frozen=True)
class SiteSummary:
    """What was written."""

    pages: int
    files: int
    bytes: int
    figures: int
    units: int
    pictures: int
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
    """Write the site of `results` into `out`, piece by piece; the bytes do not depend on `workers`.

    More than one worker process needs `reopen`, which makes the same results anew in each (they hold open doors to the
    store, which cannot be handed over).

    `base_url` is the address that the site will have, for citations; "" where it has none yet. `key` goes into
    atlas.json, so that a later build knows whether the site is up to date. Files that an older build wrote and this one
    did not are removed; nothing else in the folder is touched.
    """
    context = AtlasContext(results, out, base_url)
    with Folder(out) as folder:
        folder.forget(RECORD)  # with the key of the older site: one that is not whole is never called up to date
        for path, data in statics():
            folder.write(path, data)
        if results.probes.publish:
            every = (for_site(data) for part in results.parts() for data in part.webp)
            for index, data in enumerate(every):
                folder.write(probe_file(index), data)
        renderer = renderer_of(context)
        written = _pieces(renderer, folder, reopen, workers, progress)
        for chapter, part in parts("pages"):
            renderer.render_all(part.pages(context, written[chapter.name]), folder)
        entries = [one for chapter, part in parts("pages") for one in part.index(context, written[chapter.name])]
        renderer.render_all(search.pages(entries), folder)
        renderer.render_all(findings.pages(_findings(context, written)), folder)
        renderer.render_all(glossary.pages(), folder)
        for page in (about, images):
            renderer.render_all(page.pages(context), folder)
        summary = _summary(context, folder, written)
        record = overview(context, written, summary, key)
        folder.write(RECORD, (json.dumps(record, ensure_ascii=False, indent=1, default=_plain) + "\n").encode())
        removed = folder.finish()
    return SiteSummary(**vars(summary) | {"removed": removed, "files": len(folder.written)})


def _findings(context: AtlasContext, written: Mapping[str, Written]) -> list[Findings]:
    """What the chapters found, in their order."""
    found = [(chapter.name, part) for chapter, part in parts("pages") if hasattr(part, "findings")]
    return [group for name, part in found for group in part.findings(context, written[name])]


def renderer_of(context: AtlasContext) -> Renderer:
    """What renders the pages of `context`, with the menu of all chapters."""
    return Renderer(context, [*(entry for _, part in parts("pages") for entry in part.menu(context)), *WHOLE])


def _pieces(
    renderer: Renderer, folder: Folder, reopen: Reopen | None, workers: int, progress: Progress
) -> dict[str, dict[str, Any]]:
    """Write the pieces of all chapters; by chapter what is kept of each."""
    cut = {chapter.name: part.pieces(renderer.context) for chapter, part in parts("pages") if hasattr(part, "pieces")}
    units = {(chapter, piece): count for chapter, pieces in cut.items() for piece, count in pieces.items()}
    total, done = sum(units.values()), 0
    written: dict[str, dict[str, Any]] = {chapter.name: {} for chapter in chapters()}
    progress("", done, total)
    made = (
        _apart(renderer, folder, reopen, workers, units) if workers > 1 and reopen else _here(renderer, folder, units)
    )
    for (chapter, piece), summary in made:
        written[chapter][piece] = summary
        done += units[chapter, piece]
        progress(piece, done, total)
    return written


Place = tuple[str, str]  # chapter, piece
PieceWritten = tuple[object, dict[str, int], dict[str, str]]  # what is kept of it; bytes and SHA-256 of its files


def _here(renderer: Renderer, folder: Folder, units: Mapping[Place, int]) -> Iterator[tuple[Place, object]]:
    for place in units:
        yield place, _write_piece(renderer, folder, place)


def _write_piece(renderer: Renderer, folder: Folder, place: Place) -> object:
    """Write the pages of one piece; what its chapter keeps of it."""
    chapter: Chapter = next(one for one in chapters() if one.name == place[0])
    made: Piece = chapter.part("pages").piece(renderer.context, place[1])
    renderer.render_all(made.items, folder)
    return made.summary()


def _apart(
    renderer: Renderer, folder: Folder, reopen: Reopen, workers: int, units: Mapping[Place, int]
) -> Iterator[tuple[Place, object]]:
    """In worker processes, those with the most units first."""
    arguments = (reopen, folder.root, renderer.context.base_url)
    with processes(min(workers, max(len(units), 1)), _open, arguments) as workshop:
        jobs = {workshop.submit(_job, place): place for place in sorted(units, key=lambda place: -units[place])}
        for job in as_completed(jobs):
            summary, written, digests = _result(job, jobs[job][1])
            folder.adopt(written, digests)
            yield jobs[job], summary


def _result(job: Future[PieceWritten], piece: str) -> PieceWritten:
    try:
        return job.result()
    except BrokenProcessPool as error:
        raise AtlasError(
            f"A worker process died while it wrote the pages of {piece} (killed, or out of memory). The "
            "results are kept: run the same command again, with --jobs 1 if memory is short."
        ) from error
    except AtlasError:
        raise
    except Exception as error:
        error.add_note(f"while writing the pages of {piece}")
        raise


def _open(reopen: Reopen, out: Path, base_url: str) -> Renderer:
    """What a worker process begins with."""
    return renderer_of(AtlasContext(reopen(), out, base_url))


def _job(renderer: Renderer, place: Place) -> PieceWritten:
    """In a worker: write one piece; what is kept of it, and the files with their bytes and digests."""
    with Folder(renderer.context.out) as folder:
        return _write_piece(renderer, folder, place), folder.written, folder.digests


def statics() -> Iterator[tuple[str, bytes]]:
    """The files that are the same in every atlas: style sheet, scripts, fonts with their licences."""
    folder = template_folder() / "static"
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        yield f"static/{file.relative_to(folder).as_posix()}", file.read_bytes()


def _summary(context: AtlasContext, folder: Folder, written: Mapping[str, Written]) -> SiteSummary:
    counts = Counter[str]()
    for chapter, part in parts("pages"):
        counts.update(part.counts(context, written[chapter.name]))
    return SiteSummary(
        pages=sum(path.endswith(".html") for path in folder.written),
        files=len(folder.written),
        bytes=sum(folder.written.values()),
        figures=counts["figures"],
        units=counts["units"],
        pictures=counts["pictures"],
        removed=0,
    )


def overview(context: AtlasContext, written: Mapping[str, Written], summary: SiteSummary, key: str) -> dict[str, Any]:
    """The content of atlas.json: the build for programs."""
    results, said = context.results, dict[str, Any]()
    for chapter, part in parts("pages"):
        said |= part.record(context, written[chapter.name])
    return {
        "key": key,
        "version": __version__,
        "issued": issue_date().isoformat(),
        "base_url": context.base_url,
        "counts": {name: value for name, value in vars(summary).items() if name != "removed"},
        **said,
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


def _plain(value: Any) -> Any:
    """numpy scalars among a recipe's values as what JSON knows."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return str(value)
