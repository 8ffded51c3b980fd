"""Top-1 and top-5 accuracy of networks on the probe images whose class they know, by kind of image."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from atlas.core.errors import ProbeError
from atlas.core.specs import IMAGE_KINDS, Array, Network, NetworkSpec, ProbeImage, ProbePart
from atlas.methods.accuracy import TOP, Accuracy, accuracy, known_classes, top_classes
from atlas.methods.prepare import prepare
from atlas.networks import NETWORKS
from atlas.networks.labels import class_names
from atlas.pipeline.plan import chosen_parts, with_probes
from atlas.probes import ProbeSource, decode
from atlas.recipe.recipe import Recipe
from atlas.weights import load

BATCH = 32
KINDS = dict(zip(IMAGE_KINDS, ("whole photographs", "crops", "cut-outs", "drawings", "images"), strict=True))


def networks_of(recipe: Recipe, name: str) -> list[NetworkSpec]:
    """All image networks of the recipe, or the one named `name`, which may be a registered one that it lacks."""
    specs = [network.spec for network in recipe.networks]
    return [spec for spec in specs if spec.name == name] or [NETWORKS[name]] if name else specs


def source_of(recipe: Recipe) -> tuple[ProbeSource, tuple[str, ...]]:
    """The probe set of a recipe (of a list the first that can be had), and the parts that its limit leaves."""
    recipe, source = with_probes(recipe)
    return source, chosen_parts(source, recipe.limit)


@dataclass(frozen=True)
class Measured:
    """Accuracies by kind of image, and how many images were left out."""

    accuracies: dict[str, Accuracy]
    without: int  # no class or label
    unknown: int  # of a class that the network does not know
    skipped: int  # cannot be read

    @property
    def images(self) -> int:
        """How many were measured."""
        return sum(found.n for found in self.accuracies.values())


def measure(
    spec: NetworkSpec,
    source: ProbeSource,
    *,
    parts: Sequence[str] | None = None,
    folder: str = "",
    device: str = "cpu",
) -> Measured:
    """Accuracy of a network on a probe set, or on some of its parts; `folder` is the recipe's of weight files.

    Classes are compared by the set's class list, where it has one, else by the names of its labels.

    ProbeError where no image has a class that the network knows.
    """
    loaded = load(spec, folder)
    loaded.module.to(device)
    images, tops, classes, skipped = list[ProbeImage](), list[Array](), list[Array](), 0
    for name in source.parts() if parts is None else parts:
        part = source.make(name)
        known = _classes(spec, source, part.images)
        images, skipped = images + list(part.images), skipped + len(part.skipped)
        classes.append(known)
        tops.append(_top(loaded, part, known, device))
    if not any((known >= 0).any() for known in classes):
        raise _no_class(spec, source, images)
    every = np.concatenate(classes)
    named = sum(image.class_index is not None or bool(image.label and not source.labels) for image in images)
    left = len(images) - named, named - int((every >= 0).sum()), skipped
    return Measured(_by_kind(images, np.concatenate(tops), every), *left)


def _classes(spec: NetworkSpec, source: ProbeSource, images: Sequence[ProbeImage]) -> Array:
    """The network's class of each image, -1 for none."""
    names = class_names(source.labels) if source.labels else ()
    indexes, labels = [image.class_index for image in images], [image.label for image in images]
    return known_classes(indexes, labels, names, class_names(spec.labels))


def _no_class(spec: NetworkSpec, source: ProbeSource, images: Sequence[ProbeImage]) -> ProbeError:
    shown = list(dict.fromkeys(image.label for image in images if image.label))[:3]
    labelled = f"labels such as {', '.join(shown)[:100]}" if shown else "no labels" if images else "no readable image"
    return ProbeError(
        f"No image of {source.name} has a class that {spec.name} knows: it has {labelled}, the network classes "
        f"such as {', '.join(class_names(spec.labels)[:3])[:100]}. Choose a probe set with the network's own classes."
    )


def _top(loaded: Network, part: ProbePart, classes: Array, device: str) -> Array:
    """The five classes with the highest scores of each image [N, 5]; -1 for an image without a class."""
    import torch

    top = np.full((len(part.images), min(TOP, loaded.spec.logits.units)), -1, np.int32)
    there = np.flatnonzero(classes >= 0)
    for first in range(0, len(there), BATCH):
        chosen = there[first : first + BATCH]
        with torch.inference_mode():
            logits = loaded.module(prepare(loaded, decode([part.webp[index] for index in chosen]), device))
        top[chosen] = top_classes(logits.float().cpu().numpy())
    return top


def _by_kind(images: Sequence[ProbeImage], top: Array, classes: Array) -> dict[str, Accuracy]:
    """Intervals count sources: the crops of one photograph are not independent."""
    found = {}
    for kind in IMAGE_KINDS:
        of = [place for place, image in enumerate(images) if image.kind == kind and classes[place] >= 0]
        if of:
            found[kind] = accuracy(top[of], classes[of], [images[place].source for place in of])
    return found


def lines(network: str, probes: str, found: Measured) -> Iterator[str]:
    """The accuracies as a table, a row a kind of image."""
    out = (("without a class", found.without), ("of other classes", found.unknown), ("not readable", found.skipped))
    left = ", ".join(f"{count:,} {words}" for words, count in out if count)
    yield f"{network} on {probes}: {found.images:,} images{f'; left out: {left}' if left else ''}"
    yield f"{'':<20} {'images':>7} {'works':>6}   {'top-1':<20} top-5   (95 % intervals over works)"
    for kind, one in found.accuracies.items():
        yield f"{KINDS[kind]:<20} {one.n:>7,} {one.sources:>6,}   {_share(one.top1, one.top1_interval):<20} " + _share(
            one.top5, one.top5_interval
        )


def _share(value: float, interval: tuple[float, float]) -> str:
    return f"{value:.3f} [{interval[0]:.3f}, {interval[1]:.3f}]"
