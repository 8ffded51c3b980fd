"""The pages of classes over all networks that share their list."""

import re

from atlas.core.specs import Unit
from atlas.publish.places import picture_file, probe_file
from tests.fixtures.results import make_results
from tests.fixtures.vision import CLASS_NAMES

FOLDER = "classes/fixture-12"


def test_the_table_has_a_row_a_class_and_a_column_a_trained_network(site):
    text = (site / FOLDER / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r'<th scope="row"><a href="\.\./\.\./classes/fixture-12/(\d+)/index.html">(.*?)</a>', text)
    assert len(rows) == len(CLASS_NAMES) and rows[3] == ("3", "tiger shark")
    assert text.count('<th scope="col" class="n">') == 1  # the other has published weights, without a model card
    card = make_results().networks[1].card
    assert f'style="--w:{card.classes[3].top1}">{100 * card.classes[3].top1:.0f}</td>' in text


def test_a_class_shows_every_network_with_its_picture_images_and_confusion(site):
    results = make_results()
    text = (site / FOLDER / "2" / "index.html").read_text(encoding="utf-8")
    for network in results.networks:
        unit = Unit(network.spec.name, "logits", 2)
        assert picture_file(unit) in text and f"networks/{unit.slug}/index.html" in text
        strongest = network.load("logits").examples.image[2, :4].tolist()
        assert all(f'src="../../../{probe_file(index)}"' in text for index in strongest)
    score = results.networks[1].card.classes[2]
    assert (
        f"Top-1 {100 * score.top1:.0f} % of {score.images} images; most often taken for <em>{score.taken_for}" in text
    )
    assert "Accuracy by class is not known." in text  # of the other


def test_class_3_has_no_picture_where_the_recipe_made_none(site):
    text = (site / FOLDER / "3" / "index.html").read_text(encoding="utf-8")
    assert "pictures/twin/logits/3.avif" not in text and "i/" in text


def test_classes_are_linked_from_home_and_network(site):
    assert f"{FOLDER}/index.html" in (site / "index.html").read_text(encoding="utf-8")
    assert f"{FOLDER}/index.html" in (site / "networks/twin/index.html").read_text(encoding="utf-8")
