"""A generator as an ONNX file, for browsers and other programs, checked against the pictures that torch draws."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from atlas.chapters.generative.latent import Generator, draw
from atlas.core.errors import AtlasError, ConfigError
from atlas.core.specs import Array, GeneratorSpec

if TYPE_CHECKING:
    from torch import nn

OPSET = 17
CHECKED = 2  # pictures that are drawn both ways
LARGEST = 1e-3  # allowed difference of a value in [-1, 1]: an eighth of a grey level


def export(generator: Generator, path: Path) -> float:
    """Write `path` and return the largest difference of its pictures from torch's.

    Input `z` [N, Z] float32, output `rgb` [N, 3, S, S] about in [-1, 1], any N. The file carries name, licence and
    digest of the weights as metadata. Raises ConfigError without the package onnx, and AtlasError (nothing is
    written) where ONNX's reference interpreter draws another picture than torch.
    """
    try:
        import onnx
    except ModuleNotFoundError:
        raise ConfigError("Exporting needs the package onnx. Run: pip install 'representation-atlas[onnx]'") from None

    z = draw(generator, CHECKED, 0)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        _trace(generator.module, z, partial)
        model = onnx.load(str(partial))
        onnx.helper.set_model_props(model, _metadata(generator.spec))
        onnx.checker.check_model(model, full_check=True)
        difference = _difference(generator.module, z, _interpreter(model))
        if not difference <= LARGEST:
            raise AtlasError(
                f"{generator.spec.name}: the ONNX file draws other pictures than torch (by up to {difference:.2g}, "
                f"allowed {LARGEST}). Nothing was written; please report the versions of torch and onnx."
            )
        onnx.save(model, str(partial))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return difference


def _metadata(spec: GeneratorSpec) -> dict[str, str]:
    return {"generator": spec.name, "weights_sha256": spec.weights.sha256, "licence": spec.weights.licence}


def _trace(module: nn.Module, z: Array, path: Path) -> None:
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # torch's newer exporter needs one more package
        torch.onnx.export(
            module,
            (torch.from_numpy(z),),
            str(path),
            input_names=["z"],
            output_names=["rgb"],
            dynamic_axes={"z": {0: "pictures"}, "rgb": {0: "pictures"}},
            opset_version=OPSET,
            dynamo=False,
        )


def _interpreter(model: object) -> Callable[[Array], Array]:
    from onnx.reference import ReferenceEvaluator

    session = ReferenceEvaluator(model)
    return lambda z: np.asarray(session.run(None, {"z": z})[0])


def _difference(module: nn.Module, z: Array, elsewhere: Callable[[Array], Array]) -> float:
    """The largest difference of the pictures of each z alone: another number of pictures than it was traced with."""
    import torch

    with torch.inference_mode():
        wanted = module(torch.from_numpy(z)).numpy()
    return max(float(np.abs(elsewhere(z[i : i + 1])[0] - wanted[i]).max()) for i in range(len(z)))
