"""What the first view of each kind of page of a built site loads: `python -m tests.browser.first_view site`.

Prints bytes by page and width, the heaviest first, and fails if one is above the limit. Pages are those with the most markup of
each kind, so a site of 16,000 pages takes a minute or two.
"""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

LIMIT = 300_000  # bytes
WIDTHS = (1440, 390)
KINDS = {
    "home": "index.html",
    "network": "networks/*/index.html",
    "layer": "networks/*/*/index.html",
    "unit": "networks/*/*/[0-9]*/index.html",
    "map": "networks/*/*/map/index.html",
    "classes": "classes/*/index.html",
    "class": "classes/*/*/index.html",
    "gates": "networks/*/gates/index.html",
    "diagnosis": "networks/*/diagnosis/index.html",
    "figure": "figures/*/*/map/index.html",
    "heat maps": "heatmaps/index.html",
    "wall": "heatmaps/wall/*/index.html",
    "wall of a class": "heatmaps/wall/*/*/index.html",
    "decisions": "heatmaps/decisions/*/index.html",
    "decision": "heatmaps/decisions/*/*/index.html",
    "agreement": "heatmaps/depths/index.html",
    "methods": "heatmaps/methods/index.html",
    "method": "heatmaps/methods/*/index.html",
    "spectra": "heatmaps/spectra/index.html",
    "scores": "heatmaps/scores/index.html",
    "scores of a network": "heatmaps/scores/*/index.html",
    "recurrent": "recurrent/*.html",
    "cells": "recurrent/*/cells/index.html",
    "cell": "recurrent/*/cells/*/index.html",
    "generators": "generative/index.html",
    "generator": "generative/*/index.html",
    "direction or layer": "generative/*/*/index.html",
    "dissected unit": "generative/*/*/[0-9]*/index.html",
    "images": "images/**/index.html",
    "search": "search/index.html",
    "index": "search/?/**/index.html",
    "about": "about/index.html",
    "findings": "findings/index.html",
    "glossary": "glossary/index.html",
}
LOADED = """[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def heaviest(site: Path, each: int = 3) -> Iterator[tuple[str, str]]:
    """(kind, path) of the pages with the most bytes of markup of each kind."""
    for kind, pattern in KINDS.items():
        found = sorted(site.glob(pattern), key=lambda path: (-path.stat().st_size, path))
        yield from ((kind, path.relative_to(site).as_posix()) for path in found[:each])


def measure(browser: Browser, address: str, width: int) -> int:
    """Bytes that a page loads before anyone scrolls."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(address, wait_until="networkidle")
    loaded: int = page.evaluate(LOADED)
    context.close()
    return loaded


def main(site: Path) -> int:
    """Measure and print; 1 if a first view is too heavy."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    root, rows = f"http://127.0.0.1:{server.server_port}", []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for kind, path in heaviest(site):
            rows += [(measure(browser, f"{root}/{path}", width), width, kind, path) for width in WIDTHS]
        browser.close()
    for loaded, width, kind, path in sorted(rows, reverse=True):
        print(f"{loaded / 1000:7.0f} kB {width:5} px  {kind:10} {path}")
    return int(max(rows)[0] > LIMIT)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
