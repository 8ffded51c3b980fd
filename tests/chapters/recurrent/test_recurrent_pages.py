"""The pages of the recurrent chapter on a small fixture: every figure with its check, plots as their geometry says."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from atlas.chapters.recurrent.errors import CAUSE_TITLES
from atlas.chapters.recurrent.figures import recurrent_figures
from atlas.chapters.recurrent.figures.cell import cells_page
from atlas.chapters.recurrent.pages import PAGES
from atlas.chapters.recurrent.pages import overview as recurrent
from atlas.chapters.recurrent.pages.browser import LEVELS, PAIRS, paired
from atlas.chapters.recurrent.records import chapter_of
from atlas.publish.context import AtlasContext
from atlas.publish.marks import LEFT, RIGHT, WIDTH, Row, marks, span_of
from atlas.publish.page import Page
from atlas.publish.site import renderer_of
from tests.fixtures.results import make_results


@pytest.fixture(scope="module")
def results():
    return make_results()


@pytest.fixture(scope="module")
def pages(results, tmp_path_factory):
    renderer = renderer_of(AtlasContext(results, tmp_path_factory.mktemp("site")))
    found = {}
    for view in ("recurrent", "reliance", "states", "sentiment", "cell"):
        for item in PAGES[view](renderer.context):
            found[item.path] = renderer.render(item).decode() if isinstance(item, Page) else item.data.decode()
    return found


def test_every_figure_has_its_section_caption_and_citation(results, pages):
    for figure in recurrent_figures(chapter_of(results)):
        page, _, name = figure.page.partition("#")
        assert f'<section id="{name}"' in pages[page]
        assert f"Figure <code>{figure.id}</code>" in pages[page]


def test_checks_are_printed(pages):
    index, reliance, states = (pages[f"recurrent/{name}.html"] for name in ("index", "reliance", "states"))
    assert re.search(r"framework’s forward pass to \d\u202f×\u202f10⁻[⁰¹²³⁴⁵⁶⁷⁸⁹]+", index)  # the replay
    assert "Percentile: among the 50 cells" in index.replace("\n", " ")
    assert "for 200 circularly shifted label sequences" in index
    assert reliance.count("Conservation check of LRP, in nats") >= 3
    assert len(re.findall(r"residual (0|−?\d\u202f×\u202f10⁻[⁰¹²³⁴⁵⁶⁷⁸⁹]+)\.", reliance)) >= 3
    for cause in CAUSE_TITLES.values():
        assert cause in index
    for method in ("LRP", "gradient × input", "integrated gradients", "occlusion", "random order"):
        assert method in reliance
    assert "Enrichment" in states
    assert "adjusted Rand index" in states


def test_gains_have_their_n_and_interval(results, pages):
    first = chapter_of(results).networks[0].context_lengths.closings["bracket"][0]
    cell = f'{first.mean:.2f} <span class="small">[{first.low:.2f}, {first.high:.2f}]'.replace("-", "−")
    assert cell in pages["recurrent/index.html"]
    assert f"<td>{first.n:,}</td>" in pages["recurrent/index.html"]


def test_n_is_told_of_each_network_where_they_differ(results):
    networks = chapter_of(results).predictors
    assert len(networks) > 1
    same = recurrent._closings(networks, "bracket")
    first, second = (network.context_lengths for network in networks)
    assert [row.counts for row in same] == [[one.n] for one in first.closings["bracket"]]
    gain, *others = second.closings["bracket"]
    closings = {**second.closings, "bracket": (replace(gain, n=gain.n + 5), *others)}
    changed = replace(networks[1], context_lengths=replace(second, closings=closings))
    row, *rest = recurrent._closings((networks[0], changed), "bracket")
    assert row.counts == [gain.n, gain.n + 5]
    assert [one.counts for one in rest] == [one.counts for one in same[1:]]


def test_the_browser_gets_every_cell_in_the_order_of_the_states(results, pages):
    network = chapter_of(results).networks[0]
    script = pages[f"recurrent/{network.spec.name}.js"]
    data = json.loads(script[script.index(",") + 1 : script.rindex(")")])
    passages, hidden = network.passages, network.spec.hidden
    assert data["cells"] == hidden
    assert data["on"] == 3
    h = np.frombuffer(data["data"]["h"].encode(), np.uint8).reshape(-1, hidden).astype(int) - ord("i")
    assert np.array_equal(h, np.rint(passages.h / 127 * 8))
    for name, signs in data["gates"].items():
        both = np.array([PAIRS.index(sign) for sign in signs])
        levels = np.stack([both // (LEVELS + 1), both % (LEVELS + 1)], 1).ravel()[: h.size]
        assert np.array_equal(levels, np.rint(passages.gates[name] / 127 * 8).ravel()), name
    assert all(len(scores) == hidden for scores in data["scores"].values())
    assert len(data["pages"]) == network.pages


def test_signs_of_pairs_need_no_escape():
    assert len(set(PAIRS)) == len(PAIRS) == (LEVELS + 1) ** 2
    assert json.dumps(PAIRS) == f'"{PAIRS}"'
    assert "<" not in PAIRS
    assert paired(np.array([0, 0, 0, 1, 8])) == PAIRS[0] + PAIRS[1] + PAIRS[72]


def test_the_list_holds_every_cell_and_links_those_with_a_page(results, pages):
    for network in chapter_of(results).networks:
        text = pages[cells_page(network.spec.name)]
        assert text.count('<tr><th scope="row">') == network.spec.cells
        assert len(re.findall(r'<th scope="row"><a href="\d+/index.html">', text)) == network.pages


def test_marks_lie_where_their_values_are():
    rows = [Row("a", (("dot", 0.5), ("ring", 1.0), ("bar", 0.0)), "99 %"), Row("b", (("cross", 0.25),))]
    made = marks(rows, span_of([rows]))
    (_, dot, _), (_, ring, _), (_, bar, _) = made["rows"][0]["marks"]
    assert (bar, ring) == (LEFT, WIDTH - RIGHT)
    assert dot == pytest.approx((bar + ring) / 2, abs=0.1)
    assert made["rows"][0]["ends"] == (dot, ring)
    assert made["rows"][1]["ends"] == ()
    assert span_of([rows], zero=True)[0] == 0
    assert span_of([[Row("c", (("dot", 2.0),))]], zero=True) == (0, 2)
    assert span_of([[]]) == (0, 1)
