"""Files that hold no weights: their kind is named by their first bytes, and nothing in them is run."""

import gzip
import io
import json
import pickle
import re
import tarfile
import zipfile
from argparse import Namespace

import numpy as np
import pytest
import torch
from torch import nn

from atlas.core.errors import WeightsError
from atlas.weights import read
from atlas.weights.contents import classes, printable

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"ab" * 32 + b"\nsize 102502400\n"


def written(value, write):
    file = io.BytesIO()
    write(file, value)
    return file.getvalue()


def archive(*names):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name in names:
            packed.writestr(name, b"x")
    return file.getvalue()


def tarred():
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as packed:
        packed.addfile(tarfile.TarInfo("model.pth"))
    return file.getvalue()


FILES = {
    "empty": (b"", "empty"),
    "pointer": (POINTER, "Git LFS pointer.*git lfs pull"),
    "page": (b"<!DOCTYPE html><html><title>404</title></html>", "web page.*Download"),
    "page with a mark": ("\ufeff\r\n<html>ä</html>".encode(), "web page"),
    "Keras": (b"\x89HDF\r\n\x1a\n" + bytes(600), "HDF5"),
    "array": (written(np.zeros(3), np.save), "single NumPy array"),
    "Lua": (b"\x04\x00\x00\x00\x01\x00\x00\x00\x03\x00\x00\x00V 1", "Torch7"),
    "shards": (json.dumps({"metadata": {}, "weight_map": {"a": "b"}}).encode(), "index of shards"),
    "text": (b"epoch 3, loss 0.7\n", "text that begins with 'epoch 3, loss 0.7'"),
    "gzip": (gzip.compress(b"x"), "gzip archive.*Unpack"),
    "tar": (tarred(), "tar archive.*Unpack"),
    "zip": (archive("a.txt", "b.txt"), "ZIP archive of 2 other files"),
    "TorchScript": (archive("m/constants.pkl", "m/data.pkl"), "TorchScript program.*state_dict"),
    "Keras 3": (archive("config.json", "model.weights.h5"), "Keras model"),
    "cut archive": (archive("m/data.pkl")[:40], "truncated or damaged archive"),
    "pickle": (pickle.dumps(Namespace(lr=1)), r"pickle of Python objects \(argparse.Namespace\), which are never"),
    "old pickle": (pickle.dumps(Namespace(lr=1), 2), r"\(argparse.Namespace\)"),
    "whole network": (written(nn.Linear(2, 2), lambda file, one: torch.save(one, file)), "object of torch.nn.*Linear"),
    "number": (written(3, lambda file, one: torch.save(one, file)), "holds one int"),
    "no tensors": (written({"epoch": 3}, lambda file, one: torch.save(one, file)), "no tensors, but: epoch"),
    "bytes": (bytes(range(200, 256)) * 4, "of an unknown kind"),
}


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("suffix", [".pth", ".safetensors"])
def test_the_kind_of_a_file_is_named(kind, suffix, tmp_path):
    data, told = FILES[kind]
    path = tmp_path / f"file{suffix}"
    path.write_bytes(data)
    with pytest.raises(WeightsError) as error:
        read(path)
    message = str(error.value)
    if kind == "bytes" and suffix == ".safetensors":
        told = "damaged safetensors file"
    assert re.search(told, message), message
    assert message.startswith(str(path)) and message.isprintable() and len(message) < 400
    assert "weights_only" not in message and "add_safe_globals" not in message


class Command:
    def __reduce__(self):
        import os

        return os.system, ("exit 1",)


def test_a_planted_command_is_named_and_never_run(tmp_path):
    torch.save({"weight": torch.zeros(2), "x": Command()}, tmp_path / "w.pth")
    with pytest.raises(WeightsError, match=r"it calls posix.system, which is never loaded"):
        read(tmp_path / "w.pth")


def test_classes_of_a_pickle_are_read_without_running_it():
    assert list(classes(pickle.dumps(Command()))) == ["posix.system"]
    assert list(classes(b"\x80\x04\xff")) == []
    assert printable("\x1b[1m") == "\\x1b[1m"
    assert len(printable("a" * 99)) == 60
