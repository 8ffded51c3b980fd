"""AlexNet and ZFNet seen from the back: closed forms, and what the figure says."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from atlas.chapters.heatmaps.figures.spectra import findings, lines
from atlas.chapters.heatmaps.maps import HeatMaps, TargetMaps
from atlas.chapters.heatmaps.spectra import spectra
from tests.chapters.heatmaps.conftest import written
from tests.fixtures.heatmaps import WALL, make_record
from tests.fixtures.results import make_results, with_chapter, with_diagnosis


def paired(periods):
    """The pair with gradient maps that are waves of these periods in pixels."""
    results = with_diagnosis(make_results())
    networks = []
    for network, own, period in zip(results.networks, make_record().networks, periods, strict=True):
        side = network.spec.input_size
        wave = np.cos(2 * np.pi * np.arange(side) / period)[None, None, :].repeat(side, 1).repeat(len(WALL), 0)
        maps = HeatMaps("", (TargetMaps(wave.astype(np.float16), np.ones(len(WALL))),))
        networks.append(replace(own, spec=network.spec, load=lambda _method, maps=maps: maps))
    chapter = replace(make_record(), networks=tuple(networks), methods=("saliency",), alone=0)
    return with_chapter(results, "heatmaps", chapter), chapter


def test_a_wave_has_its_power_in_the_band_of_its_frequency():
    results, chapter = paired((4, 16))
    older, younger = spectra(results, chapter)
    for one, period in ((older, 4), (younger, 16)):
        middle = (np.argmax(one.shares) + 0.5) / (2 * len(one.shares))
        assert middle == pytest.approx(1 / period, abs=1 / len(one.shares))
        assert one.shares.sum() == pytest.approx(1)
    assert older.above > 0.9  # 1/4 is above 1/8, the Nyquist frequency of stride 4
    assert younger.above < 0.1  # 1/16 is below 1/4, that of stride 2
    assert older.forward == pytest.approx(float(older.network.diagnosis.aliased[0].mean()))


def test_the_findings_compare_both_directions():
    results, chapter = paired((4, 16))
    assert "both directions order the networks alike" in findings(spectra(results, chapter))
    results, chapter = paired((16, 3))
    assert "differently" in findings(spectra(results, chapter))
    assert [len(line.y) for line in lines(spectra(results, chapter))] == [32, 32]


def test_without_the_pair_or_its_maps_there_is_nothing():
    results, chapter = paired((4, 16))
    assert not spectra(results, replace(chapter, methods=()))
    assert not spectra(results, replace(chapter, networks=chapter.networks[:1]))
    assert not spectra(make_results(), make_record())
    none = [SimpleNamespace(spec=one.spec, load=lambda _: HeatMaps("no")) for one in chapter.networks]
    assert not spectra(results, replace(chapter, networks=tuple(none)))


def test_the_page_shows_both_curves_and_is_linked(tmp_path):
    results, chapter = paired((4, 16))
    found = written(results, tmp_path)
    text = found.pages["heatmaps/spectra/index.html"]
    assert text.count("<polyline") == 2 and findings(spectra(results, chapter)) in text
    assert 'href="../heatmaps/spectra/index.html"' in found.pages["heatmaps/index.html"]
