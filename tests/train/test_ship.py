"""What is shipped: half-precision weights that load strictly, and a card that describes them."""

import hashlib
import json

import numpy as np
import pytest
import torch

from atlas import weights
from atlas.runtime.precision import native_precision
from atlas.train import gates, loop, ship
from atlas.train.batch_norm import recalibrate
from atlas.train.recipes import RECIPES
from atlas.train.soft_labels import SoftLabels

quiet = lambda line: None  # noqa: E731


@pytest.fixture(scope="module")
def shipped(noise, tmp_path_factory):
    run = loop.start(RECIPES["senet-64"], epochs=1, seed=0, folder=tmp_path_factory.mktemp("run"))
    for part in run.module.modules():  # as trained: gates that depend on the image
        if isinstance(part, torch.nn.BatchNorm2d):
            torch.nn.init.ones_(part.weight)
    run.history.append({"epoch": 1, "loss": 4.0, "top1": 0.1, "top5": 0.3})
    labels = SoftLabels(np.empty(0), np.empty(0), 60, top1=0.83456, epochs=8, asked="")
    return run, ship.ship(run, noise, labels, progress=quiet)


def test_the_card_describes_the_file(shipped, noise):
    run, path = shipped
    card = json.loads(path.with_suffix(".json").read_text("utf-8"))
    assert card["weights"]["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    module = weights.assemble(run.recipe.spec, weights.read(path), place=str(path)).module
    scores = loop.logits_of(module, noise.valid)
    assert card["accuracy"]["top1"] == pytest.approx(loop.accuracy(scores, noise.valid.labels)["top1"], abs=1e-4)
    share = sum(row["top1"] * row["images"] for row in card["classes"]) / len(noise.valid)
    assert share == pytest.approx(card["accuracy"]["top1"], abs=1e-3)
    assert card["parameters"] == sum(parameter.numel() for parameter in module.parameters())
    assert card["recipe"]["precision"] == native_precision("cpu")
    assert card["recipe"]["epochs"] == run.epochs != run.recipe.epochs
    assert card["teacher"] == {"network": "efficientnet-lite0", "epochs": 8, "top1": 0.8346}


def test_shipped_weights_are_the_trained_ones_rounded(shipped):
    run, path = shipped
    state, trained = weights.read(path), run.module.state_dict()
    assert {value.dtype for value in state.values()} == {torch.float16, torch.int64}
    for key, value in state.items():
        if "running" in key or key.endswith("num_batches_tracked"):
            continue  # recalibrated
        torch.testing.assert_close(value.float(), trained[key].float(), rtol=1e-3, atol=1e-6)


def test_batch_norms_are_shipped_with_the_statistics_of_the_training_images(shipped, noise):
    run, path = shipped
    module = run.recipe.spec.build()
    module.load_state_dict(ship.rounded_state(run))
    assert recalibrate(module, noise.train.images) == len(noise.train)
    state, wanted = weights.read(path), module.state_dict()
    for key in state:
        torch.testing.assert_close(state[key].float(), wanted[key].float(), rtol=1e-3, atol=1e-6)
    averages = run.module.state_dict()["bn1.running_var"]
    assert (state["bn1.running_var"].float() - averages).abs().max() > 0.01
    assert json.loads(path.with_suffix(".json").read_text("utf-8"))["weights"]["statistics_of"] == len(noise.train)


def test_gate_statistics(shipped, noise):
    run, path = shipped
    module = weights.assemble(run.recipe.spec, weights.read(path), place=str(path)).module
    before = loop.logits_of(module, noise.valid)
    found = gates.gate_statistics(module, noise.valid)
    assert found["blocks"][0]["path"] == "stages.conv2.0"
    assert len(found["blocks"]) == sum(count for _, count in ((32, 1), (64, 2), (128, 2), (256, 1)))
    first = found["blocks"][0]
    slow = []
    with torch.inference_mode():
        block = module.stages.conv2[0]
        x = module.act1(module.bn1(module.conv1(loop.normalize(torch.from_numpy(noise.valid.images)))))
        x = block.bn2(block.conv2(block.act1(block.bn1(block.conv1(x))))).mean((2, 3), keepdim=True)
        slow = torch.sigmoid(block.se.fc2(torch.relu(block.se.fc1(x)))).flatten(1).numpy()
    np.testing.assert_allclose(first["mean"], slow.mean(0), atol=1e-4)
    np.testing.assert_allclose(first["std"], slow.std(0), atol=1e-4)
    for held in (found["all_fixed"], *(block["fixed"] for block in found["blocks"])):
        assert held["top1"] - found["accuracy"]["top1"] == pytest.approx(held["gained"] - held["lost"])
    assert first["between"] == pytest.approx(1, abs=1e-3)  # one image a class: the class explains everything
    assert np.array_equal(loop.logits_of(module, noise.valid), before)  # the network is whole again


def test_networks_without_gates_have_no_statistics(noise):
    assert gates.gate_statistics(RECIPES["resnet-64"].spec.build(), noise.valid) == {}
