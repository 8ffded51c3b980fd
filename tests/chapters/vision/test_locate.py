"""Where examples lie: a map whose every position sees the whole image (behind a gate) is shown whole."""

import numpy as np
import torch

from atlas.chapters.vision.locate import HEAT, _places
from atlas.core.results import ReceptiveField


def test_a_map_that_sees_the_whole_image_is_stretched_over_it():
    maps = torch.zeros(3, 4, 4)
    maps[:, 3, 0] = torch.tensor([1.0, 2.0, 5.0])  # the lower left corner
    found = _places(maps, ReceptiveField(0, 1, 0), side=64, size=128)
    assert found.position.tolist() == [[3, 0]] * 3
    assert found.box.tolist() == [[0, 0, 128, 128]] * 3
    assert found.heat.shape == (3, HEAT, HEAT)
    assert (found.heat[:, -1, 0] == 255).all()
    assert (found.heat[:, 0, :] == 0).all()
    np.testing.assert_array_equal(found.heat[0], found.heat[2])
