"""Pages -> bytes. The one place of Jinja."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import jinja2
from markupsafe import Markup, escape

from atlas import __version__
from atlas.errors import AtlasError
from atlas.figures import words as caption_words
from atlas.figures.cite import SUFFIXES, cite, issue_date
from atlas.figures.metadata import highwire, image_object
from atlas.figures.places import figure_page, layer_page
from atlas.folder import Folder
from atlas.measured import AtlasResults, Figure
from atlas.templates import template_folder
from atlas.views import LAYER_VIEWS, words
from atlas.views.desk import Desk, Entry, Place, Sheet
from atlas.views.entry import entry
from atlas.views.page import Item, Page


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
            auto_reload=False,  # else each page asks the disk whether its templates changed
        )
        self._jinja.filters.update(
            num=caption_words.number,
            pct=caption_words.percent,
            tiny=caption_words.tiny,
            first_name=caption_words.first_name,
            fixed=words.fixed,
            whole=words.whole,
            size=words.size,
            plural=words.plural,
            text=_text,
            letter=words.letter,
            attr=_attribute,
            dense=_dense,
            on=_on,
        )
        self._jinja.globals.update(
            networks=[(network.spec, self.desk.hues[network.spec.name]) for network in self.desk.networks],
            more="r" * bool(results.recurrent) + "g" * bool(results.generators),  # what the menu has besides
            version=__version__,
            base_url=base_url.rstrip("/"),
            issued=issue_date().isoformat(),
            layer_page=layer_page,
            figure_page=figure_page,
            citations=self.citations,
            in_words=lambda figure: cite(figure, "text", base_url=base_url),
            highwire=lambda figure: highwire(figure, base_url=base_url, issued=issue_date()),
            json_ld=self.json_ld,
        )

    def citations(self, figure: Figure) -> list[tuple[str, str, str]]:
        """(format, file suffix, text) of the citations of a figure for reference managers."""
        return [(name, suffix, cite(figure, name, base_url=self.desk.base_url)) for name, suffix in SUFFIXES.items()]

    def json_ld(self, figures: Sequence[Figure]) -> str:
        """The figures of a page for search engines, safe inside a script element."""
        data = [image_object(figure, base_url=self.desk.base_url, issued=issue_date()) for figure in figures]
        said = json.dumps(data if len(data) > 1 else data[0], ensure_ascii=False, separators=(",", ":"))
        return said.replace("<", "\\u003c")

    def render(self, page: Page) -> bytes:
        """The page as the bytes of an HTML file; a template that lacks something names the page."""
        template = self._templates.get(page.template) or self._jinja.get_template(page.template)
        self._templates[page.template] = template
        try:
            return template.render(page.context, root=page.root, path=page.path).encode()
        except jinja2.UndefinedError as error:
            raise AtlasError(f"templates/{page.template} cannot be filled for {page.path}: {error}.") from error

    def print_layer(self, place: Place, folder: Folder) -> Entry:
        """Write the pages of a layer; what is kept of it."""
        network = self.desk.network(place[0])
        sheet = Sheet(self.desk, network, network.load(place[1]))
        for view in LAYER_VIEWS.values():
            self.print_all(view(sheet), folder)
        return entry(sheet)

    def print_all(self, items: Iterator[Item], folder: Folder) -> None:
        """Write pages and files as they come."""
        for item in items:
            folder.write(item.path, self.render(item) if isinstance(item, Page) else item.data)


def _on(figures: Iterable[Figure], path: str) -> list[Figure]:
    """Those of the figures that are on the page at `path`."""
    return [figure for figure in figures if figure.page.partition("#")[0] == path]


def _text(value: str) -> Markup:
    """`value` as the text of an element, where quotation marks need no escape (in attributes they do)."""
    return Markup(value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _attribute(value: str) -> Markup:
    """`value` as the value of an attribute, without quotation marks where HTML needs none."""
    return Markup(value if _plain(value) else f'"{escape(value)}"')


_plain = re.compile(r"[\w./-]+").fullmatch


def _dense(markup: str) -> Markup:
    """Without line breaks, for pages that exist by the thousand: each line must begin or end with a tag."""
    return Markup(str(markup).replace("\n", ""))
