import hashlib
import re
from dataclasses import replace

import numpy as np
import pytest

from atlas.chapters.vision.figures.map import map_figure
from atlas.chapters.vision.figures.sheet import units_figure, wall_columns, wall_figure, wall_layers, wall_units
from atlas.chapters.vision.figures.unit import unit_figures
from atlas.core.specs import ProbeImage
from atlas.core.tuning import NO_TUNING, sentence
from atlas.publish.provenance import terms
from atlas.publish.words import number
from tests.fixtures.results import make_results
from tests.fixtures.vision import CLASS_NAMES


@pytest.fixture(scope="module")
def results():
    return make_results()


def figures_of(results, layer, index):
    network = results.networks[0]
    return {figure.kind: figure for figure in unit_figures(results, network.spec, network.load(layer), index)}


def test_a_unit_has_a_channel_figure_only_with_a_picture(results):
    assert list(figures_of(results, "block3b", 2)) == ["channel", "examples", "histogram", "tuning"]
    assert list(figures_of(results, "block3b", 3)) == ["examples", "histogram", "tuning"]


def test_examples_are_no_figure_where_the_images_may_not_be_shown(results):
    closed = make_results(probes=replace(results.probes, publish=False))
    assert list(figures_of(closed, "block3b", 2)) == ["channel", "histogram", "tuning"]


def test_ids_and_addresses(results):
    channel, examples, histogram, tuning = figures_of(results, "block3b", 2).values()
    assert channel.id == "efficientnet-lite0/block3b/2/channel"
    assert channel.page == "networks/efficientnet-lite0/block3b/2/index.html#channel"
    assert channel.files == ("pictures/efficientnet-lite0/block3b/2.avif",)
    assert examples.page == "networks/efficientnet-lite0/block3b/2/index.html#examples"
    assert histogram.page == "networks/efficientnet-lite0/block3b/2/index.html#histogram"
    assert tuning.page == "networks/efficientnet-lite0/block3b/2/index.html#tuning"


def test_the_channel_caption_says_what_was_measured(results):
    layer = results.networks[0].load("block3b")
    picture, natural = layer.pictures[2], layer.stats.largest[2]
    caption = figures_of(results, "block3b", 2)["channel"].caption
    score = f"peak pre-activation is {number(picture.score_max)} (mean {number(picture.score_mean)})"
    ratio = f"{number(picture.score_max / natural, 2)} times the largest response to any of 40 probe images"
    assert f"{score}, {ratio} ({number(natural)})." in caption
    assert caption.endswith(sentence(layer.tuning, 2))  # of an early unit never a class


def test_the_caption_of_a_later_unit_names_the_classes_that_it_is_selective_for(results):
    spec, layer = results.networks[0].spec, replace(results.networks[0].load("block3b"), tuning=NO_TUNING)
    stats = layer.stats
    classes = replace(stats.classes, means=stats.classes.means.copy(), rest=stats.classes.rest - 9)
    classes.means[2, 0] = stats.largest[2]
    found = {
        low: unit_figures(results, spec, replace(layer, stats=replace(stats, classes=chosen)), 2)[0].caption
        for low, chosen in ((True, replace(classes, means=classes.means - 9)), (False, classes))
    }
    top, mean = CLASS_NAMES[classes.ids[2, 0]], number(stats.largest[2])
    assert f"The mean of largest responses is highest for images predicted as {top} ({mean} ± 0.25)" in found[False]
    assert "predicted as" not in found[True]


def test_a_unit_that_no_image_excites_gets_no_ratio(results):
    network = results.networks[0]
    layer = network.load("block3b")
    silent = replace(layer, stats=replace(layer.stats, largest=np.full(40, -0.5)))
    caption = unit_figures(results, network.spec, silent, 2)[0].caption
    assert "while the largest response to any of 40 probe images is −0.500" in caption
    assert "times" not in caption


def test_a_class_is_named(results):
    channel = figures_of(results, "logits", 4)["channel"]
    assert channel.title == "Feature visualization of the class hammerhead (logit 4), EfficientNet-Lite0"
    assert "optimization its logit is" in channel.caption


