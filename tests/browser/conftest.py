"""Chromium, and the tiny atlas' site served from a sub-path."""

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import sync_playwright

LAYER = "networks/efficientnet-lite0/block3b"


@pytest.fixture(scope="session")
def chromium():
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("The browser tests need chromium: install it (Debian: apt-get install chromium) and run again.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="session")
def served(built_site, tmp_path_factory):
    """The site's address below a sub-path, as GitHub Pages has it."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "some").mkdir()
    (folder / "some" / "atlas").symlink_to(built_site, target_is_directory=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/some/atlas"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def opened(built_site):
    """The site's address as files."""
    return built_site.as_uri()


@pytest.fixture
def visit(chromium):
    """Opens a page and collects what went wrong in it; `visit(address, width=…, scripts=…)`."""
    contexts = []

    def open_page(address, *, width=1440, scripts=True):
        context = chromium.new_context(viewport={"width": width, "height": 900}, java_script_enabled=scripts)
        contexts.append(context)
        page = context.new_page()
        page.problems, page.asked = [], []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda said: page.problems.append(said.text) if said.type in ("error", "warning") else None)
        page.on("requestfailed", lambda request: page.problems.append(f"failed: {request.url}"))
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(address, wait_until="networkidle")
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def paths(built_site):
    """One page of every kind."""
    pictured = min(int(file.stem) for file in (built_site / "pictures/efficientnet-lite0/block3b").glob("[0-9]*.avif")
                   if file.stem.isdecimal())  # fmt: skip
    units = sorted(int(folder.name) for folder in (built_site / LAYER).iterdir() if folder.name.isdecimal())
    drawn = {int(file.stem) for file in (built_site / "pictures/efficientnet-lite0/block3b").glob("*.avif")
             if file.stem.isdecimal()}  # fmt: skip
    plain = next(unit for unit in units if unit not in drawn)
    cell = next((built_site / "recurrent/char-lstm/cells").glob("*/index.html")).relative_to(built_site).as_posix()
    letter = next((built_site / "search").glob("?/index.html")).relative_to(built_site).as_posix()
    return {
        "home": "index.html",
        "network": "networks/efficientnet-lite0/index.html",
        "layer": f"{LAYER}/index.html",
        "map": f"{LAYER}/map/index.html",
        "unit": f"{LAYER}/{pictured}/index.html",
        "plain unit": f"{LAYER}/{plain}/index.html",
        "class": "networks/efficientnet-lite0/logits/207/index.html",
        "figure": "figures/efficientnet-lite0/block3b/map/index.html",
        "images": "images/index.html",
        "about": "about/index.html",
        "search": "search/index.html",
        "letter": letter,
        "recurrent": "recurrent/index.html",
        "reliance": "recurrent/reliance.html",
        "cells": "recurrent/char-lstm/cells/index.html",
        "cell": cell,
        "generators": "generative/index.html",
        "generator": "generative/face-dcgan/index.html",
        "passport": "generative/face-dcgan/sefa-0/index.html",
        "dissection": "generative/face-dcgan/layer2/index.html",
        "drawn unit": next((built_site / "generative/face-dcgan/layer2").glob("*/index.html"))
        .relative_to(built_site)
        .as_posix(),
    }
