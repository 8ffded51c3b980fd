"""The figures of the generative chapter: what each generator draws, what its directions and units do, with their numbers in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from atlas.chapters.generative.attributes import ATTRIBUTES, Attribute
from atlas.chapters.generative.figures.seeds import seeds_figure, seeds_of
from atlas.chapters.generative.methods import METHODS
from atlas.chapters.generative.places import drawn_file, drawn_layer_page, drawn_page, generator_page, passport_page
from atlas.chapters.generative.records import GenerativeChapter, GeneratorResults, chapter_of
from atlas.core.results import AtlasResults, Figure
from atlas.core.specs import Array, GeneratorSpec
from atlas.publish.provenance import CREDIT, LICENCE, chapter_provenance
from atlas.publish.words import count, listed, number, percent

CHAPTER = "generative/index.html"
ATTRIBUTE: Mapping[str, Attribute] = {attribute.name: attribute for attribute in ATTRIBUTES}


def rank_of(values: Array, place: int) -> int:
    """From 1, the largest value: the rank of the value at `place`."""
    return int((values > values[place]).sum()) + 1


def direction_title(record: Mapping[str, Any]) -> str:
    """`SeFa 0`, `InterFaceGAN: head turn`."""
    title = METHODS[record["method"]].title
    if record["attribute"]:
        return f"{title}: {ATTRIBUTE[record['attribute']].title.lower()}"
    return f"{title} {record['index']}"


def direction_label(record: Mapping[str, Any]) -> str:
    """`SeFa 0`, `InterFaceGAN`: the method, and the number where the target does not tell it already."""
    return METHODS[record["method"]].title if record["attribute"] else direction_title(record)


def towards(record: Mapping[str, Any]) -> str:
    """What the target becomes along the direction, in words."""
    attribute = ATTRIBUTE[record["target"]]
    return attribute.high if record["effect"] > 0 else attribute.low


def unread(spec: GeneratorSpec) -> str:
    """What is not on the pages of a generator, and why; empty where nothing is missing."""
    missing = [] if spec.first else ["SeFa"]
    missing += [] if spec.layers else ["GANSpace", "the dissection of units"]
    return (
        f"Left out here: {listed(missing)}. They read inner steps of a generator, and the recipe names none of this one."
        if missing
        else ""
    )


def is_better(record: Mapping[str, Any]) -> bool:
    """Does it do more than nineteen of twenty random directions?"""
    return bool(record["percentile"] >= 0.95)


def all_figures(atlas: AtlasResults) -> Iterator[Figure]:
    """All figures of the chapter: generator by generator, in the order of their pages, then that of the InfoGANs together."""
    results = chapter_of(atlas)
    for generator in results.generators:
        yield from generator_figures(results, generator)
    if seeds := seeds_of(results):
        yield seeds_figure(results, seeds)


def generator_figures(results: GenerativeChapter, generator: GeneratorResults) -> Iterator[Figure]:
    """The figures of one generator."""
    yield _sample(results, generator)
    for record in generator.facts["directions"]["directions"]:
        yield direction_figure(results, generator, record)
    yield from (make(results, generator) for make in (_rescoring, _agreement))
    if generator.facts["directions"]["stability"]:
        yield _stability(results, generator)
    for layer in generator.facts["dissections"]["layers"]:
        yield units_figure(results, generator, layer)
        yield from _drawn_units(results, generator, layer)
    yield from (make(results, generator) for make in (_latents, _paths, _spectrum))
    if "codes" in generator.facts:
        yield _codes(results, generator)
        yield _real(results, generator)


def _figure(
    results: GenerativeChapter, generator: GeneratorResults, name: str, title: str, caption: str, alt: str, *,
    page: str = "", file: str = "",
) -> Figure:  # fmt: skip
    spec = generator.spec
    return Figure(
        id=f"generative/{spec.name}/{name}",
        kind="generative",
        title=f"{title} of {spec.title}",
        caption=caption,
        alt=alt,
        page=page or f"{generator_page(spec.name)}#{name}",
        files=(file,) if file else (),
        licence=LICENCE,
        attribution=f"{CREDIT} ({LICENCE}); weights of {spec.title}: {spec.weights.licence}, {spec.weights.source}",
        provenance=chapter_provenance(results.atlas, spec, generator.keys),
    )


def _sample(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    spec = generator.spec
    kind = f", the {count(len(spec.choices), 'choice')} of {listed(spec.choices)} in turn" if spec.choices else ""
    return _figure(
        results, generator, "sample", "Pictures", f"Pictures of random latent vectors ({spec.z} numbers{kind}), not chosen.",
        f"Grid of {spec.subject} drawn by {spec.title}", file=drawn_file(spec.name, "sample"),
    )  # fmt: skip


def direction_figure(results: GenerativeChapter, generator: GeneratorResults, record: Mapping[str, Any]) -> Figure:
    """The strip of one direction, with its passport in words."""
    facts, attribute = generator.facts["directions"], ATTRIBUTE[record["target"]]
    share = "all" if record["percentile"] == 1 else f"{percent(record['percentile'])} of"
    chance = f"more than {share} {facts['chance']} random directions" + (
        "" if is_better(record) else ", so no better than chance"
    )
    leak = number(record["leakage"], 2) if record["leakage"] is not None else "everything"
    return _figure(
        results, generator, record["name"], f"Direction {direction_title(record)}",
        f"From −{record['span']:g} to +{record['span']:g} along the direction, for the {facts['shown']} latent vectors whose pictures are the most ordinary. "
        f"{attribute.title}: {towards(record)}, {number(abs(record['effect']), 2)} standard deviations from end to end, {chance}; "
        f"strictly monotone for {percent(record['monotone'])} of {count(facts['vectors'], 'latent vector')}; mean effect on the other "
        f"attributes {leak} of the target's; what else is read from the picture keeps a cosine of {number(record['identity'], 2)} at "
        f"the ends (random directions {number(facts['chance_identity'], 2)}, unrelated pictures {number(facts['strangers'], 2)}).",
        f"Three rows of {generator.spec.subject} that change along {direction_title(record)}",
        page=f"{passport_page(generator.spec.name, record['name'])}#strip", file=drawn_file(generator.spec.name, record["name"]),
    )  # fmt: skip


def _rescoring(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    kept = [value for value in target_kept(generator) if value is not None]
    span = f"{generator.facts['directions']['directions'][0]['span']:g}"
    return _figure(
        results, generator, "rescoring", "Re-scoring matrix",
        f"Effect of each InterFaceGAN direction (row) on each attribute (column), in standard deviations from dose −{span} to +{span}: raw, and "
        "conditional, where each direction is freed of its part along all the others. Conditioning keeps "
        f"{percent(float(np.mean(kept)))} of the effect on the target on average, from {percent(min(kept))} to {percent(max(kept))}; the mean effect on "
        f"the other attributes falls from {number(others_moved(generator, 'matrix'), 2)} to {number(others_moved(generator, 'conditional'), 2)}.",
        "Two tables of effects, directions by attributes",
    )  # fmt: skip


def target_kept(generator: GeneratorResults) -> list[float | None]:
    """Of each hyperplane: what its conditional direction does to the target in shares of what it does itself; None where it does nothing."""
    arrays = generator.arrays["directions"]
    pairs = zip(arrays["matrix"].diagonal().tolist(), arrays["conditional"].diagonal().tolist(), strict=True)
    return [cleared / raw if raw else None for raw, cleared in pairs]


def others_moved(generator: GeneratorResults, which: str) -> float:
    """Mean |effect| of the directions of a re-scoring matrix on what they are not about, in standard deviations."""
    table = np.abs(generator.arrays["directions"][which])
    return float((table.sum() - table.trace()) / max(1, table.size - len(table)))


def _agreement(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    facts = generator.facts["directions"]
    return _figure(
        results, generator, "agreement", "Agreement of methods",
        f"|cosine| between every two directions. Two random directions of {generator.spec.free} dimensions have "
        f"{number(facts['expected_cosine'], 2)} on average.",
        "Matrix of cosines between directions",
    )  # fmt: skip


def _stability(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    found = generator.facts["directions"]["stability"]
    repeats = generator.facts["directions"]["repeats"]
    drawn = {"sefa": "SeFa: outputs of the first step drawn again", "ganspace": "GANSpace: samples drawn again"}
    how = "; ".join(drawn[name] for name in found)
    told = listed(
        [
            f"{METHODS[name].title} {number(min(values), 2)} to {number(max(values), 2)}"
            for name, values in found.items()
        ]
    )
    return _figure(
        results, generator, "stability", "Spectrum and stability",
        f"Share of the method's own spectrum that each direction holds, and the mean |cosine| with its best match in {repeats} "
        f"bootstrap repeats ({how}): {told}.",
        "Table of spectrum and stability by direction",
    )  # fmt: skip


def units_figure(results: GenerativeChapter, generator: GeneratorResults, layer: str) -> Figure:
    """What units of a layer draw."""
    found, spec = generator.arrays["dissections"], generator.spec
    amount = found[f"{layer}/ablated"]
    return _figure(
        results, generator, f"units-{layer}", f"Units of {layer}",
        f"{count(len(amount), 'unit')} spread evenly over {layer}: pictures on which a unit is on the most, where it is on in them, the same with the unit held at "
        f"zero, where pixels then change, one picture before and after the unit is switched on in the middle, and where that changes pixels. Holding one changes a pixel by "
        f"{number(float(amount.min()) * 255, 2)} to {number(float(amount.max()) * 255, 2)} grey levels on average.",
        f"Pictures with and without units of {layer}", page=f"{drawn_layer_page(spec.name, layer)}#units-{layer}",
    )  # fmt: skip


def _drawn_units(results: GenerativeChapter, generator: GeneratorResults, layer: str) -> Iterator[Figure]:
    """What each dissected unit of a layer draws."""
    found, spec = generator.arrays["dissections"], generator.spec
    for place, unit in enumerate(found[f"{layer}/units"].tolist()):
        yield _figure(
            results, generator, f"{layer}-{unit}", f"Unit {unit} of {layer}",
            f"The pictures on which unit {unit} is on the most, where it is on in them, and the same with the unit held at zero, "
            f"which changes a pixel by {number(float(found[f'{layer}/ablated'][place]) * 255, 2)} grey levels on average "
            f"(rank {rank_of(found[f'{layer}/ablated'], place)} of the {len(found[f'{layer}/ablated'])} dissected units of the layer) and "
            f"{percent(float(found[f'{layer}/changed'][place]))} of the pixels visibly; where they change; then the picture on which it is quietest before and after it is "
            "switched on in the middle quarter, and where that changes pixels.",
            f"Pictures with and without unit {unit} of {layer}", page=f"{drawn_page(spec.name, layer, unit)}#unit",
            file=drawn_file(spec.name, f"{layer}-{unit}"),
        )  # fmt: skip


def _latents(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    facts, spec = generator.facts["latents"], generator.spec
    purity = (
        f" Neighbours share the choice in {percent(facts['purity'])} (shuffled: {percent(facts['purity_shuffled'])})."
        if spec.choices
        else ""
    )
    read = "the middle layer's features" if spec.layers else "their pixels, 32 a side"
    return _figure(
        results, generator, "latents", "Latent map",
        f"{count(int(facts['parameters']['points']), 'picture')} laid out by UMAP of {read} (z itself is one round "
        f"cloud without structure). Trustworthiness {number(facts['trustworthiness'])}, continuity {number(facts['continuity'])}, "
        f"stability under another seed {percent(facts['stability'])}.{purity}",
        f"Map of generated {spec.subject}", file=drawn_file(spec.name, "latents"),
    )  # fmt: skip


def _paths(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    return _figure(
        results, generator, "paths", "Interpolation and truncation",
        "Between two latent vectors on a straight line (above) and on a great circle (below): the straight line passes through shorter "
        f"vectors than training drew. Then {len(generator.arrays['qualities']['truncation'])} latent vectors scaled from 0 to {number(generator.facts['qualities']['longest'])}.",
        "Strips between latent vectors and at several lengths", file=drawn_file(generator.spec.name, "paths"),
    )  # fmt: skip


def _spectrum(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    facts = generator.facts["qualities"]
    known = generator.facts.get("codes")
    real = f" Real pictures: {number(known['spectrum_real'], 2)} dB." if known else ""
    return _figure(
        results, generator, "spectrum", "Checkerboard spectrum",
        "Mean power of the pictures' luminance by horizontal frequency. Transposed convolutions may leave a pattern of every second pixel: here "
        f"the finest frequency lies {number(facts['checkerboard'], 2)} dB above the line through its neighbours.{real}",
        "Power by frequency",
    )  # fmt: skip


def _codes(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    facts = generator.facts["codes"]
    return _figure(
        results, generator, "codes", "Codes and factors",
        f"Each number of the code from −1 to 1 under each choice; and how much the codes that are read from {count(facts['sprites'], 'real sprite')} "
        f"tell of their known factors. Mutual information gap {number(facts['mig'])} (shuffled codes {number(facts['mig_null'])}), "
        f"disentanglement {number(facts['disentanglement'])} ({number(facts['disentanglement_null'])}), completeness "
        f"{number(facts['completeness'])} ({number(facts['completeness_null'])}).",
        "Strips of sprites along each code, and a table of codes by factors", file=drawn_file(generator.spec.name, "codes"),
    )  # fmt: skip


def _real(results: GenerativeChapter, generator: GeneratorResults) -> Figure:
    facts = generator.facts["codes"]
    return _figure(
        results, generator, "real", "Made and real",
        f"Above: pictures of the generator, below each its nearest one of the {count(facts['learned'], 'sprite')} that it learned from. In the feature space of {facts['judge']}, {count(facts['judged'], 'picture')} of each kind: "
        f"precision {number(facts['precision'], 2)}, recall {number(facts['recall'], 2)}, Fréchet distance {number(facts['frechet'])} "
        f"(real against other real: {number(facts['precision_floor'], 2)}, {number(facts['recall_floor'], 2)}, {number(facts['frechet_floor'])}). "
        f"Mean distance to the nearest learned picture {number(facts['nearest_made'], 2)}, of fresh real ones {number(facts['nearest_real'], 2)}.",
        "Made sprites above their nearest real ones", file=drawn_file(generator.spec.name, "real"),
    )  # fmt: skip


def best(records: Sequence[Mapping[str, Any]], number: int = 5) -> list[Mapping[str, Any]]:
    """The directions worth showing first: better than chance, no target twice; each method's best before its second.

    The best has the largest effect in shares of what leaks.
    """
    ranked = sorted(records, key=lambda record: -abs(record["effect"]) / (0.1 + (record["leakage"] or 0)))
    better = [record for record in ranked if is_better(record)]
    found: list[Mapping[str, Any]] = []
    while len(found) < number:
        shown = {record["target"] for record in found}
        fresh = [record for record in better if record["target"] not in shown]
        if not fresh:
            break
        turns = Counter(record["method"] for record in found)
        found.append(min(fresh, key=lambda record: turns[record["method"]]))  # min keeps the ranking among equals
    return found
