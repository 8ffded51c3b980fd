"""What was measured over all units of each layer, as rows for `atlas list measures`."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from atlas.chapters.vision.degenerate import degenerate_units
from atlas.chapters.vision.levels import STRONGEST
from atlas.chapters.vision.naming import RULES, unit_name
from atlas.core.results import AtlasResults, LayerResults, NetworkResults
from atlas.core.specs import IMAGE_KINDS
from atlas.methods.accuracy import translated


def measures(results: AtlasResults) -> list[dict[str, Any]]:
    """A row for each layer.

    Units, degenerate units by kind, units with a name by each rule, units with a group of objects above chance, the
    kinds of the strongest examples in per cent, and, of class logits, how many have a strongest image that shows the
    class.
    """
    return [
        {
            "network": network.spec.name,
            "layer": name,
            "units": layer.spec.units,
            **_degenerate(network, layer),
            **_named(results, network, layer),
            "with a group": int(layer.dissection.above.sum()),
            **_kinds(results, layer),
            "shows its class": _right(results, network, layer),
        }
        for network in results.networks
        for name in network.layer_names
        for layer in [network.load(name)]
    ]


def _named(results: AtlasResults, network: NetworkResults, layer: LayerResults) -> dict[str, int]:
    """Units that have a name, by the rule that gave it (`atlas.chapters.vision.naming`)."""
    classes = results.class_names(network.spec.labels)
    names = [unit_name(network.spec, layer, index, classes) for index in range(layer.spec.units)]
    counts = Counter(name.rule for name in names if name)
    return {f"named by {rule}": counts[rule] for rule in RULES}


def _kinds(results: AtlasResults, layer: LayerResults) -> dict[str, float]:
    """Per cent of the strongest examples of all units by kind of image."""
    table = layer.examples
    shown = table.image[:, np.array(table.levels) == STRONGEST]
    kinds = np.array([image.kind for image in results.probes.images])[shown[shown >= 0]]
    return {kind: round(100 * float((kinds == kind).mean()), 1) if len(kinds) else 0.0 for kind in IMAGE_KINDS}


def _degenerate(network: NetworkResults, layer: LayerResults) -> dict[str, int]:
    logits = layer.spec.name == network.spec.logits.name
    return degenerate_units(layer.stats, layer.neighbours, logits=logits).counts()


def _right(results: AtlasResults, network: NetworkResults, layer: LayerResults) -> str:
    """Of class logits: those whose strongest image shows the class; "" for other layers and unlabelled sets."""
    probes, spec = results.probes, network.spec
    if layer.spec.name != spec.logits.name or not probes.labels:
        return ""
    lists = results.class_names(probes.labels), results.class_names(spec.labels)
    classes = translated([image.class_index for image in probes.images], *lists)
    first = layer.examples.image[:, 0]
    right = (first >= 0) & (classes[first] == np.arange(len(first)))
    shown = int(np.isin(np.arange(len(first)), classes).sum())
    return f"{int(right.sum())} of {len(first)} ({shown} are shown by any image)"
