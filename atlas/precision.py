"""The number format of heavy work: what the processor multiplies natively decides it, so a task's key holds it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

CPUINFO = Path("/proc/cpuinfo")


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


def native_autocast(*, enabled: bool = True) -> torch.autocast:
    """A context in which torch computes on the CPU in `native_precision`, where that is bfloat16; changes nothing elsewhere.

    A processor that only emulates bfloat16 takes six times (ResNet) to thirty times (EfficientNet) as long in it.
    """
    import torch

    return torch.autocast("cpu", torch.bfloat16, enabled=enabled and native_precision("cpu") == "bfloat16")
