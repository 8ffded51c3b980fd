"""Typical images: the lower median of the photographs of a class, and the decisions about them."""

import numpy as np
import pytest
import torch

from atlas.chapters.heatmaps.maps import decide
from atlas.chapters.heatmaps.paths import find_paths
from atlas.chapters.heatmaps.typical import choose, explain, probabilities_of
from atlas.methods.attribution.explained import Explained
from atlas.networks import NETWORKS
from atlas.weights import load


def test_the_typical_image_is_the_median_of_the_photographs():
    classes = [4, 4, 4, 4, 4, 2]
    probabilities = [0.9, 0.2, 0.5, 0.0, 0.1, 0.3]
    composed = [False, False, False, True, True, False]
    assert choose(classes, probabilities, composed) == [5, 2]


def test_where_no_photograph_shows_the_class_all_images_count_and_of_an_even_number_the_lower():
    assert choose([1, 1], [0.8, 0.6], [True, True]) == [1]
    assert choose([1, 1, 1, 1], [0.1, 0.4, 0.3, 0.2], [False] * 4) == [3]
    assert choose([], [], []) == []


@pytest.fixture(scope="module")
def explained():
    network = load(NETWORKS["resnet-64"])
    return Explained(network, layers=[network.spec.layer("conv3_2")])


def test_probabilities_and_decisions_are_the_networks_own(explained):
    images = torch.randn(10, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    classes = list(range(10))
    chances = explained(images).softmax(1).detach().numpy()
    assert np.allclose(probabilities_of(explained, images, classes), np.diag(chances), atol=1e-6)
    given = {"classes": [1, 2], "indices": [7, 9], "probabilities": [0.1, 0.2], "shown": [3, 4]}
    found = explain(explained, images[:2], ["conv3_2"], **given)
    assert found.images.tolist() == [7, 9]
    assert np.array_equal(found.decisions.classes, decide(explained, images[:2]).classes)
    assert np.array_equal(found.paths.unit, find_paths(explained, images[:2], ["conv3_2"]).unit)
