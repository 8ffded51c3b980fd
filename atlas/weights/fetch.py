"""Published weight files: from a folder or the caches of the hubs, else downloaded into those caches."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from atlas.core.errors import MissingWeights
from atlas.core.sources import HubFile, UrlFile
from atlas.runtime.offline import FORBIDDEN, offline

PREFIX = 8  # hexadecimal digits of the SHA-256 in a file name of torch's hub


def fetch(source: HubFile | UrlFile, folder: str = "", *, download: bool = True) -> Path:
    """The file of `source` from ATLAS_WEIGHTS, `folder` or the cache of its hub, else downloaded into that cache.

    Raises:
        MissingWeights: it is not on this machine, and downloads are forbidden, not asked for (`download` is False) or
            failed. The message names the file, the places searched and the command to run where there is internet.
    """
    path = next((path for path in places(source, folder) if path.is_file()), None) or _cached(source)
    if path is not None:
        return path
    if offline():
        raise missing(source, folder, FORBIDDEN)
    if not download:
        raise missing(source, folder, "downloading them was not requested")
    try:
        return _download(source)
    except (OSError, RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise missing(source, folder, f"the download failed ({reason})") from error


def places(source: HubFile | UrlFile, folder: str) -> Iterator[Path]:
    """The paths of `source` in ATLAS_WEIGHTS and `folder`, the first one first."""
    for root in (os.environ.get("ATLAS_WEIGHTS", ""), folder):
        if root:
            yield from (Path(root).expanduser() / name for name in names(source))


def names(source: HubFile | UrlFile) -> tuple[str, ...]:
    """The possible names of `source` in a folder of weight files.

    A file of an address has its published name, or that with `.safetensors`, converted with the published keys. Files
    of the Hugging Face hub all have the same name, so that of the repository comes before it.
    """
    if isinstance(source, UrlFile):
        return (source.file, f"{Path(source.file).stem}.safetensors")
    short = source.repository.rsplit("/", 1)[-1]
    file = (source.file,) if source.file != HubFile.file else ()
    return (f"{short}{Path(source.file).suffix}", *file, f"{source.repository}/{source.file}", f"{short}/{source.file}")


def torch_cache() -> Path:
    """The folder of torch's hub for weight files: below TORCH_HOME, else XDG_CACHE_HOME/torch, else ~/.cache/torch."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(os.environ.get("TORCH_HOME") or f"{cache}/torch").expanduser() / "hub" / "checkpoints"


def hub_cache() -> Path:
    """The folder of huggingface_hub: HF_HUB_CACHE, HF_HOME/hub, or ~/.cache/huggingface/hub."""
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def _cached(source: HubFile | UrlFile) -> Path | None:
    if isinstance(source, UrlFile):
        path = torch_cache() / source.file
        return path if path.is_file() else None
    from huggingface_hub import try_to_load_from_cache

    cached = try_to_load_from_cache(source.repository, source.file, revision=source.revision)
    return Path(cached) if isinstance(cached, str) else None


def _download(source: HubFile | UrlFile) -> Path:
    if isinstance(source, HubFile):
        from huggingface_hub import hf_hub_download

        return Path(hf_hub_download(source.repository, source.file, revision=source.revision))
    from torch.hub import download_url_to_file

    target = torch_cache() / source.file
    target.parent.mkdir(parents=True, exist_ok=True)
    download_url_to_file(source.url, str(target), hash_prefix=prefix(source))
    return target


def prefix(source: UrlFile) -> str | None:
    """The first digits of the SHA-256 in the file's name, as torch's hub writes it: `name-7be5be79.pth`."""
    last = Path(source.file).stem.rsplit("-", 1)[-1]
    hexadecimal = len(last) >= PREFIX and set(last) <= set("0123456789abcdef")
    return last if hexadecimal else None


def published(source: HubFile | UrlFile, path: Path) -> str:
    """The SHA-256 of the file according to its publisher: its first digits, all of it, or "" where nothing is known.

    The cache of huggingface_hub names a large file by the digest in the metadata of the hub.
    """
    if isinstance(source, UrlFile):
        return (path.name == source.file and prefix(source)) or ""  # a converted file has another digest
    blob = path.resolve().name
    return blob if len(blob) == 64 and set(blob) <= set("0123456789abcdef") else ""


def revision(source: HubFile | UrlFile, path: Path) -> str:
    """The commit of the repository that `path` belongs to, by its place in the cache; else the revision of `source`."""
    if isinstance(source, UrlFile):
        return ""
    return path.parent.name if path.parent.parent.name == "snapshots" else source.revision


def command(source: HubFile | UrlFile) -> str:
    """The command to run where there is internet; it fills a folder `weights` as ATLAS_WEIGHTS expects it."""
    if isinstance(source, UrlFile):
        return f"curl -L --create-dirs -o weights/{source.file} {source.url}"
    short = source.repository.rsplit("/", 1)[-1]
    return f"hf download {source.repository} {source.file} --local-dir weights/{short}"


def missing(source: HubFile | UrlFile, folder: str, reason: str) -> MissingWeights:
    """The error for a file that is not here: which file, the places searched, and the command to get it."""
    cache = torch_cache() if isinstance(source, UrlFile) else hub_cache()
    named = os.environ.get("ATLAS_WEIGHTS", "")
    looked = [f"ATLAS_WEIGHTS ({named or 'not set'})", *([f"weights_folder ({folder})"] if folder else []), str(cache)]
    what = source.file if isinstance(source, UrlFile) else f"{source.file} of {source.repository}"
    return MissingWeights(what, command(source), tuple(looked), reason)
