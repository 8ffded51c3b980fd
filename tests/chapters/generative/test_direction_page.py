"""The page of a direction: every dose curve, what chance keeps, the strip for the slider, its twin; tables of its generator."""

import html
import re
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from atlas.chapters.generative.figures.generator import ATTRIBUTE
from atlas.chapters.generative.figures.seeds import spread_of
from atlas.chapters.generative.methods import METHODS
from atlas.chapters.generative.pages.edit_curves import EDGE, HEIGHT, WIDTH, dose_curves
from atlas.publish.format import fixed
from atlas.publish.words import percent
from tests.fixtures.generative import make_generators


@pytest.fixture(scope="module")
def generator():
    return make_generators()[0]


def test_every_direction_of_every_method_has_a_strip_and_all_dose_curves(site, generator):
    facts = generator.facts["directions"]
    assert {record["method"] for record in facts["directions"]} == set(METHODS) - {"code"}
    for record in facts["directions"]:
        text = html.unescape((site / f"generative/face-dcgan/{record['name']}/index.html").read_text("utf-8"))
        assert 'type="range"' in text or "type=range" in text
        assert (site / f"pictures/generative/face-dcgan/{record['name']}.avif").is_file()
        effects = generator.arrays["directions"][f"{record['name']}/effect"]
        for name, effect in zip(facts["attributes"], effects, strict=True):
            told = f"{ATTRIBUTE[name].title} <b>{fixed(effect)}</b>"
            assert told in text, (record["name"], name)
        assert f"held-out R² {fixed(facts['reader_r2'])}" in text
        assert f"At the ends {fixed(record['identity'])} is kept" in text


def test_a_conditional_direction_and_its_plain_one_lead_to_each_other(site):
    folder = site / "generative/face-dcgan"
    for one, other in (("hyperplane", "conditional"), ("conditional", "hyperplane")):
        for page in folder.glob(f"{one}-*/index.html"):
            twin = page.parent.name.replace(one, other)
            linked = f"../{twin}/index.html" in page.read_text("utf-8")
            assert linked == (folder / twin).is_dir(), page


def test_the_table_of_conditional_effects_tells_what_conditioning_costs(site, generator):
    text = html.unescape((site / "generative/face-dcgan/index.html").read_text("utf-8"))
    raw, cleared = (generator.arrays["directions"][name].diagonal() for name in ("matrix", "conditional"))
    table = text[text.index("Target kept") : text.index('id="agreement"')]
    shown = re.findall(r"<td class=\"?n\"?>([^<]*%)", table)
    assert shown == [percent(share) for share in cleared / raw]


def test_the_strips_of_a_code_are_named(site):
    coded = make_generators()[1]
    text = (site / f"generative/{coded.spec.name}/index.html").read_text("utf-8")
    plate = text[text.index("Codes and factors</h2>") :].partition("<figcaption>")[0]
    heads = [f"Choice: {choice}" for choice in coded.spec.choices]
    assert re.findall(r"<span>([^<]*)</span>", plate) == [*heads, "number 0", "number 1"]
    with Image.open(site / f"pictures/generative/{coded.spec.name}/codes.avif") as sheet:
        width, height = sheet.size
    assert width * coded.spec.numbers == height * 9 * len(coded.spec.choices)
    assert f"aspect-ratio:{9 * len(coded.spec.choices)}/{coded.spec.numbers}" in plate


def test_dose_curves_share_one_scale():
    curve = np.array([[-2.0, 0.0], [0.0, 0.0], [2.0, 1.0]])
    found = dose_curves((-1.0, 0.0, 1.0), curve)
    assert (found["low"], found["high"], found["zero"]) == (-2, 2, HEIGHT / 2)
    first, second = ([tuple(map(float, point.split(","))) for point in line.split()] for line in found["lines"])
    assert first == [(EDGE, HEIGHT - EDGE), (WIDTH / 2, HEIGHT / 2), (WIDTH - EDGE, EDGE)]
    assert second[2][1] == pytest.approx(HEIGHT / 2 - (HEIGHT / 2 - EDGE) / 2)
    flat = dose_curves((-1.0, 1.0), np.zeros((2, 1)))
    assert flat["zero"] == HEIGHT - EDGE


def test_the_spread_over_seeds_is_that_of_the_seeds():
    names = ("mig", "disentanglement", "completeness")
    seeds = [
        SimpleNamespace(facts={"codes": dict.fromkeys(names, value) | {f"{name}_null": 0.0 for name in names}})
        for value in (0.1, 0.3)
    ]
    assert spread_of(seeds)["mig"] == pytest.approx((0.2, np.std([0.1, 0.3], ddof=1)))
    assert spread_of(seeds[:1]) == {}
