"""Scores of heat maps on networks and maps with known answers."""

import numpy as np
import pytest
import torch
from scipy import stats
from torch import nn

from atlas.core.specs import LayerSpec
from atlas.methods.attribution.explained import Explained
from atlas.methods.attribution.method import methods
from atlas.methods.attribution.target import logit
from atlas.methods.evaluation.deletion import POINTS, curves, orders
from atlas.methods.evaluation.intervention import drops, rank_correlation, removal
from atlas.methods.evaluation.localization import grid_of, mass, pointing, quarter
from atlas.methods.evaluation.randomization import STAGES, cascade, is_flagged, similarity
from atlas.methods.evaluation.regions import GROUND_CELLS, REGIONS, object_regions, patch_masks, relevance
from atlas.methods.evaluation.replacement import REPLACEMENTS, noisy_mean
from atlas.methods.evaluation.stability import gini, max_sensitivity
from atlas.methods.evaluation.summary import kendall, mean_interval, ranks
from tests.fixtures.networks import wrapped

SIZE, GRID = 32, 8
PIXEL = (5, 9)
GENERATOR = torch.Generator()


def image(seed=0):
    return torch.randn(3, SIZE, SIZE, generator=torch.Generator().manual_seed(seed))


def reads_one_pixel(versions):
    return 3 * versions[:, 0, PIXEL[0], PIXEL[1]]


def disc(radius=7, row=15, column=18):
    line = torch.arange(SIZE)
    return (line[:, None] - row) ** 2 + (line[None] - column) ** 2 <= radius**2


# ---------------------------------------------------------------- regions


def test_patches_cover_each_pixel_once():
    for size in (SIZE, 65):
        assert torch.equal(patch_masks(size, GRID).sum(0), torch.ones(size, size))


def test_the_halves_make_up_the_object_and_the_ground_leaves_it_out():
    mask = disc()
    found = object_regions(mask)
    assert found.shape == (REGIONS, SIZE, SIZE)
    assert torch.equal(found[1] | found[2], mask)
    assert not (found[1] & found[2]).any()
    assert abs(int(found[1].sum()) - int(found[2].sum())) < 0.25 * int(mask.sum())
    assert not (found[3:] & mask).any()
    assert 0 < int(found[3:].flatten(1).any(1).sum()) < GROUND_CELLS**2


def test_relevance_is_summed_over_each_region():
    maps = torch.randn(2, SIZE, SIZE, generator=torch.Generator().manual_seed(1))
    regions = object_regions(disc())
    found = relevance(maps, regions)
    for region in range(REGIONS):
        if not regions[region].any():
            assert found[:, region].isnan().all()
            continue
        for row in range(2):
            assert float(found[row, region]) == pytest.approx(float(maps[row][regions[region]].sum()), abs=1e-4)


# ---------------------------------------------------------------- intervention


def test_only_the_patch_with_the_pixel_that_is_read_has_a_true_drop():
    whole, patches = image(), patch_masks(SIZE, GRID)
    found = drops(reads_one_pixel, whole, torch.zeros_like(whole), patches)
    at = int(patches[:, PIXEL[0], PIXEL[1]].int().argmax())
    assert float(found[at]) == pytest.approx(3 * float(whole[0][PIXEL]), rel=1e-5)
    assert float(found.abs().sum() - found[at].abs()) == 0


def test_a_network_that_ignores_the_object_has_no_true_drop():
    mask, whole, ground = disc(), image(1), image(2)
    corner = lambda versions: versions[:, :, :2, :2].sum((1, 2, 3))  # noqa: E731
    regions = object_regions(mask)
    found = drops(corner, torch.where(mask, whole, ground), removal(ground, regions), regions)
    assert float(found[:3].abs().max()) == 0
    assert float(found[3].abs()) > 0  # the ground's corner is read


def test_what_is_removed_shows_the_ground_behind_it():
    mask, ground = disc(), image(2)
    regions = object_regions(mask)
    replaced = removal(ground, regions)
    assert torch.equal(replaced[:3], ground.expand(3, -1, -1, -1))
    assert torch.equal(replaced[3], ground.flip(-1))


