"""Layouts, cells and neighbours on data whose answer is known."""

import subprocess
import sys
import warnings

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.manifold import trustworthiness

from atlas.core.results import Layout
from atlas.methods.correlate import matched_units, neighbours, standardized
from atlas.methods.embed import EmbedSettings, embed, features, kept_ranks, nearest, orient, unit_square
from atlas.methods.grid import cells


def clusters(images=240, dimensions=20):
    random = np.random.default_rng(5)
    classes = np.arange(images) % 4
    centres = random.normal(size=(4, dimensions)) * 10
    return centres[classes] + random.normal(size=(images, dimensions)), classes


@pytest.fixture(scope="module")
def layout():
    return embed(*clusters(), EmbedSettings(15, 0.05), seed=0)


def made(xy):
    return Layout(np.asarray(xy, np.float32), 1, 1, 1, 1, 1)


def test_a_clear_structure_has_good_figures(layout):
    assert layout.purity > 0.99 and layout.purity_shuffled < 0.5
    assert layout.trustworthiness > 0.85 and layout.continuity > 0.85
    assert 0 < layout.stability <= 1
    assert layout.xy.min() >= 0 and layout.xy.max() <= 1


def test_noise_has_bad_figures():
    random = np.random.default_rng(6)
    noise = embed(random.normal(size=(240, 40)), random.integers(0, 4, 240), EmbedSettings(15, 0.05), seed=0)
    assert abs(noise.purity - noise.purity_shuffled) < 0.1
    assert noise.trustworthiness < 0.85


def test_the_seed_decides(layout):
    again = embed(*clusters(), EmbedSettings(15, 0.05), seed=0)
    np.testing.assert_array_equal(layout.xy, again.xy)
    assert not np.array_equal(embed(*clusters(), EmbedSettings(15, 0.05), seed=7).xy, layout.xy)


def test_only_the_first_process_compiles(layout):
    """UMAP's three inner loops are compiled for `layout` at the latest; who comes after reads them from disk."""
    again = """
import numpy
from numba.core import event
from atlas.methods.embed import EmbedSettings, embed
with event.install_recorder("numba:compile") as recorded:
    points = numpy.random.default_rng(0).normal(size=(90, 20))
    embed(points, numpy.zeros(90, int), EmbedSettings(15, 0.05), seed=0)
print(*{str(one.data["dispatcher"].py_func.__name__) for _, one in recorded.buffer})
"""
    done = subprocess.run([sys.executable, "-c", again], capture_output=True, text=True, check=True)
    loops = {"smooth_knn_dist", "compute_membership_strengths", "_optimize_layout_euclidean_single_epoch"}
    assert not loops & set(done.stdout.split())


@pytest.fixture(scope="module")
def clouds():
    random = np.random.default_rng(8)
    return random.normal(size=(130, 7)).astype(np.float32), random.normal(size=(130, 2)).astype(np.float32)


def test_quality_equals_its_definition_and_scikit_learns(clouds):
    """Venna and Kaski 2001, equation 3, one point after the other."""
    space, shown = clouds
    number, count = 10, len(space)
    excess = 0
    for point in range(count):
        far = np.linalg.norm(space.astype(float) - space[point], axis=1)
        ranks = np.argsort(np.argsort(far))  # 0 is the point itself
        near = np.argsort(np.linalg.norm(shown.astype(float) - shown[point], axis=1))[1 : number + 1]
        excess += sum(int(ranks[other]) - number for other in near if ranks[other] > number)
    slow = 1 - 2 / (count * number * (2 * count - 3 * number - 1)) * excess
    found = kept_ranks(space, nearest(shown, number)[0], np.arange(count))
    assert found == pytest.approx(slow, abs=1e-12)
    assert found == pytest.approx(trustworthiness(space, shown, n_neighbors=number), abs=1e-6)


def test_nearest_points_equal_a_full_sort(clouds):
    for points in clouds:
        indices, distances = nearest(points, 9)
        whole = np.linalg.norm(points[:, None].astype(float) - points[None], axis=2)
        np.fill_diagonal(whole, np.inf)
        np.testing.assert_array_equal(indices, np.argsort(whole, axis=1)[:, :9])
        np.testing.assert_allclose(distances, np.sort(whole, axis=1)[:, :9], rtol=1e-4)
    some = np.array([3, 77])
    np.testing.assert_array_equal(nearest(clouds[0], 9, some)[0], nearest(clouds[0], 9)[0][some])


