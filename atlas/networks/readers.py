"""The readers of z that are shipped: networks that learned from a generator's own pictures to tell the latent vector behind one."""

from __future__ import annotations

from atlas.sources import EmbeddedFile

DIGESTS: dict[str, str] = {}
"""Generator -> SHA-256 of the weights that `atlas train reader-GENERATOR` made."""


def reader_of(generator: str) -> EmbeddedFile | None:
    """The weights of a generator's reader; None where a linear one is fitted in the build."""
    sha256 = DIGESTS.get(generator)
    return EmbeddedFile(f"generative/reader-{generator}.safetensors", sha256, "Apache-2.0") if sha256 else None
