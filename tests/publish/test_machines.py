"""What pages tell machines of their figures: Highwire tags and ImageObjects."""

import json
import re
from posixpath import dirname, join, normpath

import pytest

from atlas.core.chapter import parts
from atlas.publish.catalogue import all_ids
from tests.fixtures.results import make_results


def told_on(site, path):
    """A page's text, and the figures that its one script for machines lists."""
    text = (site / path).read_text(encoding="utf-8")
    [script] = re.findall(r"<script type=\"?application/ld\+json\"?>(.*?)</script>", text)
    told = json.loads(script)
    return text, told if isinstance(told, list) else [told]


@pytest.mark.parametrize(
    "path",
    ["index.html", "networks/twin/index.html", "networks/twin/block3b/index.html", "networks/twin/block3b/map/index.html",
     "networks/twin/gates/index.html", "figures/twin/block3b/map/index.html", "networks/twin/block3b/6/index.html"],
)  # fmt: skip
def test_pages_of_figures_tell_machines_what_they_show(site, path):
    text, figures = told_on(site, path)
    assert f'<meta name="citation_title" content="{figures[0]["name"]}">'.replace('"', "") in text.replace('"', "")
    for figure in figures:
        assert figure["identifier"] in set(all_ids(make_results()))
        for address in (figure["acquireLicensePage"], figure.get("contentUrl", figure["acquireLicensePage"])):
            assert (site / normpath(join(dirname(path), address))).is_file()


ON_THEIR_PAGES = [chapter for chapter, part in parts("figures") if not hasattr(part, "find")]  # others have too many


@pytest.mark.parametrize("chapter", ON_THEIR_PAGES, ids=lambda chapter: chapter.name)
def test_every_figure_of_a_chapter_is_told_to_machines_on_its_page(site, chapter):
    told: dict[str, set[str]] = {}
    for figure in chapter.part("figures").all_figures(make_results()):
        told.setdefault(figure.page.partition("#")[0], set()).add(figure.id)
    assert len(told) > 1
    for path, figures in told.items():
        text, objects = told_on(site, path)
        assert {one["identifier"] for one in objects} == figures, path
        assert text.count("citation_title") == 1, path
