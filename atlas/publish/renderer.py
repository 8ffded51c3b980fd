"""Pages -> bytes. The one place of Jinja."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import jinja2
from markupsafe import Markup

from atlas import __version__
from atlas.core.errors import AtlasError
from atlas.core.results import Figure
from atlas.publish import format, words
from atlas.publish.cite import SUFFIXES, cite, issue_date
from atlas.publish.context import AtlasContext
from atlas.publish.folder import Folder
from atlas.publish.metadata import highwire, image_object
from atlas.publish.page import Item, MenuEntry, Page
from atlas.publish.places import figure_page, layer_page
from atlas.publish.slots import fills
from atlas.publish.templates import template_folders


class Renderer:
    """Renders pages: Jinja with autoescape on and undefined names an error."""

    def __init__(self, context: AtlasContext, menu: Sequence[MenuEntry], *, whole: bool = True) -> None:
        """`whole`: the pages are those of a whole atlas, so that they can link its index, images and networks."""
        self.context = context
        self._templates: dict[str, jinja2.Template] = {}
        self._fills = fills()
        self._jinja = jinja2.Environment(
            loader=jinja2.FileSystemLoader(template_folders()),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # else each page asks the disk whether its templates changed
        )
        self._jinja.filters.update(
            num=words.number,
            pct=words.percent,
            tiny=words.tiny,
            fixed=format.fixed,
            whole=format.whole,
            size=format.size,
            plural=format.plural,
            text=_text,
            letter=format.letter,
            on=_on,
        )
        self._jinja.globals.update(
            networks=[(network.spec, context.hues[network.spec.name]) for network in context.networks],
            menu=menu,
            in_atlas=whole,
            version=__version__,
            base_url=context.base_url.rstrip("/"),
            issued=issue_date().isoformat(),
            layer_page=layer_page,
            images_credit=context.credit,
            imprint=context.imprint,
            figure_page=figure_page,
            citations=self.citations,
            in_words=self.cited,
            highwire=self.meta,
            json_ld=self.json_ld,
            slot=self.slot,
        )

    def citations(self, figure: Figure) -> list[tuple[str, str, str]]:
        """(format, file suffix, text) of the citations of a figure for reference managers."""
        return [(name, suffix, self.cited(figure, name)) for name, suffix in SUFFIXES.items()]

    def cited(self, figure: Figure, format: str = "text") -> str:
        """The citation of a figure of this atlas."""
        return cite(figure, format, base_url=self.context.base_url, imprint=self.context.imprint)

    def meta(self, figure: Figure) -> tuple[tuple[str, str], ...]:
        """The meta tags of a figure of this atlas."""
        return highwire(figure, base_url=self.context.base_url, issued=issue_date(), imprint=self.context.imprint)

    def json_ld(self, figures: Sequence[Figure]) -> str:
        """The figures of a page for search engines, safe inside a script element."""
        base, imprint = self.context.base_url, self.context.imprint
        data = [image_object(figure, base_url=base, issued=issue_date(), imprint=imprint) for figure in figures]
        said = json.dumps(data if len(data) > 1 else data[0], ensure_ascii=False, separators=(",", ":"))
        return said.replace("<", "\\u003c")

    @jinja2.pass_context
    def slot(self, page: jinja2.runtime.Context, name: str, *subject: Any) -> Markup:
        """What the chapters put into a slot of the page."""
        fillings = (filling for fill in self._fills[name] for filling in fill(self.context, *subject))
        return Markup("").join(
            Markup(self._template(filling.template).render(filling.values, root=page["root"], path=page["path"]))
            for filling in fillings
        )

    def _template(self, name: str) -> jinja2.Template:
        if name not in self._templates:
            self._templates[name] = self._jinja.get_template(name)
        return self._templates[name]

    def render(self, page: Page) -> bytes:
        """The page as the bytes of an HTML file; a template that lacks something names the page."""
        template = self._template(page.template)
        try:
            return template.render(page.context, root=page.root, path=page.path).encode()
        except jinja2.UndefinedError as error:
            raise AtlasError(f"templates/{page.template} cannot be filled for {page.path}: {error}.") from error

    def render_all(self, items: Iterator[Item], folder: Folder) -> None:
        """Write pages and files as they come."""
        for item in items:
            folder.write(item.path, self.render(item) if isinstance(item, Page) else item.data)


def _on(figures: Iterable[Figure], path: str) -> list[Figure]:
    """Those of the figures that are on the page at `path`."""
    return [figure for figure in figures if figure.page.partition("#")[0] == path]


def _text(value: str) -> Markup:
    """`value` as the text of an element, where quotation marks need no escape (in attributes they do)."""
    return Markup(value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))
