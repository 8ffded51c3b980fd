"""What a figure was made from, and under which terms it may be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import PurePath
from typing import Any

from atlas import __version__
from atlas.core.results import AtlasResults, LayerResults
from atlas.core.sources import CustomFile, WeightSource
from atlas.core.specs import GeneratorSpec, NetworkSpec, ProbeImage, RecurrentSpec

LICENCE = "CC-BY-4.0"  # of everything that the atlas itself draws
CREDIT = "Representation Atlas"


def provenance(
    results: AtlasResults, network: NetworkSpec, layer: LayerResults | None = None, **details: Any
) -> dict[str, Any]:
    """Everything needed to make a figure again, as plain data; `details` are a figure's own: unit, parameters, seed."""
    fields = {
        "network": network.name,
        "paper": network.paper,
        "weights": published_source(network.weights),
    }
    if layer is not None:
        fields |= {"layer": layer.spec.name, "module": layer.spec.path, "store": dict(layer.keys)}
    return fields | probe_provenance(results) | details


def published_source(weights: WeightSource) -> dict[str, Any]:
    """The fields of a source of weights; of an own checkpoint the name of its file, without the path."""
    fields = dict(vars(weights))
    return fields | {"file": PurePath(weights.file).name} if isinstance(weights, CustomFile) else fields


def published_labels(labels: str) -> str:
    """The name of a class list; of a file of a user's own its name, without the path."""
    return PurePath(labels).name


def probe_provenance(results: AtlasResults, **details: Any) -> dict[str, Any]:
    """The same for a figure of the probe images alone; `details` are its own: store keys, parameters."""
    return {
        "probes": _probes(results),
        "recipe": results.recipe["name"],
        "code": f"representation-atlas {__version__}",
        "versions": dict(results.versions),
        **details,
    }


def chapter_provenance(
    results: AtlasResults,
    spec: RecurrentSpec | GeneratorSpec,
    store: Mapping[str, str],
    probes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The same for a network that has no layers in the atlas: `store` are its keys, `probes` is what it read."""
    return {
        "network": spec.name,
        **({"paper": spec.paper} if spec.paper else {}),
        "weights": published_source(spec.weights),
        "store": dict(store),
        **({"probes": dict(probes)} if probes else {}),
        "recipe": results.recipe["name"],
        "code": f"representation-atlas {__version__}",
        "versions": dict(results.versions),
    }


def _probes(results: AtlasResults) -> dict[str, Any]:
    return {"name": results.probes.name, "digest": results.probes.digest, "images": len(results.probes.images)}


def terms(images: Iterable[ProbeImage]) -> tuple[str, str]:
    """Licence (names joined by AND) and attribution of a figure that shows `images` beside what the atlas drew."""
    images = tuple(images)
    credits = (part for image in images for part in credit(image).split("; "))  # many scenes share their parts
    return licence_of(images), "; ".join(dict.fromkeys((f"{CREDIT} ({LICENCE})", *credits)))


def licence_of(images: Iterable[ProbeImage]) -> str:
    """The licence alone, as an SPDX expression."""
    return " AND ".join(dict.fromkeys((LICENCE, *sorted({image.licence for image in images}))))


def credit(image: ProbeImage) -> str:
    """The attribution of a probe image; it names the licence."""
    named = image.licence.replace("-", " ") in image.attribution.replace("-", " ")
    return image.attribution if named else f"{image.attribution} ({image.licence})"
