"""What a figure was made from, and under which terms it may be used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from atlas import __version__
from atlas.types import AtlasResults, LayerResults, NetworkSpec, ProbeImage

LICENCE = "CC-BY-4.0"  # of everything that the atlas itself draws
CREDIT = "Representation Atlas"

# Canonical addresses of the licences that probe images and pictures come under, by SPDX id.
LICENCE_URLS = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC-BY-3.0": "https://creativecommons.org/licenses/by/3.0/",
    "CC-BY-SA-3.0": "https://creativecommons.org/licenses/by-sa/3.0/",
    "CC-BY-2.0": "https://creativecommons.org/licenses/by/2.0/",
    "CC-BY-SA-2.0": "https://creativecommons.org/licenses/by-sa/2.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}


def provenance(
    results: AtlasResults,
    network: NetworkSpec,
    layer: LayerResults | None = None,
    *,
    unit: int | None = None,
    parameters: Mapping[str, Any] | None = None,
    seed: int | None = None,
) -> dict[str, Any]:
    """Everything needed to make a figure again, as plain data; fields that do not apply are left out."""
    fields: dict[str, Any] = {
        "network": network.name,
        "paper": network.paper,
        "weights": dict(vars(network.weights)),
        "layer": layer.spec.name if layer else None,
        "module": layer.spec.path if layer else None,
        "unit": unit,
        "probes": _probes(results),
        "parameters": dict(parameters) if parameters else None,
        "seed": seed,
        "recipe": results.recipe.get("name"),
        "code": f"representation-atlas {__version__}",
        "store": dict(layer.keys) if layer else None,
        "versions": dict(results.versions),
    }
    return {name: value for name, value in fields.items() if value is not None}


def _probes(results: AtlasResults) -> dict[str, Any]:
    return {"name": results.probes.name, "digest": results.probes.digest, "images": len(results.probes.images)}


def terms(images: Iterable[ProbeImage]) -> tuple[str, str]:
    """Licence (an SPDX expression) and attribution of a figure that shows `images` beside what the atlas drew."""
    images = tuple(images)
    licences = dict.fromkeys((LICENCE, *sorted({image.licence for image in images})))
    lines = dict.fromkeys((f"{CREDIT} ({LICENCE})", *(f"{image.attribution} ({image.licence})" for image in images)))
    return " AND ".join(licences), "; ".join(lines)
