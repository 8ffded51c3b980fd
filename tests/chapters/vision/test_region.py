"""What a region raises, against numbers worked out by hand."""

import numpy as np

from atlas.chapters.vision.pages.region import STEP, raised
from atlas.core.results import Cells


def test_raised_is_the_excess_in_standard_deviations():
    mean = np.array([[3.0, 1.0, 5.0], [0.0, 1.0, 500.0]], np.float32)
    nothing = np.zeros(2, np.int32)
    cells = Cells(2, nothing, nothing, nothing, nothing, nothing, mean, (None, None))
    found = raised(cells, np.array([1.0, 0.0, 5.0]), np.array([2.0, 0.0, 1.0]))
    np.testing.assert_allclose(found * STEP, [[1.0, 0.0, 0.0], [-0.5, 0.0, 6.35]], atol=STEP / 2)
