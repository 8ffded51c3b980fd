"""Hidden-state search on constructed states."""

import numpy as np

from atlas.chapters.recurrent.match import active, active_through, covered, first_run, matches, selected


def test_on_counts_both_signs():
    on = active(np.array([[0.3, -0.31], [0.29, 0.5]]))
    assert on.tolist() == [[True, False, False, True], [False, True, False, False]]


def test_active_through_is_all_of_every_window():
    on = np.random.default_rng(0).random((30, 4)) > 0.3
    slow = np.array([on[t : t + 5].all(0) for t in range(26)])
    assert np.array_equal(active_through(on, 5), slow)
    assert active_through(on, 31).shape == (0, 4)
    assert np.array_equal(covered(on[:, 0].astype(float), 5), slow[:, 0])


def test_cells_that_began_there_are_selected():
    on = np.zeros((10, 8), bool)
    on[:, 0] = True  # always on
    on[4:8, 1:4] = True
    on[4:6, 5] = True  # not through the whole stretch
    assert selected(on, 4, 3).tolist() == [1, 2, 3]
    on[3, 1] = True  # only two are fresh: too few
    assert selected(on, 4, 3).tolist() == [0, 1, 2, 3]


def test_matches_are_ranked_by_intersection_then_union():
    on = np.zeros((60, 6), bool)
    on[5:8, :3] = True  # three common, none else
    on[20:23, :3] = True
    on[20:23, 4] = True  # three common, one else
    on[40:43, :2] = True  # two common
    found = matches(
        [active_through(np.zeros((20, 6), bool), 3), active_through(on, 3)], np.array([0, 1, 2]), 3, count=3
    )
    assert [(m.text, m.first, m.intersection, m.union) for m in found] == [(1, 5, 3, 3), (1, 20, 3, 4), (1, 40, 2, 3)]


def test_matches_do_not_overlap():
    on = np.ones((20, 2), bool)
    firsts = [m.first for m in matches([active_through(on, 4)], np.array([0]), 4, count=10)]
    assert len(firsts) == 5
    assert min(np.diff(sorted(firsts))) >= 4


def test_the_first_run():
    label = np.array([1, 1, 1, 0, 1, 0, 1, 1, 1, 1])
    assert first_run(label, least=3, most=3) == (6, 3)
    assert first_run(label, least=5, most=9) is None
