"""The written site as a whole: every link leads somewhere, the bytes repeat, nothing foreign, nothing left over."""

import gzip
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import accumulate
from pathlib import Path
from posixpath import dirname, join, normpath
from urllib.parse import unquote, urldefrag

import jinja2
import pytest

from atlas.chapters.vision.pages import LAYER_PAGES, PAGES
from atlas.chapters.vision.pages.context import LayerContext, NetworkSummary
from atlas.chapters.vision.pages.summary import summary
from atlas.core.errors import AtlasError, StoreError
from atlas.publish.catalogue import all_ids
from atlas.publish.context import AtlasContext
from atlas.publish.folder import MANIFEST, recorded
from atlas.publish.page import Page
from atlas.publish.site import renderer_of, write
from atlas.publish.templates import template_folder
from tests.fixtures.results import make_results, with_chapter, with_diagnosis

HOSTILE = "<script>alert(1)</script>"


class Reader(HTMLParser):
    """Ids, links, loaded files and script texts of a page."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.loads, self.inline, self.h1 = set(), [], [], [], 0
        self._script = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.h1 += tag == "h1"
        if "id" in found:
            assert found["id"] not in self.ids, f"id {found['id']} twice"
            self.ids.add(found["id"])
        if tag == "a":
            self.links.append(found["href"])
        if tag in ("img", "script") and "src" in found:
            self.loads.append(found["src"])
        if tag == "link" and found["rel"] in ("stylesheet", "icon"):
            self.loads.append(found["href"])
        style = found.get("style") or ""
        self.loads += [part.split(")")[0].strip("'\"") for part in style.split("url(")[1:]]
        self._script = tag == "script" and "src" not in found
        if self._script:
            self.inline.append(found.get("type"))


def read(site):
    """The pages of a site by path."""
    return {
        path.relative_to(site).as_posix(): Reader(path.read_text(encoding="utf-8")) for path in site.rglob("*.html")
    }


@pytest.fixture(scope="module")
def pages(site):
    return read(site)


def reached(pages, start="index.html"):
    """The pages that links lead to from `start`, over any number of others."""
    found, left = {start}, [start]
    while left:
        path = left.pop()
        targets = {urldefrag(link)[0] for link in pages[path].links if not link.startswith("https://")} - {""}
        places = {normpath(join(dirname(path), unquote(target))) for target in targets}
        new = {place for place in places if place in pages} - found
        found |= new
        left += new
    return found


def test_every_page_is_reached_from_home(pages, diagnosed_site):
    for one in (pages, read(diagnosed_site)):
        assert not set(one) - reached(one)


def test_a_page_that_nothing_links_is_not_reached():
    one = Reader('<a href="b.html">b</a>')
    assert reached({"index.html": one, "b.html": Reader('<a href="index.html#x">home</a>'), "c.html": one}) == {
        "index.html",
        "b.html",
    }


def test_every_link_and_file_is_there(site, pages):
    dead = []
    for path, page in pages.items():
        for address in [*page.links, *page.loads]:
            if address.startswith(("https://", "data:")):
                continue
            target, anchor = urldefrag(address)
            place = normpath(join(dirname(path), unquote(target))) if target else path
            if not (site / place).is_file() or (anchor and anchor not in pages[place].ids):
                dead.append((path, address))
    assert not dead


def test_nothing_is_loaded_from_another_host(pages):
    assert not [load for page in pages.values() for load in page.loads if "//" in load and not load.startswith("data:")]
    assert not next(iter(template_folder().rglob("*.css"))).read_text().count("http")


def test_no_script_is_inline_and_every_page_has_one_heading(pages):
    for path, page in pages.items():
        assert set(page.inline) <= {"application/ld+json"}, path
        assert page.h1 == 1, path


def test_every_figure_is_shown_and_its_files_exist(site, pages):
    from atlas.publish.catalogue import find

    results = make_results()
    for figure_id in all_ids(results):
        figure = find(results, figure_id)
        target, anchor = urldefrag(figure.page)
        assert target in pages, figure_id
        assert not anchor or anchor in pages[target].ids, figure.page
        assert all((site / file).is_file() for file in figure.files), figure_id


def test_the_same_results_give_the_same_bytes_with_any_number_of_workers(site, tmp_path):
    told = []
    summary = write(make_results(), tmp_path, workers=2, reopen=make_results, progress=lambda *said: told.append(said))
    first = {path.relative_to(site): path.read_bytes() for path in site.rglob("*") if path.is_file()}
    second = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert first == second
    assert summary.files == len(first) - 1  # without the manifest
    units = {
        f"{made.spec.name}/{layer.name}": layer.units for made in make_results().networks for layer in made.spec.layers
    }
    assert sorted(place for place, *_ in told) == ["", *sorted(units)]
    assert [done for _, done, _ in told] == list(accumulate(units.get(place, 0) for place, *_ in told))
    assert {total for *_, total in told} == {sum(units.values())}


def broken_results():
    results = make_results()
    return with_chapter(results, "networks", tuple(replace(network, load=_refuse) for network in results.networks))


def _refuse(name):
    raise StoreError(f"The store entry of {name} is corrupt. Delete it.")


def test_an_error_in_a_worker_comes_out_as_it_was_raised(tmp_path):
    with pytest.raises(StoreError, match=r"The store entry of \w+ is corrupt\. Delete it\."):
        write(make_results(), tmp_path, workers=2, reopen=broken_results)


def test_a_hostile_class_name_stays_text(tmp_path):
    names = (HOSTILE, *make_results().class_names("fixture-12")[1:])
    write(make_results(class_names=lambda _: names), tmp_path)
    for path in tmp_path.rglob("*.html"):
        assert HOSTILE not in path.read_text(encoding="utf-8"), path
    assert "&lt;script&gt;" in (tmp_path / "networks/efficientnet-lite0/logits/0/index.html").read_text()
    assert not [path for path in tmp_path.rglob("*.js") if b"<script" in path.read_bytes()]


def test_unpublished_probe_images_leave_no_trace(tmp_path):
    results = make_results()
    write(replace(results, probes=replace(results.probes, publish=False)), tmp_path)
    assert not list((tmp_path / "i").rglob("*"))
    assert not list((tmp_path / "pictures").rglob("examples-*.avif"))


def test_files_of_an_older_build_are_removed_and_nothing_else(tmp_path):
    (tmp_path / "README.md").write_text("kept")
    (tmp_path / "mine.txt").write_text("kept")
    write(make_results(), tmp_path)
    old = {path for path in tmp_path.rglob("*") if path.is_file()}
    results = make_results()
    summary = write(with_chapter(results, "networks", results.networks[:1]), tmp_path)
    assert summary.removed > 100
    assert not (tmp_path / "networks/twin").exists()
    assert (tmp_path / "README.md").read_text() == (tmp_path / "mine.txt").read_text() == "kept"
    assert {path for path in tmp_path.rglob("*") if path.is_file()} < old


def test_files_of_an_interrupted_build_are_removed_by_the_next(tmp_path):
    results = make_results()

    def stop(place, _done, _total):
        if place == "twin/block3b":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(results, tmp_path, progress=stop)
    assert (tmp_path / "networks/twin/stem").is_dir()
    write(with_chapter(results, "networks", results.networks[:1]), tmp_path)
    assert not (tmp_path / "networks/twin").exists()
    assert not list(tmp_path.rglob("*.part"))


def test_the_manifest_names_every_file(site):
    listed = set(recorded(site))
    found = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    assert found == listed | {MANIFEST}


def test_atlas_json_counts_what_is_there(site, pages):
    data = json.loads((site / "atlas.json").read_text())
    assert [network["top1"] is None for network in data["networks"]] == [True, False]  # the second has a model card
    assert all(network["depth"] > 0 and network["multiply_adds"] > 0 for network in data["networks"])
    assert data["counts"]["pages"] == len(pages)
    assert data["counts"]["figures"] == len(list(all_ids(make_results())))
    assert data["counts"]["units"] == sum(layer["units"] for network in data["networks"] for layer in network["layers"])
    assert {(found["network"], found["layer"]) for found in data["maps"]} == {
        (network, layer) for network in ("efficientnet-lite0", "twin") for layer in ("stem", "block3b")
    }


def test_atlas_json_and_the_search_know_what_the_chapters_hold(site):
    data = json.loads((site / "atlas.json").read_text())
    shelves = json.loads((site / "search/shelves.js").read_text().split(",", 1)[1].removesuffix(");\n"))["shelves"]
    for found in data["recurrent"]:
        cells = sorted(int(path.parent.name) for path in site.glob(f"recurrent/{found['name']}/cells/*/index.html"))
        assert found["pages"] == len(cells)
        assert [shelf[6] for shelf in shelves if shelf[0] == f"recurrent/{found['name']}/cells"] == [cells] * bool(
            cells
        )
    for found in data["generators"]:
        for layer, units in found["units"].items():
            pages = {int(path.parent.name) for path in site.glob(f"generative/{found['name']}/{layer}/*/index.html")}
            assert units == len(pages) > 0
            [listed] = [shelf[6] for shelf in shelves if shelf[0] == f"generative/{found['name']}/{layer}"]
            assert set(listed) == pages
    assert any(found["pages"] for found in data["recurrent"])
    assert data["generators"]


def test_a_concept_and_an_attribute_lead_to_their_pages(site):
    """Without a script: the printed index names the cells that tell a concept and the directions that move an attribute."""
    index = "".join(path.read_text() for path in (site / "search").rglob("index.html"))
    words = dict(re.findall(r"<dt>([^<]*)</dt><dd>(.*?)</dd>", index, re.S))
    assert any("recurrent/" in links and "/cells/" in links for links in words.values())
    assert any("generative/" in links for links in words.values())


def carried(path):
    """Bytes of a page as a server sends it."""
    return len(gzip.compress(path.read_bytes()))


TUNED = 350  # bytes that the curves of an early unit may take


def test_every_unit_page_keeps_to_its_budget(site):
    """Bytes of a page count thousands of times; a picture that is cited there takes some more."""
    units = [path for path in site.glob("networks/*/*/*/index.html") if path.parent.name.isdecimal()]
    shown = {path: re.search('id="?channel', path.read_text(encoding="utf-8")) for path in units}
    size = {path: carried(path) - TUNED * ('id="tuning"' in path.read_text(encoding="utf-8")) for path in units}
    plain = [size[path] for path in units if not shown[path]]
    drawn = [size[path] for path in units if shown[path]]
    assert min(len(plain), len(drawn)) > 50
    assert sum(plain) / len(plain) < 2400, sum(plain) / len(plain)  # with room for what other chapters put into slots
    assert sum(drawn) / len(drawn) < 2800, sum(drawn) / len(drawn)
    assert max(plain + drawn) < 3000


def test_page_sizes(site):
    sizes = {path.relative_to(site).as_posix(): carried(path) for path in site.rglob("*.html")}
    assert max(sizes.values()) < 20_000, max(sizes, key=sizes.get)
    fonts = sum(path.stat().st_size for path in (site / "static/fonts").glob("*.woff2"))
    assert fonts < 120_000


@pytest.mark.parametrize("name", LAYER_PAGES)
def test_layer_page_renders(name, site):
    results = make_results()
    renderer = renderer_of(AtlasContext(results, site, "https://atlas.example"))
    network = renderer.context.networks[0]
    found = list(LAYER_PAGES[name](LayerContext(renderer.context, network, network.load("block3b"))))
    rendered = [renderer.render(item).decode() for item in found if isinstance(item, Page)]
    assert rendered
    assert all("https://atlas.example/" in text for text in rendered)


@pytest.mark.parametrize("name", PAGES)
def test_network_page_renders(name, site):
    renderer = renderer_of(AtlasContext(with_diagnosis(make_results()), site, "https://atlas.example"))
    summaries = tuple(
        NetworkSummary(
            network,
            0,
            tuple(summary(LayerContext(renderer.context, network, network.load(own))) for own in network.layer_names),
        )
        for network in renderer.context.networks  # the second has a card and gates; both have the same classes
    )
    found = list(PAGES[name](renderer.context, summaries))
    assert [renderer.render(item) for item in found if isinstance(item, Page)]


def test_a_template_that_lacks_something_names_the_page(tmp_path):
    renderer = renderer_of(AtlasContext(make_results(), tmp_path))
    with pytest.raises(AtlasError, match=r"about\.html cannot be filled for about/x\.html"):
        renderer.render(Page("about/x.html", "about.html", {}))
    with pytest.raises(jinja2.TemplateNotFound):
        renderer.render(Page("x.html", "nowhere.html", {}))


def test_writing_a_site_needs_no_torch():
    code = (
        "import sys, atlas.publish.site; sys.exit(any(name in sys.modules for name in ('torch', 'timm', 'matplotlib')))"
    )
    done = subprocess.run([sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(Path.cwd())}, check=False)
    assert done.returncode == 0


def test_the_trail_of_a_unit_ends_with_its_number(site):
    for unit in (0, 3):
        text = (site / f"networks/twin/block3b/{unit}/index.html").read_text(encoding="utf-8")
        assert f'<span aria-current="page">{unit}</span>' in text
        assert '<a href="../index.html">block3b</a>' in text
