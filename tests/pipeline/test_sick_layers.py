"""A network with a dead and an overflowing layer is built: each of its pages says what it lacks, and why."""

import json

import pytest
import torch

from atlas.chapters.vision.measured import measures
from atlas.networks import NETWORKS
from atlas.weights import load
from tests.pipeline.test_own_probes import REST, images, made

NETWORK = """
[[networks]]
name = "sick"
like = "alexnet-64"
weights = "sick.pth"
layers = ["conv1", "conv3", "fc7", "logits"]
pictures = { "*" = 1 }
maps = ["*"]
icons = ["logits"]
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sick")
    images(folder / "photos", 22)
    state = dict(load(NETWORKS["alexnet-64"]).module.state_dict())
    state["conv1.weight"] = state["conv1.weight"] * 1e10  # far above what float16 can hold
    state["conv3.weight"] = torch.zeros_like(state["conv3.weight"])
    state["fc7.weight"] = torch.full_like(state["fc7.weight"], 3e38)  # the sum of two inputs overflows
    state["fc8.weight"] = torch.zeros_like(state["fc8.weight"])
    torch.save(state, folder / "sick.pth")
    (folder / "sick.toml").write_text(f'extends = "tiny"\nprobes = "imagefolder:photos"\n{NETWORK}{REST}')
    _, results = made(str(folder / "sick.toml"), folder / "store", folder / "site")
    return folder / "site", results


def text(site, layer):
    return " ".join((site / "networks" / "sick" / layer / "index.html").read_text().split())


def test_layers_without_a_map_say_why(built):
    site, _ = built
    assert "map/index.html" in text(site, "conv1")
    assert "all probe images give the same response" in text(site, "conv3")
    assert "not finite numbers" in text(site, "fc7")
    assert "not finite numbers" in text(site, "logits")  # 0 times infinity
    atlas = json.loads((site / "atlas.json").read_text())
    assert [one["layer"] for one in atlas["maps"]] == ["conv1"]


def test_degenerate_units_are_counted_on_pages_and_in_listings(built):
    site, results = built
    rows = {row["layer"]: row for row in measures(results)}
    assert rows["conv3"]["dead"] == 256 and rows["logits"]["unbounded"] == 60
    assert rows["fc7"]["unbounded"] > 0 and rows["conv1"]["unbounded"] == 0
    assert "256 of 256" in text(site, "conv3") and "60 of 60" in text(site, "logits")
    whole = " ".join((site / "networks" / "sick" / "index.html").read_text().split())
    assert "Degenerate units" in whole and '<a href="conv3/index.html">conv3</a>' in whole