def test_interaction_is_seen_by_intervention_and_cancelled_parts_are_not_relevant_together():
    """min(a, b): each half alone takes the whole score; a - b: both drops are real, their sum is none."""
    mask, ground = disc(), torch.zeros(3, SIZE, SIZE)
    regions = object_regions(mask)
    whole = torch.where(mask, torch.ones(3, SIZE, SIZE), ground)
    parts = lambda v: (v[:, 0][:, regions[1]].mean(1), v[:, 0][:, regions[2]].mean(1))  # noqa: E731
    both = drops(lambda v: torch.minimum(*parts(v)), whole, removal(ground, regions), regions)
    assert both[:3].tolist() == pytest.approx([1, 1, 1])
    against = drops(lambda v: parts(v)[0] - parts(v)[1], whole, removal(ground, regions), regions)
    assert against[:3].tolist() == pytest.approx([0, 1, -1], abs=1e-6)
    either = drops(lambda v: torch.maximum(*parts(v)), whole, removal(ground, regions), regions)
    assert either[:3].tolist() == pytest.approx([1, 0, 0], abs=1e-6)  # saturation: each half alone carries it


def test_rank_correlation_is_spearmans():
    rng = np.random.default_rng(0)
    one, other = rng.integers(0, 6, (4, 30)).astype(float), rng.integers(0, 6, 30).astype(float)
    other[[3, 8]] = np.nan
    used = np.isfinite(other)
    expected = [stats.spearmanr(row[used], other[used]).statistic for row in one]
    assert rank_correlation(one, other) == pytest.approx(expected)
    assert np.isnan(rank_correlation(np.ones((1, 30)), other)).all()
    assert np.isnan(rank_correlation(one, np.full(30, np.nan))).all()


# ---------------------------------------------------------------- place


def test_pointing_and_mass_of_planted_maps():
    mask = disc()
    inside, outside = mask.float(), (~mask).float()
    even = torch.ones(SIZE, SIZE)
    maps = torch.stack([inside, outside, even, -inside])
    masks = mask.expand(4, -1, -1)
    assert pointing(maps, masks)[:2].tolist() == [1, 0]
    found = mass(maps, masks)
    assert found[:3].tolist() == pytest.approx([1, 0, float(mask.float().mean())], rel=1e-6)
    assert found[3].isnan()


