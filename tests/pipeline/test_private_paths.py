"""An atlas of the user's own files alone: nothing that is written tells where they lie, and it does not matter."""

import json
import shutil
import warnings
from pathlib import Path

import pytest
import torch
from torch import nn

import atlas.networks
from atlas.pipeline.build import build, site_key
from atlas.pipeline.plan import make_plan
from atlas.pipeline.store import Store
from atlas.publish.provenance import published_source
from atlas.recipe.read import read_recipe
from tests.conftest import Silent
from tests.fixtures.custom_recurrent import SYMBOLS, own
from tests.probes.pictures import encoded, noise

WEIGHTS = Path(next(iter(atlas.networks.__path__))) / "weights" / "alexnet-64.safetensors"
PRIVATE = "a secret place"
RECIPE = """extends = "tiny"
[probes]
source = "imagefolder:{0}photos"
masks = "{0}masks"
[[networks]]
name = "mine"
like = "alexnet-64"
weights = "{0}my weights.safetensors"
labels = "{0}my labels.txt"
layers = ["conv1", "logits"]
pictures = {{ "*" = 0 }}
maps = []
[recurrent]
networks = []
characters = 300
places = 10
cells = 1
[[recurrent.own]]
name = "reader"
weights = "{0}reader.pt"
vocabulary = "{0}symbols.json"
[generative]
generators = []
samples = 40
directions = 1
vectors = 4
chance = 4
units = 1
[[generative.own]]
name = "drawer"
torchscript = "{0}drawer.pt"
z = 4
size = 32
[heatmaps]
methods = ["saliency"]
images = 4
evaluated = 4
passes = 4
"""


class Drawer(nn.Module):
    """z [N, 4] to 32 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.rgb = nn.ConvTranspose2d(4, 3, 32)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        return torch.tanh(self.rgb(z[:, :, None, None]))


def files(folder: Path) -> Path:
    """The user's files, and two recipes of them: by relative and by absolute paths."""
    for kind in ("photos", "masks"):
        (folder / kind / "fox").mkdir(parents=True)
        for seed in range(4):
            (folder / kind / "fox" / f"private-{seed}.png").write_bytes(encoded(noise(32, 32, seed=seed), "PNG"))
    (folder / "my weights.safetensors").symlink_to(WEIGHTS)
    (folder / "my labels.txt").write_text("".join(f"kind {number}\n" for number in range(60)))
    torch.save(own("GRU").state_dict(), folder / "reader.pt")
    (folder / "symbols.json").write_text(json.dumps(SYMBOLS))
    torch.manual_seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        torch.jit.save(torch.jit.trace(Drawer().eval(), torch.randn(2, 4)), folder / "drawer.pt")
    (folder / "relative.toml").write_text(RECIPE.format(""))
    (folder / "absolute.toml").write_text(RECIPE.format(f"{folder}/"))
    return folder


def tree(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return files(tmp_path_factory.mktemp("home") / PRIVATE)


@pytest.fixture(scope="module")
def sites(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The site of each recipe, from one store; without the chapters that take long, which read the same fields."""
    out = tmp_path_factory.mktemp("out")
    for name in ("relative", "absolute"):
        recipe = read_recipe(
            str(folder / f"{name}.toml"), ["recurrent.own=[]", "generative.own=[]", "heatmaps.networks=[]"]
        )
        plan = make_plan(recipe)
        build(plan, Store(out / "store"), out / name, workers=1, progress=Silent(), say=lambda _: None)
    return {name: tree(out / name) for name in ("relative", "absolute", "store")}


def test_a_site_tells_no_path_and_no_name_of_a_picture_that_is_not_shown(sites, folder):
    site = sites["relative"]
    assert {"networks/mine/index.html", "networks/mine/conv1/0/index.html"} <= set(site)
    told = [path for path, data in site.items() if PRIVATE.encode() in data or b"private-" in data]
    assert told == []
    assert b"my weights.safetensors" in site["atlas.json"]  # its name is told, beside its digest


def test_no_manifest_of_the_store_tells_a_path(sites):
    manifests = {path: data for path, data in sites["store"].items() if path.endswith("manifest.json")}
    assert manifests
    assert [path for path, data in manifests.items() if PRIVATE.encode() in data] == []


def test_the_same_recipe_by_other_paths_gives_the_same_bytes(sites):
    assert sites["relative"] == sites["absolute"]


def test_own_networks_of_every_chapter_are_told_by_the_names_of_their_files(folder):
    recipe = read_recipe(str(folder / "absolute.toml"))
    told = json.dumps([recipe.published(), [published_source(spec.weights) for spec in every_spec(recipe)]])
    assert PRIVATE not in told
    assert all(f'"{name}"' in told for name in ("my weights.safetensors", "reader.pt", "symbols.json", "drawer.pt"))


def every_spec(recipe):
    networks = [network.spec for network in recipe.networks]
    return [*networks, *(spec for section in recipe.sections().values() for spec in section.chosen())]


def test_files_that_were_moved_are_the_same_atlas(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "moved", symlinks=True)
    plans = [make_plan(read_recipe(str(place / "relative.toml"))) for place in (folder, tmp_path / "moved")]
    assert [task.digest for task in plans[0].tasks] == [task.digest for task in plans[1].tasks]
    assert site_key(plans[0]) == site_key(plans[1])
    (tmp_path / "moved" / "my labels.txt").write_text("".join(f"other {number}\n" for number in range(60)))
    from atlas.networks.labels import class_names

    class_names.cache_clear()
    assert site_key(make_plan(plans[1].recipe)) != site_key(plans[0])


def test_a_path_within_a_path_is_no_kind_of_source():
    from atlas.recipe.paths import published

    assert published({"weights": "/home/a:/home/b/c.pt"}) == {"weights": "c.pt"}
    assert published({"source": "parquet:/home/b/c.parquet"}) == {"source": "parquet:c.parquet"}
    assert published({"base_url": "https://a.org/b"}) == {"base_url": "https://a.org/b"}
