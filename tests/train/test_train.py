"""`atlas train` of a network that learns photographs, from Parquet files to weights and card, and again."""

import io
import json
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image
from timm.data import ImageNetInfo

from atlas import weights
from atlas.train import augment, loop, teacher
from atlas.train.data import FOLDER
from atlas.train.recipes import RECIPES
from atlas.train.train import train


@pytest.fixture
def folder(tmp_path):
    """60 real classes of ImageNet, noise for images: 256 to learn from, 60 to be measured on."""
    home = tmp_path / "data" / FOLDER
    home.mkdir(parents=True)
    draw = np.random.default_rng(0)

    def image():
        file = io.BytesIO()
        Image.fromarray(draw.integers(0, 256, (64, 64, 3), np.uint8)).save(file, "JPEG")
        return {"bytes": file.getvalue(), "path": None}

    for split, count in (("train", 256), ("valid", 60)):
        table = pa.table({"image": [image() for _ in range(count)], "label": [index % 60 for index in range(count)]})
        pq.write_table(table, home / f"{split}.parquet")
    synsets = ImageNetInfo().label_names()[:60]
    (home / "classes.tsv").write_text("".join(f"{i}\t{synset}\tclass {i}\n" for i, synset in enumerate(synsets)))
    return tmp_path / "data"


@pytest.fixture
def quick(monkeypatch):
    """The teacher sees two windows of 64 pixels and is fine-tuned for one step."""
    real = teacher.recipe
    monkeypatch.setattr(
        teacher, "recipe", lambda wordnet, device="cpu": replace(real(wordnet, device), epochs=1, batch=256)
    )
    monkeypatch.setattr(teacher, "SIZE", 64)
    for module in (teacher, augment, loop):
        monkeypatch.setattr(module, "VIEWS", 2)


def test_from_photographs_to_weights_and_card_and_the_same_again(folder, quick, tmp_path):
    told = []
    first = train("alexnet-64", out=tmp_path / "one", data=folder, epochs=2, progress=told.append)
    assert any("teacher efficientnet-lite0: labelled 2 of 2 windows" in line for line in told)
    card = json.loads(first.with_suffix(".json").read_text("utf-8"))
    assert [row["epoch"] for row in card["curve"]] == [1, 2] and card["recipe"]["epochs"] == 2
    assert card["data"]["train_images"] == 256 and card["teacher"]["network"] == "efficientnet-lite0"
    assert [row["name"] for row in card["classes"]] == [f"class {index}" for index in range(60)]
    weights.assemble(RECIPES["alexnet-64"].spec, weights.read(first), place=str(first))

    again = train("alexnet-64", out=tmp_path / "two", data=folder, epochs=2, progress=told.append)
    assert again.read_bytes() == first.read_bytes()

    told.clear()
    assert train("alexnet-64", out=tmp_path / "two", data=folder, epochs=2, progress=told.append) == again
    assert told[0] == "alexnet-64: continued at step 2"
    assert again.read_bytes() == first.read_bytes()
