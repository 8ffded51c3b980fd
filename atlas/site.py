"""Results -> the site in a folder. The one place of Jinja; the same results give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from atlas import __version__
from atlas.errors import AtlasError
from atlas.figures import words as caption_words
from atlas.figures.cite import FORMATS, SUFFIXES, cite, issue_date
from atlas.figures.metadata import highwire, image_object
from atlas.figures.network import network_figures
from atlas.figures.places import figure_page, layer_page, probe_file
from atlas.folder import Folder
from atlas.types import AtlasResults, Figure
from atlas.views import ATLAS_VIEWS, LAYER_VIEWS, words
from atlas.views.desk import Chapter, Desk, Entry, Sheet
from atlas.views.entry import entry
from atlas.views.page import Item, Page

PLACES = (Path(__file__).parent / "_templates", Path(__file__).parents[1] / "templates")  # wheel, checkout

Progress = Callable[[str, int, int], None]  # what is written, layers done, layers in all


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
    facts: Mapping[str, Any] | None = None,
    progress: Progress | None = None,
) -> SiteSummary:
    """Write the site of `results` into `out`, one layer at a time; `facts` are added to its atlas.json.

    `base_url` is the address that the site will have, for citations; "" where it has none yet. `key` goes into
    atlas.json, so that a later build knows whether the site is up to date. Files that an older build wrote and this one
    did not are removed; nothing else in the folder is touched.
    """
    press = Press(results, out, base_url)
    with Folder(out) as folder:
        for path, data in statics():
            folder.write(path, data)
        if results.probes.publish:
            for part in results.parts():
                for image, data in zip(part.images, part.webp, strict=True):
                    folder.write(probe_file(image.id), data)
        chapters = _layers(press, folder, progress)
        for view in ATLAS_VIEWS.values():
            press.print_all(view(press.desk, chapters), folder)
        summary = _summary(results, folder, chapters)
        record = overview(press.desk, chapters, summary, key) | dict(facts or {})
        folder.write("atlas.json", (json.dumps(record, ensure_ascii=False, indent=1, default=_plain) + "\n").encode())
        removed = folder.finish()
    return SiteSummary(**vars(summary) | {"removed": removed, "files": len(folder.written)})


def _layers(press: Press, folder: Folder, progress: Progress | None) -> tuple[Chapter, ...]:
    """Write the pages of every layer; only its entry is kept."""
    desk = press.desk
    total, done, chapters = sum(len(network.layer_names) for network in desk.networks), 0, []
    for network in desk.networks:
        entries: list[Entry] = []
        for name in network.layer_names:
            if progress:
                progress(f"{network.spec.name}/{name}", done, total)
            sheet = Sheet(desk, network, network.load(name))
            for view in LAYER_VIEWS.values():
                press.print_all(view(sheet), folder)
            entries.append(entry(sheet))
            done += 1
        chapters.append(Chapter(network, desk.hues[network.spec.name], tuple(entries)))
    return tuple(chapters)


class Press:
    """Renders pages: Jinja with autoescape on and undefined names an error."""

    def __init__(self, results: AtlasResults, out: Path, base_url: str) -> None:
        self.desk = Desk(results, out, base_url)
        self._templates: dict[str, jinja2.Template] = {}
        self._jinja = jinja2.Environment(
            loader=jinja2.FileSystemLoader(template_folder()),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._jinja.filters.update(
            num=caption_words.number,
            pct=caption_words.percent,
            first_name=caption_words.first_name,
            fixed=words.fixed,
            whole=words.whole,
            size=words.size,
            plural=words.plural,
        )
        self._jinja.globals.update(
            networks=[(network.spec, self.desk.hues[network.spec.name]) for network in self.desk.networks],
            version=__version__,
            base_url=base_url.rstrip("/"),
            issued=issue_date().isoformat(),
            layer_page=layer_page,
            figure_page=figure_page,
            citations=self.citations,
            highwire=lambda figure: highwire(figure, base_url=base_url, issued=issue_date()),
            json_ld=self.json_ld,
        )

    def citations(self, figure: Figure) -> list[tuple[str, str, str]]:
        """(format, file suffix, text) of every citation of a figure."""
        return [(name, SUFFIXES[name], cite(figure, name, base_url=self.desk.base_url)) for name in FORMATS]

    def json_ld(self, figure: Figure) -> str:
        """The figure for search engines, safe inside a script element."""
        data = image_object(figure, base_url=self.desk.base_url, issued=issue_date())
        return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c")

    def render(self, page: Page) -> bytes:
        """The page as the bytes of an HTML file; a template that lacks something names the page."""
        template = self._templates.get(page.template) or self._jinja.get_template(page.template)
        self._templates[page.template] = template
        try:
            return template.render(page.context, root=page.root, path=page.path).encode()
        except jinja2.UndefinedError as error:
            raise AtlasError(f"templates/{page.template} cannot be filled for {page.path}: {error}.") from error

    def print_all(self, items: Iterator[Item], folder: Folder) -> None:
        """Write pages and files as they come."""
        for item in items:
            folder.write(item.path, self.render(item) if isinstance(item, Page) else item.data)


def template_folder() -> Path:
    """Where the templates lie: in the installed package or beside it in a checkout."""
    for place in PLACES:
        if (place / "base.html").is_file():
            return place
    raise AtlasError(f"The package lacks its templates (looked in {PLACES[0]} and {PLACES[1]}). Reinstall it.")


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
        figures=1 + whole + sum(layer.figures for layer in layers),
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
    spec = chapter.network.spec
    return {
        "name": spec.name,
        "title": spec.title,
        "year": spec.year,
        "parameters": chapter.network.parameters,
        "weights": spec.weights.sha256,
        "layers": [
            {"name": layer.name, "units": layer.units, "receptive_field": layer.field, "pictures": layer.pictures}
            for layer in chapter.layers
        ],
    }


def _plain(value: Any) -> Any:
    """numpy scalars among a recipe's values as what JSON knows."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return str(value)