def test_a_grid_has_each_image_in_its_quarter():
    four = torch.stack([torch.full((3, SIZE, SIZE), float(value)) for value in range(4)])
    grid = grid_of(four)
    for place in range(4):
        assert torch.allclose(grid[:, quarter(SIZE, place)], torch.full((3, SIZE**2 // 4), float(place)))


# ---------------------------------------------------------------- deletion


def test_deletion_of_what_one_pixel_reads():
    """The patch that counts goes first or last: the share falls to 0 at the first point, or stays 1 to the end."""
    whole, patches = image(), patch_masks(SIZE, GRID)
    own = torch.zeros(1, SIZE, SIZE)
    own[0, PIXEL[0], PIXEL[1]] = 1
    whole[0][PIXEL] = 1.5
    ranks = orders(relevance(own, patches), patches)
    found = curves(reads_one_pixel, whole, torch.zeros_like(whole), ranks)
    assert curves(reads_one_pixel, 0.1 * whole, torch.zeros_like(whole), ranks).isnan().all()  # falls by 0.45
    assert found[0].tolist() == pytest.approx([0] * POINTS, abs=1e-6)
    assert found[1].tolist() == pytest.approx([1] * POINTS, abs=1e-6)


def test_orders_are_reverses_and_remove_equal_shares():
    patches = patch_masks(SIZE, GRID)
    both = orders(torch.randn(1, GRID**2, generator=torch.Generator().manual_seed(2)), patches)
    assert torch.allclose(both[0] + both[1], torch.full((SIZE, SIZE), (GRID**2 - 1) / GRID**2))
    assert float((both[0] < 0.5).float().mean()) == 0.5


def test_replacements_keep_what_they_should():
    images, grounds = torch.stack([image(1), image(2)]), torch.stack([image(3), image(4)])
    for replace in REPLACEMENTS.values():
        assert replace(images, grounds, [1, 2]).shape == images.shape
    mean = noisy_mean(images, [1, 2])
    assert torch.allclose(mean.mean((2, 3)), images.mean((2, 3)), atol=0.02)
    assert torch.equal(mean[1:], noisy_mean(images[1:], [2]))


# ---------------------------------------------------------------- randomization, stability


class Net(nn.Module):
    """A few convolutions with structure in their weights."""

    def __init__(self):
        super().__init__()
        torch.manual_seed(5)
        self.body = nn.Sequential(*(nn.Sequential(nn.Conv2d(c, 8, 3, padding=1), nn.ReLU()) for c in (3, 8, 8)))
        self.head = nn.Linear(8, 4)

    def forward(self, x):
        return self.head(self.body(x).mean((2, 3)))


@pytest.fixture(scope="module")
def explained():
    return Explained(wrapped(Net(), LayerSpec("logits", "head", 4, "Class logits", axes="unit"), size=SIZE))


def test_the_flag_falls_on_edges_and_not_on_gradients(explained):
    images = torch.stack([image(seed) for seed in range(6)])
    target = logit(torch.tensor([0, 1, 2, 3, 0, 1]), 4)
    before = {name: value.clone() for name, value in explained.graph.state_dict().items()}

    def along(name):
        method = methods()[name]
        maps = method.attribute(explained, images, target, range(6)).maps.numpy()
        return np.stack(
            [
                similarity(maps, method.attribute(other, images, target, range(6)).maps.numpy())
                for other in cascade(explained, 0)
            ],
            axis=1,
        )

    edges, gradient = along("edges"), along("saliency")
    assert edges.shape == (6, STAGES)
    assert is_flagged(edges)
    assert not is_flagged(gradient)
    assert all(torch.equal(value, before[name]) for name, value in explained.graph.state_dict().items())


def test_sensitivity_is_none_for_a_constant_map_and_large_for_a_jumping_one():
    images = torch.stack([image(1), image(2)])
    constant = torch.ones(2, SIZE, SIZE)
    assert max_sensitivity(lambda _: constant, images, constant, [1, 2]).tolist() == [0, 0]
    jumping = max_sensitivity(lambda x: -constant if not torch.equal(x, images) else constant, images, constant, [1, 2])
    assert jumping.tolist() == pytest.approx([2, 2])


def test_gini_of_even_and_of_single_values():
    single = torch.zeros(SIZE, SIZE)
    single[3, 4] = -2.0
    values = torch.rand(SIZE, SIZE, generator=torch.Generator().manual_seed(3))
    flat = np.sort(values.numpy().ravel().astype(float))
    expected = np.abs(flat[:, None] - flat[None]).mean() / (2 * flat.mean())
    found = gini(torch.stack([torch.ones(SIZE, SIZE), single, values])).tolist()
    assert found == pytest.approx([0, 1 - 1 / SIZE**2, expected], abs=1e-6)


# ---------------------------------------------------------------- summary


def test_kendall_and_ranks_are_scipys():
    rng = np.random.default_rng(1)
    one, other = rng.normal(size=9), rng.normal(size=9)
    one[2] = np.nan
    used = np.isfinite(one)
    assert kendall(one, other) == pytest.approx(stats.kendalltau(one[used], other[used]).statistic)
    assert np.isnan(kendall(one[:2], other[:2]))
    assert ranks(np.array([3.0, np.nan, 5.0, 3.0])).tolist() == pytest.approx([2.5, np.nan, 1, 2.5], nan_ok=True)


def test_the_interval_is_over_sources():
    """With one value a source it is scipy's bootstrap; copies of a source make it no narrower."""
    rng = np.random.default_rng(2)
    values = rng.normal(size=60)
    mean, low, high = mean_interval(values, [str(i) for i in range(60)], 0)
    expected = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=4000, rng=3).confidence_interval
    assert mean == pytest.approx(values.mean())
    assert (low, high) == pytest.approx((expected.low, expected.high), abs=0.05)
    many = mean_interval(np.repeat(values, 5), np.repeat(np.arange(60), 5).astype(str), 0)
    assert many[2] - many[1] == pytest.approx(high - low, rel=0.1)
    assert np.isnan(mean_interval(np.array([np.nan]), ["a"], 0)).all()
