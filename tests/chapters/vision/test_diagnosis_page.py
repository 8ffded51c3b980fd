"""The page of the diagnosis of AlexNet and ZFNet, and its figures: numbers against the records that they come from."""

from dataclasses import replace

import numpy as np
import pytest

from atlas.chapters.vision.figures.diagnosis import dead, deconv_sheet, diagnosis_figures, findings, pair
from atlas.chapters.vision.pages import PAGES
from atlas.publish.catalogue import find
from atlas.publish.cite import cite
from atlas.publish.context import AtlasContext
from atlas.publish.export import write_figure
from atlas.publish.page import Page
from atlas.publish.site import renderer_of
from tests.fixtures.results import make_results, with_chapter, with_diagnosis


@pytest.fixture(scope="module")
def results():
    return with_diagnosis(make_results())


def test_a_recipe_without_the_pair_has_no_such_page(results, tmp_path):
    alone = with_chapter(results, "networks", results.networks[:1])
    for some in (make_results(), alone):
        assert pair(some) is None
        assert diagnosis_figures(some) == ()
        assert list(PAGES["diagnosis"](AtlasContext(some, tmp_path), ())) == []


def test_planted_dead_filters_are_found_and_named(results):
    (_, first), _ = pair(results)
    assert dead(first) == [3, 5]
    assert dead(replace(first, positive=np.ones(8), spread=np.ones(8))) == []
    caption = find(results, "zfnet-64/diagnosis-dead").caption
    assert caption.count("2 dead filters (3 and 5)") == 2


def test_findings_compare_beyond_the_spread_of_units(results):
    text = findings(pair(results))
    assert "With stride 4, 30\u202f% of the power" in text and "with stride 2, 10\u202f%" in text
    assert "(less aliasing)" in text
    assert text.endswith("(no difference beyond two standard errors over units).")
    one, two = pair(results)
    assert "(more aliasing)" in findings((two, one))
    alive = [(network, replace(found, positive=np.ones(8), spread=np.ones(8))) for network, found in (one, two)]
    assert "Neither network has dead filters here (0 of 8, 0 of 8)." in findings(tuple(alive))


def test_the_page_shows_every_figure_and_links_the_units(results, tmp_path):
    renderer = renderer_of(AtlasContext(results, tmp_path))
    items = list(PAGES["diagnosis"](renderer.context, ()))
    [page] = [item for item in items if isinstance(item, Page)]
    assert page.path == "networks/zfnet-64/diagnosis/index.html"
    text = renderer.render(page).decode()
    for figure in diagnosis_figures(results):
        assert f'id="{figure.page.partition("#")[2]}"' in text
        assert figure.page.startswith(page.path)
        assert "alexnet-64 sha256:" in cite(figure, "bibtex") and "zfnet-64 sha256:" in cite(figure, "bibtex")
        assert find(results, figure.id) == figure
    assert '<a href="../../alexnet-64/conv1/3/index.html">filter 3</a>' in text
    assert '<a href="../../zfnet-64/conv2/6/index.html">6</a>' in text
    files = {item.path for item in items if not isinstance(item, Page)}
    assert files == set(find(results, "zfnet-64/diagnosis-deconvnet").files)


def test_images_that_may_not_be_shown_are_not_on_the_sheet(results):
    (_, found), _ = pair(results)
    assert deconv_sheet(found, seen=True).shape == (78, 26, 3)
    assert np.array_equal(deconv_sheet(found, seen=False)[1:12, 14:25], found.projected[1, 0])
    closed = replace(results, probes=replace(results.probes, publish=False))
    assert find(closed, "zfnet-64/diagnosis-deconvnet").licence == "CC-BY-4.0"
    assert "AND" in find(results, "zfnet-64/diagnosis-deconvnet").licence


@pytest.mark.parametrize("kind", ["dead", "filters", "maps", "deconvnet"])
def test_every_figure_is_drawn(results, tmp_path, kind):
    figure = find(results, f"zfnet-64/diagnosis-{kind}")
    assert write_figure(results, figure, "png", tmp_path).read_bytes().startswith(b"\x89PNG")
