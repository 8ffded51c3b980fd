"""What a region raises, against numbers worked out by hand; the names of cells."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from atlas.chapters.vision.pages.context import LABELLED, LayerContext
from atlas.chapters.vision.pages.region import STEP, raised
from atlas.core.results import Cells
from atlas.publish.context import AtlasContext
from tests.fixtures.results import make_results
from tests.fixtures.vision import CLASS_NAMES


def test_raised_is_the_excess_in_standard_deviations():
    mean = np.array([[3.0, 1.0, 5.0], [0.0, 1.0, 500.0]], np.float32)
    nothing = np.zeros(2, np.int32)
    cells = Cells(2, nothing, nothing, nothing, nothing, nothing, mean, (None, None))
    found = raised(cells, np.array([1.0, 0.0, 5.0]), np.array([2.0, 0.0, 1.0]))
    np.testing.assert_allclose(found * STEP, [[1.0, 0.0, 0.0], [-0.5, 0.0, 6.35]], atol=STEP / 2)


@pytest.mark.parametrize(("purity", "named"), [(LABELLED, True), (LABELLED - 0.01, False)])
def test_cells_carry_names_of_classes_only_where_the_map_sorts_by_them(purity, named):
    results = make_results()
    network = results.networks[0]
    layer = network.load("block3b")
    layer = replace(layer, layout=replace(layer.layout, purity=purity))
    names = LayerContext(AtlasContext(results, Path()), network, layer).cell_names
    assert len(names) == len(layer.cells.count)
    expected = [CLASS_NAMES[i] if named and i >= 0 else "" for i in layer.cells.top_class.tolist()]
    assert list(names) == expected and any(expected) is named
