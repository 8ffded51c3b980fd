"""Whole parts of bad images are passed over and named; a set of nothing else is one clear error."""

import numpy as np
import pytest
from PIL import Image

from atlas.core.errors import ProbeError
from atlas.pipeline.plan import make_plan
from atlas.pipeline.results import read_results
from atlas.pipeline.run import run
from atlas.pipeline.store import Store
from atlas.recipe.read import read_recipe
from tests.conftest import Silent

SETTINGS = (
    "networks=[{name='alexnet-64', layers=['conv1','logits'], pictures={'*'=0}}]",
    "recurrent.networks=[]",
    "generative.generators=[]",
)


def build(folder, store):
    plan = make_plan(read_recipe("tiny", [f"probes='imagefolder:{folder}'", *SETTINGS]))
    run(plan, Store(store), workers=1, progress=Silent())
    return read_results(plan, Store(store))


def bad(folder, count):
    for number in range(count):
        (folder / f"a{number:03d}.png").write_bytes(b"no image")


def test_a_part_of_bad_images_is_passed_over(tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    bad(images, 64)  # the whole first part
    random = np.random.default_rng(0)
    for number in range(6):
        Image.fromarray(random.integers(0, 256, (64, 64, 3), dtype=np.uint8)).save(images / f"z{number}.png")
    results = build(images, tmp_path / "store")
    assert (len(results.probes.images), len(results.probes.skipped)) == (6, 64)
    first = results.networks[0].load("conv1")
    assert (first.stats.counts.sum(axis=1) == 6).all() and np.isfinite(first.stats.std).all()
    assert set(first.examples.image[0, :6].tolist()) == set(range(6)) and (first.examples.image[:, 6:9] == -1).all()


def test_nothing_but_bad_images_is_a_clear_error(tmp_path):
    images = tmp_path / "images"
    images.mkdir()
    bad(images, 3)
    with pytest.raises(ProbeError, match=r"holds no image that can be used; 3 were passed over .*a000\.png"):
        build(images, tmp_path / "store")
