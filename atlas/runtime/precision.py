"""The number format of heavy work: that which the processor multiplies natively. It is part of a task's key."""

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
    """Raise ConfigError for a device that does not exist, before anything is computed."""
    if device == "cpu":
        return
    import torch

    if not re.fullmatch(r"cuda(:\d+)?", device):
        raise ConfigError(f"There is no device {device!r}. Choose cpu, cuda, or a GPU by its number such as cuda:0.")
    index, count = int(device.partition(":")[2] or 0), torch.cuda.device_count()
    if index >= count:
        raise ConfigError(
            f"There is no device {device!r}: torch {torch.__version__} finds {count} CUDA GPUs. Choose --device cpu, "
            "or install a torch that fits the driver of the GPU."
        )


@lru_cache(maxsize=8)
def native_precision(device: str) -> str:
    """ "bfloat16" where `device` multiplies it natively, else "float32".

    Every plan needs it, so on Linux it is read from /proc/cpuinfo, without torch, which takes a second to load.
    """
    if device == "cpu" and CPUINFO.is_file():
        native = "avx512_bf16" in CPUINFO.read_text("utf-8", "replace").split()
    else:
        import torch

        on_gpu = device.startswith("cuda")
        native = torch.cuda.is_bf16_supported() if on_gpu else torch.cpu._is_avx512_bf16_supported()
    return "bfloat16" if native else "float32"


def native_autocast(device: str = "cpu", *, enabled: bool = True) -> torch.autocast:
    """A context in which torch computes on `device` in bfloat16, where that is its native precision.

    Elsewhere it has no effect. A processor that only emulates bfloat16 takes six times (ResNet) to thirty times
    (EfficientNet) as long in it.
    """
    import torch

    native = native_precision(device) == "bfloat16"
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=enabled and native)
