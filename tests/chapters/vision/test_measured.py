"""Rows of `atlas list measures` against plain loops over the fixture."""

from dataclasses import replace

from atlas.chapters.vision.measured import measures
from tests.fixtures.results import make_results


def test_each_layer_has_a_row_that_equals_plain_loops():
    results = make_results()
    rows = {(row["network"], row["layer"]): row for row in measures(results)}
    assert len(rows) == 6
    for network in results.networks:
        for name in network.layer_names:
            layer, row = network.load(name), rows[network.spec.name, name]
            kinds = [results.probes.images[i].kind for i in layer.examples.image[:, :9].ravel()]
            for kind in ("photograph", "drawing", "crop"):
                assert row[kind] == round(100 * kinds.count(kind) / len(kinds), 1)
            assert row["with a group"] == (layer.spec.units + 1) // 2


def test_classes_whose_strongest_image_shows_them_are_counted():
    results = make_results()
    network = results.networks[0]
    first = network.load("logits").examples.image[:, 0].tolist()
    images = [replace(image, class_index=None) for image in results.probes.images]
    for unit in (0, 3):
        images[first[unit]] = replace(images[first[unit]], class_index=unit)
    probes = replace(results.probes, images=tuple(images), labels="fixture-12")
    rows = {(row["network"], row["layer"]): row for row in measures(replace(results, probes=probes))}
    row = rows[network.spec.name, "logits"]
    expected = len({first[0], first[3]})  # one image shows one class
    assert row["shows its class"] == f"{expected} of 12 ({expected} are shown by any image)"