def test_only_class_logits_are_called_logits(results):
    network = results.networks[0]
    layer = network.load("logits")
    dense = replace(layer, spec=replace(layer.spec, name="fc7"))
    histogram = {figure.kind: figure for figure in unit_figures(results, network.spec, dense, 4)}["histogram"]
    assert histogram.caption.startswith("Response (pre-activation) to each of 40 probe images")
    assert "logit" not in histogram.caption


def test_a_field_larger_than_the_image_is_said_to_be(results):
    network = results.networks[0]
    layer = network.load("block3b")
    deep = replace(layer, field=replace(layer.field, size=339))
    caption = {figure.kind: figure for figure in unit_figures(results, network.spec, deep, 2)}["examples"].caption
    assert "receptive field of 339 × 339 input pixels reaches, which is larger than the image" in caption
    assert "cropped" not in caption


def test_examples_caption_counts_each_level(results):
    caption = figures_of(results, "block3b", 2)["examples"].caption
    assert caption.startswith(
        "Of 40 probe images the 9 strongest, the strongest whole photograph, the strongest object on another ground, "
        "3 around the 90th percentile, 3 around the median and 3 lowest, each with its response"
    )
    assert "43 × 43 input pixels" in caption
    assert "shown whole" in figures_of(results, "logits", 2)["examples"].caption


def test_missing_examples_are_left_out(results):
    network = results.networks[0]
    layer = network.load("block3b")
    image = layer.examples.image.copy()
    image[2, 1:] = -1
    few = replace(layer, examples=replace(layer.examples, image=image))
    examples = unit_figures(results, network.spec, few, 2)[1]
    assert len(examples.files) == 1
    assert examples.caption.startswith("Of 40 probe images the 1 strongest, each")
    none = replace(layer, examples=replace(layer.examples, image=np.full_like(image, -1)))
    assert "None of 40 probe images was measured" in unit_figures(results, network.spec, none, 2)[1].caption


def test_no_caption_uses_a_hyphen_as_minus(results):
    for layer in ("stem", "block3b", "logits"):
        for index in range(12):
            for figure in figures_of(results, layer, index).values():
                assert not re.search(r"(?<![\w])-\d", figure.caption + figure.alt), figure.caption
                assert figure.alt.endswith(".")


def test_licence_of_what_is_shown(results):
    figures = figures_of(results, "block3b", 2)
    assert figures["channel"].licence == figures["histogram"].licence == "CC-BY-4.0"
    shown = {results.probes.images[i] for i in results.networks[0].load("block3b").examples.image[2]}
    assert set(figures["examples"].licence.split(" AND ")) == {"CC-BY-4.0"} | {image.licence for image in shown}
    for image in shown:
        assert figures["examples"].attribution.count(image.attribution) == 1


def test_attributions_name_their_licence_once():
    def image(licence, attribution):
        return ProbeImage("a", "a", "A", licence, attribution, "https://example.org")

    scenes = [image("CC-BY-SA-4.0", f"OpenMoji, CC BY-SA 4.0{ground}") for ground in ("", "; ground by Another")]
    licence, lines = terms([*scenes, image("CC-BY-2.0", "Someone"), image("CC-BY-2.0", "Someone")])
    assert licence == "CC-BY-4.0 AND CC-BY-2.0 AND CC-BY-SA-4.0"
    assert lines == "Representation Atlas (CC-BY-4.0); OpenMoji, CC BY-SA 4.0; ground by Another; Someone (CC-BY-2.0)"


def test_provenance_is_enough_to_make_it_again(results):
    network = results.networks[0]
    made = figures_of(results, "block3b", 2)["channel"].provenance
    assert made["weights"]["sha256"] == network.spec.weights.sha256
    assert (made["network"], made["layer"], made["unit"]) == ("efficientnet-lite0", "block3b", 2)
    assert made["probes"]["digest"] == results.probes.digest
    assert made["store"] == {**network.load("block3b").keys, "pictures": "2e" * 32}
    assert "key" not in made["parameters"]
    assert made["parameters"]["steps"] == 64
    digest = hashlib.sha256(b"7:efficientnet-lite0/block3b/2").digest()
    assert made["seed"] == int.from_bytes(digest[:8], "big") >> 1


