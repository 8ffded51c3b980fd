"""The readers of z of this package: networks trained on a generator's own pictures to estimate the latent vector."""

from __future__ import annotations

from atlas.core.sources import EmbeddedFile

DIGESTS: dict[str, str] = {
    "eye-dcgan": "89ac13c116d66e7973c773c0c7924bda6ed2f1c5f5679684ac982b3b5cb15e86",
    "face-dcgan": "361eb1f5a78d3e21554987dbbf773b11f8b54e496752aa210c017cb896380c2c",
    "infogan-sprites-0": "7252e9e58400c7b381b829d84d3f85afcb3c3ea402f7cb948fcad84271c635cd",
    "infogan-sprites-1": "1ce66d25d04941a9319189b08d0a66a07bb4b349c912c94c80d46c60f7dae47d",
    "infogan-sprites-2": "856fb184c00f06f434fa7e8ec3890b1dc8635c8bfb4219376028bcfb0f2b4224",
}
"""Generator -> SHA-256 of the weights that `atlas train reader-GENERATOR` made."""


def reader_of(generator: str) -> EmbeddedFile | None:
    """The weights of a generator's reader; None where a linear one is fitted in the build."""
    sha256 = DIGESTS.get(generator)
    return EmbeddedFile(f"generative/reader-{generator}.safetensors", sha256, "Apache-2.0") if sha256 else None
