"""The number format of heavy work: what the processor multiplies natively decides it, so a task's key holds it."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from atlas.core.errors import ConfigError

if TYPE_CHECKING:
    import torch

CPUINFO = Path("/proc/cpuinfo")


def check_device(device: str) -> None:
    """Raise ConfigError for a device that there is not, before anything is computed."""
    if device == "cpu":
        return
    import torch

    if not re.fullmatch(r"cuda(:\d+)?", device):
        raise ConfigError(f"There is no device {device!r}. Choose cpu, cuda, or a GPU by its number such as cuda:0.")
    number, found = int(device.partition(":")[2] or 0), torch.cuda.device_count()
    if number >= found:
        raise ConfigError(
            f"The device {device!r} is not here: torch {torch.__version__} sees {found} CUDA GPUs. Choose --device cpu, or install "
            "a torch that fits the GPU's driver."
        )


@lru_cache(maxsize=8)
def native_precision(device: str) -> str:
    """ "bfloat16" where `device` multiplies it natively, else "float32".

    A plan asks on every start, so Linux answers for its processor without torch, which takes a second to load.
    """
    if device == "cpu" and CPUINFO.is_file():
        native = "avx512_bf16" in CPUINFO.read_text("utf-8", "replace").split()
    else:
        import torch

        on_gpu = device.startswith("cuda")
        native = torch.cuda.is_bf16_supported() if on_gpu else torch.cpu._is_avx512_bf16_supported()
    return "bfloat16" if native else "float32"


def native_autocast(device: str = "cpu", *, enabled: bool = True) -> torch.autocast:
    """A context in which torch computes on `device` in `native_precision`, where that is bfloat16; changes nothing elsewhere.

    A processor that only emulates bfloat16 takes six times (ResNet) to thirty times (EfficientNet) as long in it.
    """
    import torch

    native = native_precision(device) == "bfloat16"
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=enabled and native)
