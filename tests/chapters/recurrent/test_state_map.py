"""Maps of states and cells on constructed texts and networks."""

import numpy as np
import pytest

from atlas.chapters.recurrent.cell_study import CellStudy
from atlas.chapters.recurrent.cells import CellFinding
from atlas.chapters.recurrent.concepts import CONCEPTS, KINDS
from atlas.chapters.recurrent.state_map import WALK, WALKS, cell_map, kinds_of, principal, responses_of, walks
from atlas.chapters.recurrent.texts import Text


def test_a_state_has_the_first_kind_that_holds():
    labels = {c.name: np.zeros(4, np.float32) for c in CONCEPTS}
    labels["docstring"][0] = labels["brackets"][0] = labels["brackets"][1] = labels["keyword"][2] = 1
    text = Text("a.py", np.zeros(5, np.int64), labels, np.zeros((0, 2), int), np.zeros(0, bool))
    assert kinds_of(text).tolist() == [0, KINDS.index("brackets"), KINDS.index("keyword"), len(KINDS)]


def test_principal_components_of_a_plane_keep_everything():
    rng = np.random.default_rng(0)
    plane = rng.normal(size=(200, 2)) * (3, 1)
    axes = np.linalg.qr(rng.normal(size=(30, 2)))[0]
    vectors = plane @ axes.T + 5
    classes = (plane[:, 0] > 0).astype(int)
    found = principal(vectors.astype(np.float32), classes, seed=0)
    assert found.variance == pytest.approx(1, abs=1e-4)
    assert found.trustworthiness == pytest.approx(1, abs=1e-3)
    assert found.purity > 0.9
    assert found.purity_shuffled < 0.6
    assert found.xy.min() >= 0
    assert found.xy.max() <= 1


def test_the_share_of_variance_is_that_of_the_singular_values():
    vectors = np.random.default_rng(1).normal(size=(300, 80)) * np.linspace(3, 0.1, 80)
    singular = np.linalg.svd(vectors - vectors.mean(0), compute_uv=False) ** 2
    found = principal(vectors.astype(np.float32), np.zeros(300, int), seed=0)
    assert found.variance == pytest.approx(singular[:2].sum() / singular.sum(), rel=1e-3)


def test_trajectories_are_where_most_changes():
    def text(changing):
        labels = {c.name: np.zeros(400, np.float32) for c in CONCEPTS}
        labels["string"][changing : changing + 20 : 2] = 1
        return Text("a.py", np.zeros(401, np.int64), labels, np.zeros((0, 2), int), np.zeros(0, bool))

    found = walks([text(place) for place in (50, 200, 120, 300)])
    assert len(found) == WALKS
    assert len({number for number, _ in found}) == WALKS
    for number, first in found:
        place = (50, 200, 120, 300)[number]
        assert first <= place + 1
        assert place + 18 <= first + WALK


def test_cells_that_move_together_lie_together():
    rng = np.random.default_rng(2)
    sources = rng.normal(size=(900, 3))
    kind = np.repeat([0, 1, 2], 20)
    vectors = sources[:, kind] + 0.2 * rng.normal(size=(900, 60))
    found = cell_map(vectors.astype(np.float32), np.where(kind == 2, -1, kind), seed=0)
    assert found.xy.shape == (60, 2)
    assert found.purity > 0.95 > found.purity_shuffled + 0.3


def test_cells_that_respond_to_no_concept_are_counted():
    """Of three cells the third is no better than chance on half B."""
    scores = np.full((3, len(CONCEPTS)), 0.5)
    scores[:, 0] = 0.9, 0.1, 0.9
    on_b = scores.copy()
    on_b[2, 0] = 0.55
    finding = CellFinding(
        concept=CONCEPTS[0].name, share=0.1, cell=0, sign=1, chosen_score=0.9, score=0.9, null_p95=0.6, p_value=0.01,
        character=0.5, probe=0.9, control=0.5,
    )  # fmt: skip
    study = CellStudy(
        concepts=(finding,), characters_a=1, characters_b=1, shifts=1, seed=0, activity=np.ones(3), mean=np.zeros(3),
        scores_a=scores, scores_b=on_b,
    )  # fmt: skip
    assert responses_of(study).tolist() == [0, 0, -1]
