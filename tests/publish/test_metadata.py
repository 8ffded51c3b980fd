import io
import json
from dataclasses import replace
from datetime import date
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from atlas.core.licences import LICENCE_URLS
from atlas.publish.catalogue import find
from atlas.publish.metadata import highwire, image_object, licence_urls, xmp
from tests.fixtures.results import make_results

DAY = date(2026, 3, 5)
BASE = "https://example.org/atlas"
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
DC = "{http://purl.org/dc/elements/1.1/}"
RIGHTS = "{http://ns.adobe.com/xap/1.0/rights/}"


@pytest.fixture(scope="module")
def channel():
    return find(make_results(), "efficientnet-lite0/block3b/2/channel")


@pytest.fixture(scope="module")
def examples():
    return find(make_results(), "efficientnet-lite0/block3b/2/examples")


def test_highwire(channel):
    tags = dict(highwire(channel, base_url=BASE, issued=DAY))
    assert tags["citation_title"] == channel.title
    assert tags["citation_publication_date"] == "2026/03/05"
    assert tags["citation_public_url"] == f"{BASE}/{channel.page}"
    assert "citation_public_url" not in dict(highwire(channel, base_url="", issued=DAY))


def test_image_object(channel):
    data = image_object(channel, base_url=BASE, issued=DAY)
    assert data["@type"] == "ImageObject"
    assert data["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert data["acquireLicensePage"].startswith(f"{BASE}/")
    assert data["contentUrl"] == f"{BASE}/pictures/efficientnet-lite0/block3b/2.avif"
    assert data["creditText"] == channel.attribution
    assert data["creator"]["name"] == "Representation Atlas contributors"
    assert json.loads(json.dumps(data)) == data


def test_addresses_are_relative_while_the_site_has_none(channel, examples):
    data = image_object(channel, base_url="", issued=DAY)
    assert data["contentUrl"] == "../../../../pictures/efficientnet-lite0/block3b/2.avif"
    assert data["acquireLicensePage"] == "../../../../images/index.html"
    assert image_object(examples, base_url="", issued=DAY)["acquireLicensePage"] == "../../../../images/index.html"


def test_several_licences(examples):
    data = image_object(examples, base_url=BASE, issued=DAY)
    assert data["license"] == [LICENCE_URLS[name] for name in examples.licence.split(" AND ")]
    assert "contentUrl" not in data  # many files, none of them the figure
    assert licence_urls("CC-BY-4.0 AND Proprietary") == [LICENCE_URLS["CC-BY-4.0"]]


def described(packet):
    return ElementTree.fromstring(packet.encode()).find(f"{RDF}RDF/{RDF}Description")


def test_xmp_carries_licence_and_credit(channel):
    found = described(xmp(channel, BASE))
    assert found.find(f"{DC}title/{RDF}Alt/{RDF}li").text == channel.title
    assert found.get(f"{DC}identifier") == f"{BASE}/{channel.page}"
    assert found.get(f"{RIGHTS}WebStatement") == LICENCE_URLS["CC-BY-4.0"]
    assert found.find("{http://creativecommons.org/ns#}license").get(f"{RDF}resource") == LICENCE_URLS["CC-BY-4.0"]
    assert found.get("{http://ns.adobe.com/photoshop/1.0/}Credit") == channel.attribution
    assert found.get("{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType").endswith(
        "/trainedAlgorithmicMedia"
    )


def test_brief_xmp_still_names_source_maker_and_licence(channel):
    found = described(xmp(channel, BASE, brief=True))
    assert found.get(f"{DC}identifier") == f"{BASE}/{channel.page}"
    assert found.get("{http://ns.adobe.com/photoshop/1.0/}Credit") == channel.attribution
    assert found.get(f"{RIGHTS}WebStatement") == LICENCE_URLS["CC-BY-4.0"]
    assert len(xmp(channel, brief=True)) < 800 < len(xmp(channel))


def test_xmp_of_several_licences_names_no_single_one(examples):
    found = described(xmp(examples))
    assert found.get(f"{RIGHTS}WebStatement") is None
    assert found.find(f"{DC}rights/{RDF}Alt/{RDF}li").text.startswith(f"{examples.licence}: ")
    assert found.get(f"{DC}identifier") == examples.id


@pytest.mark.parametrize("text", ["<script>&amp;</dc:title>", "a\x00b\x1bc\nd", 'quo"te\' ]]> <?xpacket end="w"?>'])
def test_hostile_text_stays_text(channel, text):
    found = described(xmp(replace(channel, title=text, attribution=text, id=text)))
    expected = " ".join(text.replace("\x00", " ").replace("\x1b", " ").split())
    assert found.find(f"{DC}title/{RDF}Alt/{RDF}li").text == expected
    assert found.get(f"{DC}identifier") == expected


@pytest.mark.parametrize("kind", ["WEBP", "AVIF"])
def test_a_file_takes_the_packet(channel, kind):
    file = io.BytesIO()
    packet = xmp(channel, BASE).encode()
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(file, kind, xmp=packet)
    assert Image.open(file).info["xmp"] == packet
