"""Accuracy: shares and intervals against closed forms and scipy; class indexes between lists."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from atlas.methods.accuracy import accuracy, known_classes, named_classes, top_classes, translated, wilson


def test_shares_against_scikit_learn() -> None:
    from sklearn.metrics import top_k_accuracy_score

    rng = np.random.default_rng(3)
    logits, classes = rng.normal(size=(200, 12)), rng.integers(0, 12, 200)
    logits[np.arange(200), classes] += 1
    found = accuracy(top_classes(logits), classes)
    assert found.top1 == pytest.approx(top_k_accuracy_score(classes, logits, k=1))
    assert found.top5 == pytest.approx(top_k_accuracy_score(classes, logits, k=5))
    assert found.n == found.sources == 200


@pytest.mark.parametrize(("right", "n"), [(0, 7), (3, 7), (7, 7), (61, 93)])
def test_wilson_against_scipy(right: int, n: int) -> None:
    expected = binomtest(right, n).proportion_ci(method="wilson")
    assert wilson(right / n, n) == pytest.approx((expected.low, expected.high), abs=1e-6)


def test_images_without_class_are_left_out_and_sources_widen_the_interval() -> None:
    top = np.array([[0, 1, 2, 3, 4], [1, 0, 2, 3, 4], [2, 1, 0, 3, 4], [5, 1, 2, 3, 4]])
    classes = np.array([0, 0, -1, 0])
    plain, by_source = accuracy(top, classes), accuracy(top, classes, ["a", "a", "b", "c"])
    assert (plain.top1, plain.top5, plain.n) == (pytest.approx(1 / 3), pytest.approx(2 / 3), 3)
    assert by_source.sources == 2 and by_source.top1 == plain.top1
    assert by_source.top1_interval == wilson(1 / 3, 2)
    assert by_source.top1_interval[1] > plain.top1_interval[1]


def test_without_a_class_there_is_no_accuracy() -> None:
    with pytest.raises(ValueError, match="no image has a class"):
        accuracy(np.zeros((2, 5), int), np.array([-1, -1]))


def test_classes_are_translated_by_unique_names() -> None:
    names, known = ("tench", "crane", "crane", "hen"), ("hen", "crane", "tench")
    assert translated([0, 1, 3, None], names, known).tolist() == [2, -1, 0, -1]
    assert translated([1, 2, None], names, names).tolist() == [1, 2, -1]


def test_every_class_of_the_miniatures_is_found_in_imagenet() -> None:
    from atlas.networks.labels import class_names

    small, large = class_names("tiny-imagenet-60"), class_names("imagenet-1k")
    assert sorted(translated(range(1000), large, small).tolist())[-60:] == list(range(60))


def test_labels_name_classes_whatever_their_case_and_signs():
    known = ("dalmatian, coach dog", "crane", "crane", "red fox, Vulpes vulpes", "T-shirt")
    labels = ["Dalmatian", "coach_dog", "crane", "RED-FOX", "vulpes vulpes", "t shirt", "fox", None, "", "red fox, any"]
    assert named_classes(labels, known).tolist() == [0, 0, -1, 3, 3, 4, -1, -1, -1, 3]
    assert known_classes([None] * 10, labels, (), known).tolist() == named_classes(labels, known).tolist()
    assert known_classes([1, None], ["x", "red fox"], ("a", "crane", "T-shirt"), known).tolist() == [-1, -1]
