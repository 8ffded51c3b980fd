import io
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from atlas.core.errors import AtlasError, UnknownName
from atlas.publish.catalogue import find
from atlas.publish.drawing import overlaid
from atlas.publish.export import FILE_FORMATS, file_name, write_figure
from tests.fixtures.results import make_results, with_chapter

IDS = (
    "wall", "twin/stem/map", "twin/stem/units", "twin/stem/names", "twin/stem/names", "twin/stem/2/channel", "twin/stem/2/examples", "twin/logits/2/examples",
    "twin/stem/3/histogram",
)  # fmt: skip


def opened(path):
    """The image in a file, which is closed again."""
    return Image.open(io.BytesIO(path.read_bytes()))


@pytest.fixture(scope="module")
def results():
    return make_results()


def test_a_picture_is_written_in_full_with_its_licence(results, tmp_path):
    path = write_figure(
        results, find(results, "twin/stem/2/channel"), "png", tmp_path, base_url="https://example.org/a"
    )
    assert path.name == "twin-stem-2-channel.png"
    image = opened(path)
    assert np.array_equal(np.asarray(image), results.networks[1].load("stem").pictures[2].rgb)
    assert "https://creativecommons.org/licenses/by/4.0/" in image.info["XML:com.adobe.xmp"]
    assert "https://example.org/a/networks/twin/stem/2/index.html#channel" in image.info["XML:com.adobe.xmp"]


@pytest.mark.parametrize("figure_id", IDS)
@pytest.mark.parametrize("format", FILE_FORMATS)
def test_every_figure_is_a_file_of_its_format(results, tmp_path, figure_id, format):
    data = write_figure(results, find(results, figure_id), format, tmp_path / "out").read_bytes()
    assert data.startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[format])


@pytest.mark.parametrize("format", FILE_FORMATS)
def test_the_same_figure_gives_the_same_bytes(results, tmp_path, format):
    figure = find(results, "twin/stem/2/examples")
    first, second = (write_figure(results, figure, format, tmp_path / name).read_bytes() for name in "ab")
    assert first == second


def test_an_exported_figure_shows_the_pictures_own_pixels(results, tmp_path):
    rgb = np.zeros((48, 48, 3), np.uint8)
    rgb[:, :24] = (250, 10, 20)
    rgb[:, 24:] = (10, 20, 250)
    network = results.networks[1]
    layer = network.load("stem")
    painted = replace(layer, pictures={2: replace(layer.pictures[2], rgb=rgb)})
    changed = with_chapter(results, "networks", (replace(network, load=lambda name: painted),))
    figure = find(changed, "twin/stem/units")
    exported = np.asarray(opened(write_figure(changed, figure, "png", tmp_path)).convert("RGB")).reshape(-1, 3)
    for colour in ((250, 10, 20), (10, 20, 250)):
        assert (exported == colour).all(1).sum() > 10_000


def test_metadata_of_an_exported_figure(results, tmp_path):
    figure = find(results, "twin/stem/2/examples")
    tree = ElementTree.parse(write_figure(results, figure, "svg", tmp_path / "a.svg"))
    rights = tree.find(".//{http://purl.org/dc/elements/1.1/}rights").find(".//{http://purl.org/dc/elements/1.1/}title")
    assert rights.text == f"{figure.licence}: {figure.attribution}"
    assert tree.find(".//{http://purl.org/dc/elements/1.1/}date") is None
    pdf = write_figure(results, figure, "pdf", tmp_path / "a.pdf").read_bytes()
    assert b"/CreationDate" not in pdf
    info = opened(write_figure(results, figure, "png", tmp_path / "a.png")).info
    assert "CC-BY-SA-4.0" in info["XML:com.adobe.xmp"]


@pytest.mark.parametrize("format", FILE_FORMATS)
def test_hostile_text_is_drawn_as_text(results, tmp_path, format):
    text = "$\\frac{1}$ <script>&\n\x00 漢字 " + "x" * 300
    figure = replace(find(results, "twin/stem/3/histogram"), title=text, caption=text, attribution=text, alt=text)
    data = write_figure(results, figure, format, tmp_path / "out").read_bytes()
    if format == "svg":
        ElementTree.parse(io.BytesIO(data))
        assert b"<script" not in data


def test_probe_images_that_may_not_be_shown_are_not(results, tmp_path):
    def parts():
        raise AssertionError("a probe image was read")

    closed = replace(results, probes=replace(results.probes, publish=False), parts=parts)
    write_figure(closed, find(closed, "twin/stem/map"), "png", tmp_path)
    with pytest.raises(AssertionError, match="was read"):
        write_figure(replace(results, parts=parts), find(results, "twin/stem/map"), "png", tmp_path)


def test_overlay_is_clear_without_a_response():
    crop = np.random.default_rng(0).integers(0, 256, (10, 8, 3)).astype(np.uint8)
    assert np.array_equal(overlaid(crop, np.zeros((4, 4), np.uint8)), crop)
    full = overlaid(crop, np.full((4, 4), 255, np.uint8)).astype(int)
    yellow = np.array([253, 231, 37])  # the upper end of viridis
    assert np.abs(full - (0.85 * yellow + 0.15 * crop)).max() <= 1


def test_errors_name_the_next_move(results, tmp_path):
    figure = find(results, "twin/stem/3/histogram")
    with pytest.raises(UnknownName, match="file format of figures named 'gif'"):
        write_figure(results, figure, "gif", tmp_path)
    with pytest.raises(AtlasError, match=r"cannot be written: .* --out"):
        write_figure(results, figure, "svg", tmp_path / "absent" / "a.svg")
    assert file_name(figure, "pdf") == "twin-stem-3-histogram.pdf"
