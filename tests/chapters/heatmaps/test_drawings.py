"""Every kind of figure of the chapter as a file."""

import pytest

from atlas.publish.catalogue import find
from atlas.publish.export import write_figure
from tests.chapters.heatmaps.test_spectra import paired
from tests.fixtures.results import make_results


@pytest.mark.parametrize("which", ["wall", "twin"])
def test_a_wall_and_a_row_are_drawn(which, tmp_path):
    results = make_results()
    image = results.probes.images[results.chapters["heatmaps"].images[0]].id
    figure = find(results, f"heatmaps/{image}/runner-up/{which}")
    assert write_figure(results, figure, "svg", tmp_path).read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize("name", ["depths", "{image}/decision/twin"])
def test_depths_and_decisions_are_drawn(name, tmp_path):
    results = make_results()
    image = results.probes.images[results.chapters["heatmaps"].networks[1].typical.images[1]].id
    figure = find(results, f"heatmaps/{name.format(image=image)}")
    assert write_figure(results, figure, "png", tmp_path).read_bytes().startswith(b"\x89PNG")


def test_the_spectra_are_drawn(tmp_path):
    results, _ = paired((4, 16))
    assert write_figure(results, find(results, "heatmaps/spectra"), "png", tmp_path).read_bytes().startswith(b"\x89PNG")
