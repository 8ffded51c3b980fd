"""Own images from the recipe to the site: paths, terms, parts of a limited set, and no path of the machine anywhere."""

import json
from pathlib import Path

import pytest

from atlas.core.errors import ConfigError, ProbeError
from atlas.pipeline.build import build
from atlas.pipeline.explain import plan_lines
from atlas.pipeline.plan import chosen_parts, make_plan
from atlas.pipeline.results import read_results
from atlas.pipeline.store import Store
from atlas.probes import PROBES, probe_source
from atlas.publish.catalogue import find
from atlas.recipe.read import read_recipe
from tests.conftest import Silent
from tests.probes.pictures import encoded, noise

NETWORK = "[[networks]]\nname = 'alexnet-64'\nlayers = ['conv1', 'logits']\npictures = { '*' = 0 }\nmaps = []\n"
REST = "[recurrent]\nnetworks = []\n[generative]\ngenerators = []\n[heatmaps]\nnetworks = []\n"


def images(folder: Path, count: int, first: int = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for seed in range(first, first + count):
        (folder / f"secret-{seed}.png").write_bytes(encoded(noise(32, 32, seed=seed), "PNG"))


def written(path: Path, probes: str, network: str = NETWORK) -> str:
    path.write_text(f'extends = "tiny"\n{probes}\n{network}{REST}')
    return str(path)


def test_a_path_lies_beside_its_recipe_and_on_the_command_line_in_the_current_folder(tmp_path, monkeypatch):
    home, here, beside = tmp_path / "home", tmp_path / "here", tmp_path / "beside"
    for folder in (home, here, beside):
        folder.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(here)
    recipe = written(beside / "own.toml", 'probes = "imagefolder:photos"')
    top = beside / "deeper"
    top.mkdir()
    (top / "top.toml").write_text('extends = "../beside/own.toml"\n')
    assert read_recipe(recipe).probes.source == f"imagefolder:{beside}/photos"
    assert read_recipe(recipe, ["probes=imagefolder:photos"]).probes.source == f"imagefolder:{here}/photos"
    assert read_recipe("tiny", ["probes='parquet:~/x.parquet'"]).probes.source == f"parquet:{home}/x.parquet"
    table = "[probes]\nsource = 'imagefolder:photos'\nlabel = 'labels.csv'\nmasks = '~/masks'\n"
    found = read_recipe(written(beside / "own.toml", table)).probes
    assert (found.label, found.masks) == (f"{beside}/labels.csv", f"{home}/masks")
    found = read_recipe(
        written(beside / "own.toml", "[probes]\nsource = 'parquet:x'\nlabel = 'kind'\nmasks = 'mask'\n")
    ).probes
    assert (found.label, found.masks) == ("kind", "mask")


def test_a_folder_that_is_missing_is_named_by_its_absolute_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProbeError, match=f"no folder {tmp_path}/nowhere"):
        make_plan(read_recipe("tiny", ["probes=imagefolder:nowhere"]))
    with pytest.raises(ConfigError, match="home of a user"):
        read_recipe("tiny", ["probes=imagefolder:~no-such-user-at-all/x"])


def test_single_fields_on_the_command_line(tmp_path):
    images(tmp_path / "photos", 1)
    settings = [
        f"probes=imagefolder:{tmp_path}/photos",
        "probes.licence=MIT",
        "probes.attribution=Ann",
        "probes.show=true",
    ]
    found = read_recipe("tiny", settings).probes
    assert (found.show, found.licence, found.attribution) == (True, "MIT", "Ann")
    assert read_recipe("tiny", ["probes.source=sprites"]).probes.source == "sprites"
    with pytest.raises(ConfigError, match=r"no field.*Did you mean 'licence'"):
        read_recipe("tiny", [*settings, "probes.license=MIT"])


def test_images_are_shown_only_under_terms():
    with pytest.raises(ConfigError, match="needs a licence and an attribution"):
        read_recipe("tiny", ["probes=imagefolder:x", "probes.show=true", "probes.licence=MIT"])
    with pytest.raises(ProbeError, match="its own terms"):
        make_plan(read_recipe("tiny", ["probes.licence=MIT"]))


class Sorted:
    """A set of ten parts that is sorted by class."""

    mixed = False

    def parts(self):
        return tuple(f"{number:04}" for number in range(10))


