"""The number format of feature visualization: what the processor multiplies natively decides it, so a task's key holds it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

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
