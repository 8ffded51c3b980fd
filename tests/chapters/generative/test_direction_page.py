"""The page of a direction: edit curves, random directions, the strip, its counterpart; tables of its generator."""

import html
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from atlas.chapters.generative.figures.directions import ATTRIBUTE
from atlas.chapters.generative.figures.seeds import spread_of
from atlas.chapters.generative.methods import METHODS
from atlas.chapters.generative.pages.edit_curves import EDGE, HEIGHT, WIDTH, edit_curves
from atlas.publish.format import fixed
from atlas.publish.words import percent
from tests.fixtures.generative import make_generators


@pytest.fixture(scope="module")
def generator():
    return make_generators()[0]


def test_every_direction_of_every_method_has_a_strip_and_all_edit_curves(site, generator):
    study = generator.directions
    assert {report.method for report in study.directions} == set(METHODS) - {"code"}
    for report in study.directions:
        text = html.unescape((site / f"generative/face-dcgan/{report.name}/index.html").read_text("utf-8"))
        assert 'type="range"' in text or "type=range" in text
        assert (site / f"pictures/generative/face-dcgan/{report.name}.avif").is_file()
        for name, effect in zip(study.attributes, report.effects, strict=True):
            told = f"{ATTRIBUTE[name].title} <b>{fixed(effect)}</b>"
            assert told in text, (report.name, name)
        assert f"held-out R² {fixed(study.reading.r2)}" in text
        assert f"At the ends the cosine is {fixed(report.identity)}," in " ".join(text.split())


def test_a_conditional_direction_and_its_plain_one_lead_to_each_other(site):
    folder = site / "generative/face-dcgan"
    for one, other in (("hyperplane", "conditional"), ("conditional", "hyperplane")):
        for page in folder.glob(f"{one}-*/index.html"):
            counterpart = page.parent.name.replace(one, other)
            linked = f"../{counterpart}/index.html" in page.read_text("utf-8")
            assert linked == (folder / counterpart).is_dir(), page


def test_the_table_of_conditional_effects_tells_what_conditioning_costs(site, generator):
    text = html.unescape((site / "generative/face-dcgan/index.html").read_text("utf-8"))
    study = generator.directions
    raw, cleared = study.rescoring.plain.diagonal(), study.rescoring.conditional.diagonal()
    table = text[text.index("Target effect kept") : text.index('id="agreement"')]
    shown = re.findall(r"<td class=\"?n\"?>([^<]*%)", table)
    assert shown == [percent(share) for share in cleared / raw]


def test_the_strips_of_a_code_are_named(site):
    coded = make_generators()[1]
    text = (site / f"generative/{coded.spec.name}/index.html").read_text("utf-8")
    plate = text[text.index("Codes and factors</h2>") :].partition("<figcaption>")[0]
    heads = [f"Categorical: {choice}" for choice in coded.spec.choices]
    assert re.findall(r"<span>([^<]*)</span>", plate) == [*heads, "continuous 0", "continuous 1"]
    with Image.open(site / f"pictures/generative/{coded.spec.name}/codes.avif") as sheet:
        width, height = sheet.size
    assert width * coded.spec.numbers == height * 9 * len(coded.spec.choices)
    assert f"aspect-ratio:{9 * len(coded.spec.choices)}/{coded.spec.numbers}" in plate


def test_edit_curves_share_one_scale():
    curve = np.array([[-2.0, 0.0], [0.0, 0.0], [2.0, 1.0]])
    found = edit_curves((-1.0, 0.0, 1.0), curve)
    assert (found.low, found.high, found.zero) == (-2, 2, HEIGHT / 2)
    first, second = ([tuple(map(float, point.split(","))) for point in line.split()] for line in found.lines)
    assert first == [(EDGE, HEIGHT - EDGE), (WIDTH / 2, HEIGHT / 2), (WIDTH - EDGE, EDGE)]
    assert second[2][1] == pytest.approx(HEIGHT / 2 - (HEIGHT / 2 - EDGE) / 2)
    flat = edit_curves((-1.0, 1.0), np.zeros((2, 1)))
    assert flat.zero == HEIGHT - EDGE


def test_the_spread_over_seeds_is_that_of_the_seeds():
    alignment = make_generators()[1].codes.alignment
    seeds = [replace(alignment, mig=0.1, completeness_null=0.01), replace(alignment, mig=0.3, completeness_null=0.02)]
    spread = spread_of(seeds)
    assert spread[0] == pytest.approx((0.2, np.std([0.1, 0.3], ddof=1)))
    assert spread[1] == pytest.approx((alignment.mig_null, 0))
    assert spread[-1] == pytest.approx((0.015, np.std([0.01, 0.02], ddof=1)))
    assert spread_of(seeds[:1]) == []