def test_features_are_principal_components(clouds):
    space = clouds[0]
    slow = PCA(7, svd_solver="full").fit_transform(space)
    found = features(space, "euclidean")
    np.testing.assert_allclose(abs(found) * np.sqrt((slow**2).sum(axis=1).mean()), abs(slow), atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(features(space, "cosine"), axis=1), 1, atol=1e-5)


def test_the_layout_is_as_good_as_umaps_own():
    """A start at principal components, few epochs and a small rate lose nothing against the library's defaults."""
    vectors, classes = clusters()
    own = embed(vectors, classes, EmbedSettings(15, 0.05), seed=0)
    points = features(vectors, "cosine")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import umap

        theirs = umap.UMAP(n_neighbors=16, min_dist=0.05, random_state=0, n_jobs=1).fit_transform(points)
    assert own.trustworthiness > trustworthiness(points, theirs, n_neighbors=10) - 0.02


def test_orientation_undoes_a_rotation_and_a_mirror(layout):
    turned = made((layout.xy - 0.5) @ np.array([[0.0, 1.0], [1.0, 0.0]]) @ np.array([[0.8, -0.6], [0.6, 0.8]]))
    np.testing.assert_allclose(orient(turned, layout).xy, unit_square(layout.xy), atol=1e-4)


def test_every_point_falls_into_exactly_one_cell():
    edges = np.linspace(0, 1, 6)
    xy = np.stack(np.meshgrid(edges, edges), axis=-1).reshape(-1, 2)
    found = cells(made(xy), np.ones((36, 3)), np.zeros(36, int), grid=5, least=1)
    assert found.count.sum() == 36
    assert found.column.max() == found.row.max() == 4


def test_cells_hold_the_mean_the_nearest_image_and_the_commonest_class():
    xy = [[0.1, 0.1], [0.12, 0.1], [0.1, 0.12], [0.9, 0.9]]
    vectors = np.array([[0.0, 0], [4, 4], [2, 2], [9, 9]])
    found = cells(made(xy), vectors, np.array([3, 1, 3, 2]), grid=2, least=2)
    assert (found.column.tolist(), found.row.tolist(), found.count.tolist()) == ([0], [0], [3])
    np.testing.assert_allclose(found.mean, [[2, 2]])
    assert found.nearest.tolist() == [2] and found.top_class.tolist() == [3]


def test_no_cell_is_no_error():
    found = cells(made([[0, 0], [1, 1]]), np.ones((2, 3)), np.zeros(2, int), grid=2, least=2)
    assert found.mean.shape == (0, 3) and found.icon == ()


def test_neighbours_equal_numpys_correlation():
    random = np.random.default_rng(7)
    means = random.normal(size=(50, 9))
    means[:, 4] = 3 * means[:, 2] + 1
    means[:, 8] = 1.0  # a constant unit
    found = neighbours(means)
    slow = np.corrcoef(means[:, :8].T)
    assert (found.unit[2, 0], found.unit[4, 0]) == (4, 2)
    for unit in range(8):
        assert unit not in found.unit[unit]
        np.testing.assert_allclose(found.correlation[unit, 0], np.delete(slow[unit], unit).max().clip(0), atol=1e-6)
    np.testing.assert_allclose(found.correlation[8], 0, atol=1e-6)


def test_matched_units_equal_numpys_correlation_from_both_sides():
    random = np.random.default_rng(3)
    one = [random.normal(size=(60, 5)), random.normal(size=(60, 4))]
    other = [random.normal(size=(60, 3)), random.normal(size=(60, 6))]
    other[1][:, 2] = 2 * one[0][:, 4] - 7  # unit 4 of the first layer has its twin in the second
    one[1][:, 3] = 5.0  # a constant unit has none
    mine, theirs = matched_units([standardized(layer) for layer in one], [standardized(layer) for layer in other])
    assert (mine[0].layer[4], mine[0].unit[4]) == (1, 2)
    assert (theirs[1].layer[2], theirs[1].unit[2]) == (0, 4)
    np.testing.assert_allclose(mine[0].correlation[4], 1, atol=2e-3)
    assert (mine[1].layer[3], mine[1].unit[3], mine[1].correlation[3]) == (-1, -1, 0)
    slow = np.corrcoef(np.hstack([*one, *other])[:, [*range(8), *range(9, 18)]].T)[:8, 8:]
    fast = np.concatenate([table.correlation for table in mine])[:8]
    np.testing.assert_allclose(fast, slow.max(1), atol=2e-3)
    np.testing.assert_allclose(np.concatenate([table.correlation for table in theirs]), slow.max(0), atol=2e-3)
