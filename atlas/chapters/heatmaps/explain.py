"""The wall for a user's own picture: a folder of a few pages that opens from a disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from atlas.chapters.heatmaps.maps import Decisions, HeatMaps, compute_maps, decide
from atlas.chapters.heatmaps.paths import find_paths, spread
from atlas.chapters.heatmaps.records import HeatmapResults, NetworkMaps
from atlas.core.errors import AtlasError, UnknownName
from atlas.core.results import AtlasResults
from atlas.core.seeds import name_seed
from atlas.core.specs import NetworkSpec, ProbeImage, ProbePart, ProbeSet
from atlas.methods.attribution.method import FAMILIES, Method
from atlas.networks import NETWORKS
from atlas.networks.labels import class_names

SIDE = 224  # pixels of the picture as it is kept, from which each network takes its input
Say = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What is explained: a class by name or number, "" for the predicted one, by which methods, from which seed."""

    target: str = ""
    methods: tuple[Method, ...] = ()
    seed: int = 0


def explain_photo(photo: Path, networks: Sequence[str], wanted: Wanted, out: Path, say: Say) -> Path:
    """Write the pages about `photo` into `out`; the page to open first.

    AtlasError where the photo cannot be read, or a network, class or method does not exist.
    """
    specs = [NETWORKS[name] for name in networks]
    for spec in specs:
        _class_of(spec, wanted.target)  # before anything is computed
    part = _read(photo)
    found = [_network(spec, part, wanted, say) for spec in specs]
    chapter = HeatmapResults(
        images=(0,),
        masks=(None,),
        evaluated=0,
        methods=tuple(method.name for method in wanted.methods),
        networks=tuple(found),
        alone=1,
    )
    return _write(_results(part, chapter, wanted.seed), out)


def _read(photo: Path) -> ProbePart:
    """The middle square of the picture, as a probe set of one image."""
    from atlas.probes.external import fit
    from atlas.probes.read import UnreadableImageError, read_image
    from atlas.probes.slug import slug
    from atlas.probes.webp import encode

    try:
        picture = read_image(photo.read_bytes(), str(photo))
    except OSError as error:
        raise AtlasError(f"{photo} cannot be read: {error.strerror}. Name an image file.") from None
    except UnreadableImageError as error:
        raise AtlasError(f"{photo} cannot be explained: {error.reason}. Name a JPEG, PNG or WebP file.") from None
    image = ProbeImage(
        id=slug(photo.stem),
        source=slug(photo.stem),
        title=photo.name,
        licence="not stated",
        attribution=photo.name,
        url="",
    )
    return ProbePart((image,), (encode(fit(picture, SIDE, crop=1.0), lossless=True),), (None,))


def _class_of(spec: NetworkSpec, target: str) -> int | None:
    """The number of the class named `target` in a network's list; None for the predicted one."""
    if not target:
        return None
    names = class_names(spec.labels)
    short = {name.partition(",")[0].strip().lower(): index for index, name in enumerate(names)}
    if target.isdecimal() and int(target) < len(names):
        return int(target)
    if target.lower() not in short:
        raise UnknownName(f"class of {spec.name}", target, short)
    return short[target.lower()]


def _network(spec: NetworkSpec, part: ProbePart, wanted: Wanted, say: Say) -> NetworkMaps:
    """The decision of one network and its maps, family by family."""
    import torch

    from atlas.methods.attribution.explained import Explained
    from atlas.methods.prepare import prepare
    from atlas.probes import decode
    from atlas.weights import load

    network = load(spec)
    explained = Explained(network, layers=[layer for layer in spec.layers if layer.spatial])
    inputs = prepare(network, decode(part.webp))
    asked = _class_of(spec, wanted.target)
    classes = None if asked is None else torch.tensor([asked])
    decisions, seeds = decide(explained, inputs, classes), [name_seed(part.images[0].id, wanted.seed)]
    say(f"{spec.title}: {_in_words(spec, decisions)}")
    maps: dict[str, HeatMaps] = {}
    for family in FAMILIES:
        chosen = [method for method in wanted.methods if method.family == family]
        if chosen:
            say(f"{spec.title}: {', '.join(method.title for method in chosen)} …")
            found = compute_maps(explained, inputs, chosen, seeds, classes)
            maps |= {method.name: made for method, made in zip(chosen, found, strict=True)}
    say(f"{spec.title}: the units that carry the decision …")
    layers = [layer.name for layer in spread(spec.layers)]
    return NetworkMaps(spec, decisions, maps.__getitem__, {}, paths=find_paths(explained, inputs, layers, classes))


def _in_words(spec: NetworkSpec, decisions: Decisions) -> str:
    names = class_names(spec.labels)
    first, second = (names[index].partition(",")[0] for index in decisions.classes[0, :2].tolist())
    chance, other = decisions.probabilities[0, :2].tolist()
    return f"{first} {chance:.0%}, then {second} {other:.0%}"


def _results(part: ProbePart, chapter: HeatmapResults, seed: int) -> AtlasResults:
    """The results of an atlas with this chapter alone."""
    import hashlib

    probes = ProbeSet(
        name="own",
        title="A picture",
        digest=hashlib.sha256(part.webp[0]).hexdigest(),
        size=SIDE,
        images=part.images,
        skipped=(),
        labels=None,
        publish=True,
    )
    return AtlasResults(
        recipe={"name": "explain-image", "seed": seed, "base_url": ""},
        probes=probes,
        parts=lambda: iter([part]),
        versions={},
        seconds={},
        class_names=class_names,
        chapters={"heatmaps": chapter},
    )


def _write(results: AtlasResults, out: Path) -> Path:
    from atlas.chapters.heatmaps.pages import items, menu
    from atlas.chapters.heatmaps.pages.context import WallContext
    from atlas.chapters.heatmaps.pages.wall import page
    from atlas.publish.context import AtlasContext
    from atlas.publish.folder import Folder
    from atlas.publish.places import probe_file
    from atlas.publish.renderer import Renderer
    from atlas.publish.site import statics

    context = AtlasContext(results, out)
    wall = WallContext(context, results.chapters["heatmaps"])
    with Folder(out) as folder:
        for path, data in statics():
            folder.write(path, data)
        for index, data in enumerate(data for part in results.parts() for data in part.webp):
            folder.write(probe_file(index), data)
        renderer = Renderer(context, menu(context), whole=False)
        renderer.render_all(items(wall), folder)
        renderer.render_all(iter([page(wall, 0, 0, "index.html")]), folder)
        folder.finish()
    return out / "index.html"
