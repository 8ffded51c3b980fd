"""Every network that comes without a download has its page, drawn from its own module, because it is registered."""

import re
from html import unescape

import pytest
from torch import nn

from atlas.chapters.vision.pages import PAGES
from atlas.chapters.vision.pages.context import LayerContext, NetworkSummary
from atlas.chapters.vision.pages.summary import summary
from atlas.chapters.vision.structure import structure
from atlas.core.sources import CustomFile, EmbeddedFile, HubFile, UrlFile
from atlas.networks import NETWORKS
from atlas.networks.custom import like
from atlas.publish.context import AtlasContext
from atlas.publish.page import Page
from atlas.publish.site import renderer_of
from atlas.weights import load
from atlas.weights.model_card import read_card
from tests.fixtures.results import with_network

HERE = [spec for spec in NETWORKS.values() if not isinstance(spec.weights, HubFile | UrlFile)]


@pytest.fixture(scope="module", params=HERE, ids=lambda spec: spec.name)
def printed(request, tmp_path_factory):
    """The network, its spec and the text of its page."""
    network, spec = load(request.param), request.param
    return network, spec, page_of(spec, network, tmp_path_factory.mktemp("site"))


def page_of(spec, network, folder):
    """The text of the page of `spec`, whose module is that of `network`."""
    results = with_network(spec, structure(network, "cpu"), read_card(spec))
    renderer = renderer_of(AtlasContext(results, folder))
    [shown] = renderer.context.networks
    layers = tuple(summary(LayerContext(renderer.context, shown, shown.load(name))) for name in shown.layer_names)
    whole = NetworkSummary(shown, renderer.context.hues[spec.name], layers)
    [page] = [item for item in PAGES["network"](renderer.context, (whole,)) if isinstance(item, Page)]
    assert page.path == f"networks/{spec.name}/index.html"
    return renderer.render(page).decode()


def test_an_own_network_states_its_architecture_and_its_normalization(tmp_path):
    base = NETWORKS["alexnet-64"]
    mean, std, file = (0.5, 0.4, 0.3), (0.25, 0.2, 0.1), CustomFile("w.pth", "ab" * 32, "MIT", inner="ema")
    own = like(base, "mine", title="Mine", weights=file, classes=60, labels=base.labels, mean=mean, std=std)
    text = " ".join(page_of(own, load(base), tmp_path).split())
    assert "custom, of the architecture of alexnet-64, from the keys below <code>ema</code>" in text
    assert "mean 0.5, 0.4, 0.3; deviation 0.25, 0.2, 0.1" in text
    assert "published weights, unchanged" not in text


def test_every_layer_is_a_link_of_the_drawn_structure_and_of_the_ladder(printed):
    _, spec, text = printed
    start = text.index('class="net"')
    drawing, rest = text[start : text.index("</svg>", start)], text[text.index("</svg>", start) :]
    for layer in spec.layers:
        assert f'href="{layer.name}/index.html"' in drawing, layer.name
        assert re.search(rf'href="?{re.escape(layer.name)}/index.html', rest), layer.name


def test_the_first_filters_are_those_of_the_module(printed):
    network, _, text = printed
    first = next(module for module in network.module.modules() if isinstance(module, nn.Conv2d))
    start = text.index('id="filters"')
    assert text[start : text.index("<figcaption>", start)].count('class="brick"') == first.out_channels


def test_a_trained_network_tells_its_card(printed):
    network, spec, text = printed
    card = read_card(spec)
    assert (card is not None) == (
        isinstance(spec.weights, EmbeddedFile) and spec.weights.file == f"{spec.name}.safetensors"
    )
    if card:
        assert f"{100 * card.top1:.1f} % <span" in text
        assert card.data["digest"] in text and spec.weights.sha256 in text
        normed = any(isinstance(module, nn.BatchNorm2d) for module in network.module.modules())
        assert ("30,000 unmixed training images" in text) == normed
        for row in card.classes:
            assert row.name in unescape(text)
    else:
        assert "not measured here" in text and spec.weights.source in text
