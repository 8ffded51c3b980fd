"""The page of gates and its figures: numbers against the record that they come from."""

import math

import numpy as np
import pytest

from atlas.chapters.vision.figures.gates import block_names, chance, cost, diverging, findings, gate_figures, heat_map
from atlas.core.report import MeanAblation
from tests.fixtures.results import make_results
from tests.fixtures.vision import CLASSES


@pytest.fixture(scope="module")
def network():
    return make_results().networks[1]


def test_only_a_network_with_gates_has_the_page(site):
    assert (site / "networks/twin/gates/index.html").is_file()
    assert not (site / "networks/efficientnet-lite0/gates").exists()
    assert 'href="gates/index.html"' in (site / "networks/twin/index.html").read_text()
    assert gate_figures(make_results(), make_results().networks[0]) == ()


def test_the_error_of_a_change_compares_each_image_with_itself(network):
    ablation = MeanAblation(0.4, lost=0.13, gained=0.03)
    change = np.repeat([-1.0, 1.0, 0.0], [78, 18, 504])  # of 600 images
    assert ablation.error(600) == pytest.approx(change.std() / math.sqrt(600))
    assert cost(network.gates, ablation) == f"−10.0 ± {100 * change.std() / math.sqrt(600):.1f}"
    assert cost(network.gates, MeanAblation(0.4)) == "−10.0"


def test_findings_name_the_block_that_matters_most(network):
    text = findings(network.gates, block_names(network))
    assert block_names(network) == ("first", "second")
    assert "first has the largest effect (−10.0" in text and "from 50.0\u202f% to 40.0\u202f%" in text
    assert ": the gates carry image-specific information." in text
    assert "most in first" in text and "least in second" in text
    assert chance(network.gates) == pytest.approx((CLASSES - 1) / 599)


def test_heat_is_white_where_a_class_is_as_usual_and_signed_elsewhere(network):
    assert diverging(np.array([0.0])).tolist() == [[255, 255, 255]]
    low, high = diverging(np.array([-1.0, 5.0])).tolist()
    assert low[2] > low[0] and high[0] > high[2]
    assert heat_map(network.gates, 0).shape == (CLASSES, 8, 3)
    assert (heat_map(network.gates, 1) == 255).all()  # gates that no class moves
