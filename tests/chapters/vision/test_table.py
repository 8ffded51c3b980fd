"""The table of a layer's units: a row for each, with its name and its numbers."""

import csv

import pytest

from atlas.chapters.vision.pages.table import FILE, HEADER
from tests.fixtures.results import make_results
from tests.fixtures.vision import CLASS_NAMES


def test_each_unit_has_a_row_with_its_numbers(site):
    layer = make_results().networks[1].load("block3b")
    with (site / "networks/twin/block3b" / FILE).open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    assert tuple(header) == HEADER and [int(row[0]) for row in rows] == list(range(layer.spec.units))
    assert float(rows[5][3]) == pytest.approx(float(layer.stats.largest[5]), rel=1e-3)
    assert rows[4][10] == layer.dissection.groups[layer.dissection.group[4]]
    assert float(rows[4][13]) == pytest.approx(layer.pictures[4].score_max, rel=1e-3) and rows[5][13] == ""
    assert rows[3][1] == "" and rows[3][2] == ""  # every third unit is tuned to nothing


def test_class_logits_are_named_by_their_class(site):
    with (site / "networks/twin/logits" / FILE).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == list(CLASS_NAMES) and rows[0]["named by"] == "class layer"
    assert f'href="{FILE}"' in (site / "networks/twin/logits/index.html").read_text(encoding="utf-8")
