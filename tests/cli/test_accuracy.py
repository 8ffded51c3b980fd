"""Accuracy of registered and own networks on labelled, partly labelled and unlabelled sets."""

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

import atlas.networks
from atlas.cli.accuracy import lines, measure, networks_of, source_of
from atlas.cli.app import command_line
from atlas.core.errors import ProbeError
from atlas.core.specs import ProbeImage, ProbePart
from atlas.methods.accuracy import wilson
from atlas.methods.prepare import prepare
from atlas.networks import NETWORKS
from atlas.networks.labels import class_names
from atlas.probes import decode, probe_source
from atlas.probes.webp import encode
from atlas.recipe.read import read_recipe
from atlas.weights import load
from tests.probes.pictures import encoded, noise, table

SPEC = NETWORKS["alexnet-64"]
TINY = class_names("tiny-imagenet-60")


def parquet(path: Path, indexes, names=TINY):
    rows = [(encoded(noise(64, 64, seed=seed), "PNG"), f"{seed}.png", index) for seed, index in enumerate(indexes)]
    pq.write_table(table(rows, names), path)
    return probe_source(f"parquet:{path}")


def ranks(source):
    """The rank of each image's true class, one image at a time."""
    loaded = load(SPEC)
    for name in source.parts():
        part = source.make(name)
        for image, data in zip(part.images, part.webp, strict=True):
            with torch.inference_mode():
                logits = loaded.module(prepare(loaded, decode([data]))).numpy()[0]
            yield None if image.class_index is None else int((logits > logits[image.class_index]).sum())


def test_rows_without_a_class_are_left_out_and_counted(tmp_path):
    source = parquet(tmp_path / "set.parquet", [number % 62 - 1 for number in range(70)])
    found = measure(SPEC, source)
    slow = [rank for rank in ranks(source) if rank is not None]
    one = found.accuracies["image"]
    assert (one.n, found.images, found.without) == (len(slow), len(slow), 70 - len(slow)) and found.without == 3
    assert one.top1 == pytest.approx(np.mean([rank < 1 for rank in slow]))
    assert one.top5 == pytest.approx(np.mean([rank < 5 for rank in slow]))
    assert one.top5_interval == pytest.approx(wilson(one.top5, len(slow)))
    assert "left out: 3 without a class" in next(lines("x", "y", found))


@pytest.mark.parametrize(("indexes", "words"), [([-1, -1], "it has no labels"), ([], "it has no readable image")])
def test_a_set_without_any_class_is_one_clear_error(tmp_path, indexes, words):
    with pytest.raises(ProbeError, match=words) as caught:
        measure(SPEC, parquet(tmp_path / "set.parquet", indexes))
    assert len(str(caught.value)) < 400


def test_a_set_of_unreadable_images_is_one_clear_error(tmp_path):
    pq.write_table(table([(b"no image", "a.png", 1)], TINY), tmp_path / "set.parquet")
    with pytest.raises(ProbeError, match="no readable image"):
        measure(SPEC, probe_source(f"parquet:{tmp_path / 'set.parquet'}"))


def test_names_of_folders_are_compared_with_the_networks_own(tmp_path):
    for number, name in enumerate((TINY[3].replace(" ", "_").upper(), TINY[5], "no such thing")):
        (tmp_path / name).mkdir()
        for seed in range(3):
            (tmp_path / name / f"{seed}.png").write_bytes(encoded(noise(64, 64, seed=3 * number + seed), "PNG"))
    found = measure(SPEC, probe_source(f"imagefolder:{tmp_path}"))
    assert (found.images, found.unknown, found.without) == (6, 3, 0)


class Kinds:
    """Two kinds of images: of one the network's own predictions are the classes, of the other never."""

    name, labels = "kinds", "tiny-imagenet-60"

    def parts(self):
        return ("0",)

    def make(self, _part):
        webp = [encode(noise(64, 64, seed=seed)) for seed in range(8)]
        loaded = load(SPEC)
        with torch.inference_mode():
            order = loaded.module(prepare(loaded, decode(webp))).argsort(dim=1).numpy()
        kinds = ["photograph", "cut-out"] * 4
        classes = [int(row[-1 if kind == "photograph" else 0]) for row, kind in zip(order, kinds, strict=True)]
        images = tuple(
            ProbeImage(str(n), f"work {n // 4}", "x", "MIT", "x", "", class_index=one, kind=kind)
            for n, (one, kind) in enumerate(zip(classes, kinds, strict=True))
        )
        return ProbePart(images, tuple(webp), (None,) * 8)


def test_each_kind_of_image_has_its_own_row_and_intervals_count_works():
    found = measure(SPEC, Kinds())
    photographs, cut = found.accuracies["photograph"], found.accuracies["cut-out"]
    assert (photographs.top1, photographs.top5, cut.top1, cut.top5) == (1, 1, 0, 0)
    assert (photographs.n, photographs.sources) == (4, 2) and photographs.top1_interval == pytest.approx(wilson(1, 2))
    rows = list(lines("alexnet-64", "kinds", found))
    assert [row.split("  ")[0] for row in rows[2:]] == ["whole photographs", "cut-outs"]


def test_a_recipe_names_networks_and_set(tmp_path):
    weights = Path(next(iter(atlas.networks.__path__))) / "weights" / "alexnet-64.safetensors"
    save_file(load_file(weights), tmp_path / "mine.safetensors")
    parquet(tmp_path / "set.parquet", [1, 2, 3, -1])
    (tmp_path / "own.toml").write_text(
        "[probes]\nsource = 'parquet:set.parquet'\n"
        "[[networks]]\nname = 'mine'\nlike = 'alexnet-64'\nweights = 'mine.safetensors'\n"
        "[[networks]]\nname = 'alexnet-64'\n"
    )
    done = CliRunner().invoke(command_line(), ["accuracy", "--recipe", str(tmp_path / "own.toml")])
    rows = done.stdout.splitlines()
    assert rows[0] == "mine on parquet:set.parquet: 3 images; left out: 1 without a class"
    assert rows[3].startswith("alexnet-64 on") and rows[2] == rows[5]
    one = CliRunner().invoke(command_line(), ["accuracy", "mine", "--recipe", str(tmp_path / "own.toml")])
    assert one.stdout.splitlines() == rows[:3]


def test_a_registered_network_needs_no_place_in_the_recipe():
    recipe = read_recipe("tiny")
    assert [spec.name for spec in networks_of(recipe, "")] == ["efficientnet-lite0"]
    assert [spec.name for spec in networks_of(recipe, "resnet-64")] == ["resnet-64"]
    assert len(source_of(recipe)[1]) == 3