def test_map_figure(results):
    network = results.networks[0]
    figure = map_figure(results, network.spec, network.load("block3b"))
    assert figure.id == "efficientnet-lite0/block3b/map"
    assert figure.page == "figures/efficientnet-lite0/block3b/map/index.html"
    assert "Trustworthiness 0.91 and continuity 0.88" in figure.caption
    assert "in 5 of 16 tiles of a 4 × 4 grid" in figure.caption
    assert "42\u202f% of the 10 nearest neighbours share the predicted class (11\u202f% with" in figure.caption
    assert figure.files == ("pictures/efficientnet-lite0/block3b/map.avif",)
    assert figure.licence == "CC-BY-4.0 AND CC0-1.0"  # two cells show a photograph
    layer = network.load("block3b")
    sampled = replace(layer, layout=replace(layer.layout, parameters={"judged": 30}))
    assert "Measured on 30 of them: trustworthiness 0.91" in map_figure(results, network.spec, sampled).caption
    closed = make_results(probes=replace(results.probes, publish=False))
    assert map_figure(closed, network.spec, network.load("block3b")).licence == "CC-BY-4.0"
    with pytest.raises(ValueError, match="logits has no layout"):
        map_figure(results, network.spec, network.load("logits"))


def test_units_figure(results):
    network = results.networks[0]
    layer = network.load("block3b")
    figure = units_figure(results, network.spec, layer)
    ratios = [layer.pictures[i].score_max / layer.stats.largest[i] for i in layer.pictures]
    assert len(figure.files) == 20
    assert figure.caption.startswith("20 of the 40 units of block3b")
    assert f"{number(np.median(ratios), 2)} times the largest response to any of 40 probe images" in figure.caption


def test_the_wall_shows_the_best_units_of_every_layer(results):
    units = wall_units(results)
    assert len(units) == 2 * 3 * 2 * 3  # networks, layers, columns (six units, three rows), rows for two networks
    layer = results.networks[1].load("block3b")
    score = {index: made.score_max for index, made in layer.pictures.items()}
    shown = [unit.index for unit in units if (unit.network, unit.layer) == ("twin", "block3b")]
    best = sorted(score, key=score.get, reverse=True)
    assert shown == [best[rank] for rank in (0, 2, 4, 1, 3, 5)]
    figure = wall_figure(results, units)
    assert figure.caption.startswith("36 of 168 units, from 6 layers of EfficientNet-Lite0 (2020) and Twin")
    assert len(figure.files) == 36


def test_a_deep_network_shows_some_of_its_layers():
    names = [f"conv{number}" for number in range(41)]
    shown = wall_layers(names)
    assert (len(shown), shown[0], shown[-1]) == (14, "conv0", "conv40")
    assert shown == sorted(set(shown), key=names.index)
    assert wall_layers(names[:14]) == names[:14]
    columns = wall_columns(dict.fromkeys(names, 64), 1)
    assert [name for name, _ in columns] == [*shown[:-1], *["conv40"] * 5]


def test_a_shallow_network_gives_its_layers_several_columns():
    columns = wall_columns({"conv1": 64, "conv2": 0, "conv3": 2, "logits": 60}, 1)
    assert [name for name, _ in columns] == ["conv1"] * 6 + ["conv3"] * 2 + ["logits"] * 5
    assert [ranks for _, ranks in columns] == [(n,) for n in (*range(6), 0, 1, *range(5))]
    tall = wall_columns({"conv1": 64, "logits": 3}, 3)
    assert tall == [("conv1", (0, 2, 4)), ("conv1", (1, 3, 5)), ("logits", (0, 1, 2))]
    assert wall_columns({"logits": 60}, 1) == [("logits", (n,)) for n in range(5)]
    assert wall_columns({"conv1": 0}, 2) == []
