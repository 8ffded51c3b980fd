"""The readers of z that are shipped: networks that learned from a generator's own pictures to tell the latent vector behind one."""

from __future__ import annotations

from atlas.sources import EmbeddedFile

DIGESTS: dict[str, str] = {
    "eye-dcgan": "89ac13c116d66e7973c773c0c7924bda6ed2f1c5f5679684ac982b3b5cb15e86",
    "face-dcgan": "361eb1f5a78d3e21554987dbbf773b11f8b54e496752aa210c017cb896380c2c",
    "infogan-sprites-0": "2ed72792b278ad94ba43f839866b9d6151af284495a5cb9bc6540ef238267c2c",
    "infogan-sprites-1": "a2328a71c420e9eed432a0e2fbce20f1ca4a088cfd004b822681a634f1c07ec2",
    "infogan-sprites-2": "8715a9a99d61ad938c55cb1249542df5e6ffcffbaaac53b47e0c50ac358a11ef",
}
"""Generator -> SHA-256 of the weights that `atlas train reader-GENERATOR` made."""


def reader_of(generator: str) -> EmbeddedFile | None:
    """The weights of a generator's reader; None where a linear one is fitted in the build."""
    sha256 = DIGESTS.get(generator)
    return EmbeddedFile(f"generative/reader-{generator}.safetensors", sha256, "Apache-2.0") if sha256 else None
