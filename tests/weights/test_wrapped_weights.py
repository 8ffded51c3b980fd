"""The right weights in any wrapping: prefixes, nested dictionaries, whole files of a training."""

from argparse import Namespace
from pathlib import PurePosixPath

import numpy as np
import pytest
import torch
from safetensors.torch import save_file, save_model
from torch import nn

from atlas.core.errors import WeightsError
from atlas.networks import NETWORKS
from atlas.weights import contents, fill, read
from atlas.weights.fit import fitted, flattened, listed


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(4, 5))


STATE = network().state_dict()


def under(prefix, state=STATE):
    return {prefix + key: value for key, value in state.items()}


OPTIMIZER = {"state": {0: {"step": torch.tensor(3.0), "exp_avg": torch.zeros(4)}}, "param_groups": [{"lr": 0.1}]}
OTHER = {key: value + 1 if value.is_floating_point() else value for key, value in STATE.items()}
WRAPPED = {
    "plain": (STATE, "9 keys matched"),
    "of parallel training": (under("module."), "prefix module. removed"),
    "compiled": (under("_orig_mod."), "9 keys matched"),
    "compiled inside": (under("module._orig_mod."), "prefix module. removed"),
    "sharded": ({key.replace("0.", "0._fsdp_wrapped_module."): value for key, value in STATE.items()}, "9 keys"),
    "in a name of its own": (under("image_encoder.trunk."), "prefix image_encoder.trunk. removed"),
    "nested": ({"model": STATE, "epoch": 3, "optimizer": OPTIMIZER}, "prefix model. removed, left out: epoch"),
    "twice nested": ({"checkpoint": {"net": under("module.")}}, "prefix checkpoint.net.module. removed"),
    "Lightning": (
        {"state_dict": {**under("model."), "loss.weight": torch.ones(5)}, "hyper_parameters": {"args": Namespace(a=1)}},
        "prefix state_dict.model. removed, left out: state_dict, hyper_parameters",
    ),
    "averaged": ({"state_dict": under("module.", OTHER), "state_dict_ema": STATE}, "not used: state_dict.module"),
    "NumPy numbers": ({"model": STATE, "best": np.float64(0.7), "at": PurePosixPath("x")}, "left out: best, at"),
    "without counters": ({key: one for key, one in STATE.items() if "num_batches" not in key}, "8 keys matched"),
    "half": ({key: one.half() if one.is_floating_point() else one for key, one in STATE.items()}, "9 keys matched"),
}


@pytest.mark.parametrize("case", WRAPPED)
def test_weights_are_found_in_any_wrapping(case, tmp_path):
    saved, words = WRAPPED[case]
    torch.save(saved, tmp_path / "w.pth")
    module = network().requires_grad_(False)
    nn.init.zeros_(module[0].weight)
    found = fitted(module, flattened(contents(tmp_path / "w.pth")), name="mine", place="w.pth")
    assert words in found.words
    fill(module, found.state, "mine", "w.pth")
    tolerance = 1e-3 if case == "half" else 0
    for key, value in STATE.items():
        torch.testing.assert_close(module.state_dict()[key], value, rtol=tolerance, atol=tolerance)


def test_of_two_networks_the_recipe_names_one():
    flat = flattened({"student": STATE, "teacher": OTHER})
    with pytest.raises(WeightsError, match=r'2 times: student, teacher.*inner = "student"'):
        fitted(network(), flat, name="mine", place="w.pth")
    found = fitted(network(), flat, name="mine", place="w.pth", inner="teacher")
    assert found.state["0.bias"].equal(OTHER["0.bias"])
    with pytest.raises(WeightsError, match=r"below inner = 'pupil', but below student, teacher"):
        fitted(network(), flat, name="mine", place="w.pth", inner="pupil")


def test_a_misfit_names_four_keys_and_the_prefix_that_all_share():
    state = {f"module.{number}.weight": torch.zeros(1) for number in range(99)}
    with pytest.raises(WeightsError) as error:
        fitted(network(), state, name="mine", place="w.pth")
    told = str(error.value)
    assert 'below the prefix "module."' in told and "and 92 more" in told and len(told) < 400 and "\n" not in told
    assert listed(["\x1b[1m"] * 5) == "\\x1b[1m, \\x1b[1m, \\x1b[1m, \\x1b[1m and 1 more"


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (torch.full((4,), torch.nan), "4 of 4 values of 0.bias are not finite"),
        (torch.tensor([0.0, 0.0, torch.inf, 0.0]), "1 of 4 values of 0.bias"),
        (torch.full((4,), 1e300, dtype=torch.float64), "4 of 4 values of 0.bias"),
        (torch.zeros(4, dtype=torch.int8), "0.bias holds int8"),
        (torch.zeros(4, dtype=torch.complex64), "0.bias holds complex64"),
        (torch.zeros(4).to_sparse(), "0.bias holds float32 .*sparse"),
        (torch.zeros(4, device="meta"), "0.bias holds no data"),
        (torch.zeros(3), "0.bias is 3, not 4"),
    ],
)
def test_what_is_no_finite_number_is_refused_by_its_key(value, told):
    with pytest.raises(WeightsError, match=told):
        fill(network(), {**STATE, "0.bias": value}, "mine", "w.pth")


def test_tied_weights_are_read_from_the_metadata_of_safetensors(tmp_path):
    tied = nn.ModuleDict({"encoder": nn.Embedding(5, 3), "decoder": nn.Linear(3, 5)})
    tied["decoder"].weight = tied["encoder"].weight
    save_model(tied, str(tmp_path / "tied.safetensors"))
    found = read(tmp_path / "tied.safetensors")
    assert sorted(found) == sorted(tied.state_dict())
    assert found["encoder.weight"].equal(found["decoder.weight"])


def test_arrays_are_read_without_objects(tmp_path):
    np.savez(tmp_path / "w.npz", **{key: value.numpy() for key, value in STATE.items()})
    assert read(tmp_path / "w.npz")["0.weight"].equal(STATE["0.weight"])
    np.savez(tmp_path / "objects.npz", a=np.array([Namespace()]))
    with pytest.raises(WeightsError, match="damaged npz file"):
        read(tmp_path / "objects.npz")


def test_a_wrong_suffix_does_no_harm(tmp_path):
    save_file(STATE, tmp_path / "really-safetensors.bin")
    torch.save(STATE, tmp_path / "really-torch.safetensors")
    torch.save(STATE, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    for path in tmp_path.iterdir():
        assert read(path)["0.weight"].equal(STATE["0.weight"])


def test_the_names_of_torchvision_fit_vgg():
    """timm computes the dense layers as convolutions: the same weights in another shape."""
    spec, dense = NETWORKS["vgg16"], {"classifier.0": (6, 512 * 49), "classifier.3": (6, 6), "classifier.6": (9, 6)}
    state = {f"{part}.weight": torch.zeros(shape) for part, shape in dense.items()}
    found = spec.rename({**state, "features.0.bias": torch.zeros(64), "classifier.6.bias": torch.zeros(9)})
    assert {key: tuple(value.shape) for key, value in found.items()} == {
        "pre_logits.fc1.weight": (6, 512, 7, 7),
        "pre_logits.fc2.weight": (6, 6, 1, 1),
        "head.fc.weight": (9, 6),
        "features.0.bias": (64,),
        "head.fc.bias": (9,),
    }