def test_a_limit_spreads_over_a_set_that_may_be_sorted():
    assert chosen_parts(Sorted(), 2) == ("0002", "0007")
    assert chosen_parts(Sorted(), 3) == ("0001", "0005", "0008")
    assert chosen_parts(Sorted(), None) == chosen_parts(Sorted(), 99) == Sorted().parts()
    assert chosen_parts(probe_source("embedded"), 2) == ("0000", "0001")
    assert [kind for kind in PROBES if PROBES[kind].own] == ["imagefolder", "parquet"]


def made(recipe, store, out):
    plan = make_plan(read_recipe(recipe))
    build(plan, Store(store), out, workers=1, progress=Silent(), say=lambda _text: None)
    return plan, read_results(plan, Store(store))


def texts(site: Path) -> dict[str, bytes]:
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in site.rglob("*") if path.is_file()}


def test_own_images_are_shown_with_their_terms_and_without_a_path(tmp_path):
    """The whole way, twice: hidden, without any name of a file; shown, with licence and attribution."""
    images(tmp_path / "deep" / "photos" / "fox", 9)
    images(tmp_path / "deep" / "photos" / "owl", 9, first=9)
    (tmp_path / "deep" / "photos" / "notes.txt").write_text("no picture")
    source = "source = 'imagefolder:deep/photos'\n"
    hidden, results = made(
        written(tmp_path / "own.toml", f"[probes]\n{source}"), tmp_path / "store", tmp_path / "hidden"
    )
    lines = "\n".join(plan_lines(hidden, Store(tmp_path / "store"), workers=1))
    assert (
        "probe set imagefolder:photos: 18 images; labels: names of folders, 2 classes; passed over: 1 (1 a text)"
        in lines
    )
    files = texts(tmp_path / "hidden")
    assert not any(
        str(tmp_path).encode() in data or b"secret-" in data or b"notes.txt" in data for data in files.values()
    )
    assert "i/0.webp" not in files and not results.probes.publish
    private, results = made(
        written(tmp_path / "own.toml", f"publish = false\n[probes]\n{source}"), tmp_path / "store", tmp_path / "private"
    )
    files = texts(tmp_path / "private")
    assert [task.digest for task in private.tasks] == [task.digest for task in hidden.tasks]
    assert "i/0.webp" in files and results.probes.publish
    assert all(b"Unpublished: this atlas" in data for path, data in files.items() if path.endswith(".html"))
    terms = f"[probes]\n{source}licence = 'CC-BY-4.0'\nattribution = 'Ann Lee & Söhne'\nurl = 'https://a.org/'\nshow = true\n"
    _, results = made(written(tmp_path / "own.toml", terms), tmp_path / "store", tmp_path / "shown")
    files = texts(tmp_path / "shown")
    assert not any(str(tmp_path).encode() in data for data in files.values())
    unit = files["networks/alexnet-64/conv1/0/index.html"].decode()
    assert "i/" in unit and "Ann Lee" in unit
    assert (
        "Ann Lee &amp; Söhne" in files["images/index.html"].decode()
        and "https://a.org/" in files["images/index.html"].decode()
    )
    figure = find(results, "alexnet-64/conv1/0/examples")
    assert "Ann Lee & Söhne (CC-BY-4.0)" in figure.attribution and "CC-BY-4.0" in figure.licence
    record = json.loads(files["atlas.json"])
    assert record["probes"]["name"] == record["recipe"]["probes"]["source"] == "imagefolder:photos"


def test_the_same_set_elsewhere_has_the_same_keys(tmp_path):
    found = set()
    for place in ("here", "there/deeper"):
        images(tmp_path / place / "photos" / "fox", 3)
        images(tmp_path / place / "masks" / "fox", 3)
        text = "[probes]\nsource = 'imagefolder:photos'\nmasks = 'masks'\n"
        plan = make_plan(read_recipe(written(tmp_path / place / "own.toml", text)))
        found.add(tuple(task.digest for task in plan.tasks))
    assert len(found) == 1


def test_own_weights_are_published_by_the_name_of_their_file(tmp_path):
    import atlas.networks

    weights = Path(next(iter(atlas.networks.__path__))) / "weights" / "alexnet-64.safetensors"
    (tmp_path / "my weights.safetensors").symlink_to(weights)
    own = "[[networks]]\nname = 'mine'\nlike = 'alexnet-64'\nweights = 'my weights.safetensors'\n"
    recipe = read_recipe(written(tmp_path / "own.toml", "probes = 'embedded'", own))
    assert recipe.networks[0].weights == f"{tmp_path}/my weights.safetensors"
    assert str(tmp_path) not in json.dumps(recipe.published())
    assert recipe.published()["networks"][0]["weights"] == "my weights.safetensors"
