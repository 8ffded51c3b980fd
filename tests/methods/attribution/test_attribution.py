"""Attribution methods against closed forms: of a linear score all agree, on vectors, sequences and images."""

import numpy as np
import pytest
import torch

from atlas.methods.attribution.deletion import RANDOM, deletion_areas, deletion_curves, deletion_scores
from atlas.methods.attribution.gradient_x_input import gradient_x_input
from atlas.methods.attribution.integrated_gradients import incompleteness, integrated_gradients
from atlas.methods.attribution.occlusion import occlusion

SHAPES = [(6,), (5, 3), (3, 4, 4)]  # a vector, a sequence of embeddings, an image


def linear(shape):
    """Inputs, the score weights . inputs + 2, and the attribution of each entry: weight times input."""
    generator = torch.Generator().manual_seed(0)
    inputs, weights = (torch.randn(shape, generator=generator, dtype=torch.float64) for _ in range(2))
    return inputs, lambda batch: (batch * weights).flatten(1).sum(1) + 2, inputs * weights


def segments_of(shape):
    """Each entry of a vector, each symbol of a sequence, each quarter of an image."""
    if len(shape) == 3:
        return torch.arange(2).repeat_interleave(2)[:, None] * 2 + torch.arange(2).repeat_interleave(2)
    return torch.arange(shape[0]).reshape(-1, *[1] * (len(shape) - 1))


def by_part(values, segments):
    """[P] sums of the entries of each part."""
    whole = segments.expand(values.shape)
    return torch.stack([values[whole == part].sum() for part in range(int(segments.max()) + 1)])


@pytest.mark.parametrize("shape", SHAPES)
def test_all_agree_on_a_linear_score(shape):
    inputs, score, expected = linear(shape)
    segments = segments_of(shape)
    assert torch.allclose(gradient_x_input(score, inputs[None])[0], expected)
    assert torch.allclose(integrated_gradients(score, inputs, steps=3), expected)
    assert torch.allclose(occlusion(score, inputs, segments), by_part(expected, segments))


@pytest.mark.parametrize("shape", SHAPES)
def test_deletion_of_a_linear_score_falls_by_each_part(shape):
    inputs, score, expected = linear(shape)
    segments = segments_of(shape)
    parts = by_part(expected, segments).numpy()
    order = np.argsort(-parts)
    scores = deletion_scores(score, inputs, segments, order, np.arange(len(parts) + 1)).numpy()
    assert scores == pytest.approx(2 + parts.sum() - np.concatenate([[0], np.cumsum(parts[order])]))


def test_integrated_gradients_are_complete_and_signed():
    """Of x0^3 - x1^2 each entry gets its own term: the mean of 3 (a x)^2 over a, times x, is x^2 x."""
    inputs = torch.tensor([2.0, 3.0], dtype=torch.float64)
    found = integrated_gradients(lambda batch: batch[:, 0] ** 3 - batch[:, 1] ** 2, inputs, steps=4)
    assert found.tolist() == pytest.approx([8.0, -9.0])
    score = lambda batch: torch.tanh(batch.sum(1)) + batch[:, 0] * batch[:, 1]  # noqa: E731
    whole = float(integrated_gradients(score, inputs, steps=64).sum())
    assert incompleteness(score, inputs, whole) < 1e-8
    assert incompleteness(score, inputs, whole + 1) == pytest.approx(1 / (np.tanh(5.0) + 6))


def test_occlusion_counts_what_acts_together():
    """Of x0 x1 each part alone takes the whole product away."""
    inputs = torch.tensor([2.0, 3.0, 5.0])
    assert occlusion(lambda batch: batch[:, 0] * batch[:, 1], inputs, torch.arange(3)).tolist() == [6, 6, 0]


def test_the_best_order_is_below_random_orders_and_its_reverse_above():
    inputs, score, expected = linear((12,))
    values = expected.numpy()
    curves = deletion_curves(
        score, inputs, torch.arange(12), {"exact": values, "reversed": -values}, points=6, orders=10, seed=0
    )
    areas = deletion_areas(curves)
    assert set(curves) == {"exact", "reversed", RANDOM}
    assert all(len(curve) == 7 for curve in curves.values())
    assert areas["exact"] < 0 < areas["reversed"]


def test_scores_are_left_without_gradients():
    inputs, score, _ = linear((4,))
    assert not gradient_x_input(score, inputs[None]).requires_grad
    assert not inputs.requires_grad
