"""Agreement of networks: a rank correlation by depth, apart for same and different classes; chance over other images."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from atlas.chapters.heatmaps.agreement import CELLS, agreement
from atlas.chapters.heatmaps.paths import SIDE, UNITS, Paths

STEP = SIDE // CELLS


def paths(where):
    """A record with these maps [W, L, SIDE, SIDE] of whole layers and nothing else."""
    images, layers = where.shape[:2]
    units = np.zeros((images, layers, UNITS))
    maps = np.zeros((images, layers, UNITS, SIDE, SIDE), np.int8)
    names = tuple(f"layer{place}" for place in range(layers))
    return Paths(names, np.ones(images), units, units, units, units[..., 0], maps, where.astype(np.int8))


@pytest.fixture
def three():
    rng = np.random.default_rng(0)
    return [rng.integers(-127, 128, (4, 2, SIDE, SIDE)) for _ in range(3)]


def cells(maps):
    return np.abs(maps.astype(float)).reshape(CELLS, STEP, CELLS, STEP).mean((1, 3)).ravel()


def test_it_is_spearmans_correlation_of_the_means_of_cells_pair_by_pair(three):
    seen = [["a", "a", "b", "b"], ["a", "b", "b", "b"], ["b", "a", "b", "a"]]
    found = agreement([paths(where) for where in three], seen)

    def tau(one, other, image, second, depth):
        return spearmanr(cells(three[one][image, depth]), cells(three[other][second, depth])).statistic

    for image in range(4):
        for depth in range(2):
            pairs = {
                True: [tau(0, m, image, image, depth) for m in (1, 2) if seen[m][image] == seen[0][image]],
                False: [tau(0, m, image, image, depth) for m in (1, 2) if seen[m][image] != seen[0][image]],
            }
            for same, values in ((True, found.alike), (False, found.apart)):
                expected = np.mean(pairs[same]) if pairs[same] else np.nan
                assert values[0, image, depth] == pytest.approx(expected, nan_ok=True)
            others = [tau(0, m, image, second, depth) for m in (1, 2) for second in range(4) if second != image]
            assert found.chance[0, image, depth] == pytest.approx(np.mean(others))


def test_equal_maps_agree_wholly_whatever_their_sign(three):
    seen = [["a"] * 4] * 2
    found = agreement([paths(three[0]), paths(-three[0])], seen)
    assert np.allclose(found.alike, 1)
    assert np.isnan(found.apart).all()


def test_a_network_with_fewer_layers_repeats_some(three):
    found = agreement([paths(three[0][:, :1]), paths(np.repeat(three[0][:, :1], 3, 1))], [["a"] * 4] * 2)
    assert found.alike.shape == (2, 4, 3)
    assert np.allclose(found.alike, 1)


@pytest.mark.parametrize(("networks", "images"), [(1, 4), (2, 1), (0, 0)])
def test_with_one_network_or_image_there_is_nothing_to_compare(networks, images):
    where = np.ones((images, 2, SIDE, SIDE))
    assert agreement([paths(where)] * networks, [["a"] * images] * networks) is None
