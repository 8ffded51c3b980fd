"""Chromium, and sites from files and from a sub-path."""

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest
from filelock import FileLock
from playwright.sync_api import sync_playwright

from tests.fixtures.sites import pages_of

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
def sites(built_site, small_site, diagnosed_site, tmp_path_factory):
    """A folder with all sites: `atlas`, and those of the small results, for kinds of pages that the tiny atlas lacks."""
    folder = tmp_path_factory.mktemp("served") / "some"
    folder.mkdir()
    for name, site in (("atlas", built_site), ("small", small_site), ("diagnosed", diagnosed_site)):
        (folder / name).symlink_to(site, target_is_directory=True)
    return folder


@pytest.fixture(scope="session")
def served(sites):
    """The address of the folder of sites, below a sub-path, as GitHub Pages has them."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(sites.parent)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/some"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="session")
def opened(built_site):
    """The address of the tiny atlas as files."""
    return built_site.as_uri()


@pytest.fixture(scope="session")
def kinds(built, sites):
    """For every template the page with the most markup that it made, from the first site that has one."""
    found = {}
    with FileLock(f"{built.site}.pages.lock"):
        pages = {"atlas": pages_of(built.site, built.results())}
    pages |= {name: pages_of((sites / name).resolve()) for name in ("small", "diagnosed")}
    for site, made in pages.items():
        for template, paths in made.items():
            heaviest = max(paths, key=lambda path: (sites / site / path).stat().st_size)
            found.setdefault(template, f"{site}/{heaviest}")
    return found


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
    """Pages of the tiny atlas by name."""
    units = sorted(int(folder.name) for folder in (built_site / LAYER).iterdir() if folder.name.isdecimal())
    pictures = (built_site / "pictures/efficientnet-lite0/block3b").glob("*.avif")
    drawn = sorted(int(file.stem) for file in pictures if file.stem.isdecimal())
    cell = next((built_site / "recurrent/char-lstm/cells").glob("*/index.html")).relative_to(built_site).as_posix()
    return {
        "home": "index.html",
        "layer": f"{LAYER}/index.html",
        "map": f"{LAYER}/map/index.html",
        "unit": f"{LAYER}/{drawn[0]}/index.html",
        "plain unit": f"{LAYER}/{next(unit for unit in units if unit not in drawn)}/index.html",
        "class": "networks/efficientnet-lite0/logits/207/index.html",
        "figure": "figures/efficientnet-lite0/block3b/map/index.html",
        "about": "about/index.html",
        "search": "search/index.html",
        "recurrent": "recurrent/index.html",
        "cell": cell,
        "direction": "generative/face-dcgan/sefa-0/index.html",
    }
