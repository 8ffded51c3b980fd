"""Citation metadata of a figure: Highwire tags, schema.org's ImageObject, and XMP for its image files."""

from __future__ import annotations

from datetime import date
from posixpath import dirname, relpath
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from atlas.core.licences import LICENCE_URLS
from atlas.core.results import Figure
from atlas.publish.cite import ATLAS, permalink
from atlas.publish.imprint import Imprint
from atlas.publish.places import LICENCES_PAGE
from atlas.publish.words import one_line

# IPTC's term for a picture that a trained network helped to make.
SYNTHETIC = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"


def highwire(figure: Figure, *, base_url: str, issued: date, imprint: Imprint = ATLAS) -> tuple[tuple[str, str], ...]:
    """The `citation_*` meta tags (name, content) that reference managers read."""
    url = permalink(figure, base_url)
    return (
        ("citation_title", one_line(figure.title)),
        ("citation_author", one_line(imprint.author)),
        ("citation_publication_date", f"{issued:%Y/%m/%d}"),
        *((("citation_public_url", url),) if url else ()),
    )


def image_object(figure: Figure, *, base_url: str, issued: date, imprint: Imprint = ATLAS) -> dict[str, Any]:
    """The figure as a schema.org ImageObject (JSON-LD); addresses are relative to its page while the site has none."""
    figure = imprint.stamped(figure)
    licences = licence_urls(figure.licence)
    files = [address(file, figure, base_url) for file in figure.files]
    return {
        "@context": "https://schema.org",
        "@type": "ImageObject",
        "identifier": figure.id,
        "name": one_line(figure.title),
        "creator": {"@type": "Organization", "name": one_line(imprint.author)},
        "creditText": one_line(figure.attribution),
        "license": licences[0] if len(licences) == 1 else licences,
        "acquireLicensePage": address(LICENCES_PAGE, figure, base_url),
        "datePublished": issued.isoformat(),
        **({"contentUrl": files[0]} if len(files) == 1 else {}),
    }


def address(path: str, figure: Figure, base_url: str) -> str:
    """`path` of the site as an absolute address, or relative to the figure's page while the site has none."""
    if base_url:
        return f"{base_url.rstrip('/')}/{path}"
    return relpath(path, dirname(figure.page.partition("#")[0]) or ".")


def licence_urls(expression: str) -> list[str]:
    """The addresses of the licences in an SPDX expression; those without a known address are left out."""
    return [LICENCE_URLS[name] for name in expression.split(" AND ") if name in LICENCE_URLS]


def xmp(figure: Figure, base_url: str = "", *, brief: bool = False, imprint: Imprint = ATLAS) -> str:
    """An XMP packet with title, credit and licence, for `add_itxt("XML:com.adobe.xmp", …)` or `save(xmp=…)`.

    `cc:license` is there only where one licence holds for the whole figure; `dc:rights` lists all. `brief`, for files
    that exist by the thousand, leaves out the title and what another field contains too.
    """
    figure = imprint.stamped(figure)
    attributes = "".join(f" {name}={quoteattr(value)}" for name, value in _plain(figure, base_url).items() if value)
    body = "" if brief else _nested(figure, imprint.author)
    used = (name for name in _NAMESPACES if f"{name}:" in f"{attributes}{body}")
    spaces = "".join(f' xmlns:{name}="{_NAMESPACES[name]}"' for name in used)
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about=""{spaces}{attributes}>{body}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )


def _plain(figure: Figure, base_url: str) -> dict[str, str]:
    """The properties that are attributes; "" where there is none."""
    return {
        "dc:identifier": permalink(figure, base_url) or one_line(figure.id),
        "photoshop:Credit": one_line(figure.attribution) if len(figure.attribution) < 200 else "",
        "xmpRights:WebStatement": LICENCE_URLS.get(figure.licence, ""),
        "Iptc4xmpExt:DigitalSourceType": SYNTHETIC if figure.kind == "channel" else "",
    }


def _nested(figure: Figure, author: str) -> str:
    """The properties that are elements."""
    elements = {
        "dc:title": _alt(figure.title),
        "dc:creator": f"<rdf:Seq><rdf:li>{escape(one_line(author))}</rdf:li></rdf:Seq>",
        "dc:rights": _alt(f"{figure.licence}: {figure.attribution}"),
    }
    licence = LICENCE_URLS.get(figure.licence)
    body = "".join(f"<{name}>{value}</{name}>" for name, value in elements.items())
    return body + (f"<cc:license rdf:resource={quoteattr(licence)}/>" if licence else "")


_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "cc": "http://creativecommons.org/ns#",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}


def _alt(text: str) -> str:
    return f'<rdf:Alt><rdf:li xml:lang="x-default">{escape(one_line(text))}</rdf:li></rdf:Alt>'
