"""The page of squeeze-and-excitation: the gates of a network by class, and their mean ablation."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from atlas.chapters.vision.figures.gates import block_names, cost, findings, gate_figures, heat_map
from atlas.chapters.vision.pages import PAGES
from atlas.chapters.vision.pages.context import NetworkSummary
from atlas.chapters.vision.places import gate_file, gates_page
from atlas.core.report import GateBlock, Gates
from atlas.core.results import NetworkResults
from atlas.core.specs import Array
from atlas.publish.context import AtlasContext
from atlas.publish.page import Asset, Item, Page

WIDTH, HEIGHT = 300.0, 120.0
NAMED = 4  # channels of a block that are listed


@dataclass(frozen=True)
class Channel:
    """A channel whose gate depends much on the class: its number and the classes at both ends."""

    index: int
    low: float
    low_class: str
    high: float
    high_class: str


@dataclass(frozen=True)
class BlockRow:
    """One gated block as the page shows it; paths are in a box of WIDTH x HEIGHT."""

    name: str
    linked: bool
    block: GateBlock
    change: str
    mean_path: str
    range_path: str
    file: str
    channels: tuple[Channel, ...]


def pages(context: AtlasContext, summaries: Sequence[NetworkSummary]) -> Iterator[Item]:
    """One page for each network with gate statistics, and its heat maps."""
    for summary in summaries:
        gates, name = summary.network.gates, summary.network.spec.name
        if gates is None:
            continue
        for index in range(len(gates.blocks)):
            yield Asset(gate_file(name, index), _image(heat_map(gates, index)))
        yield Page(gates_page(name), "vision/gates.html", _values(context, summary, gates))


def _values(context: AtlasContext, summary: NetworkSummary, gates: Gates) -> dict[str, object]:
    return {
        "summary": summary,
        "spec": summary.network.spec,
        "gates": gates,
        "blocks": _blocks(summary.network, gates),
        "all_change": cost(gates, gates.ablation),
        "findings": findings(gates, block_names(summary.network)),
        "figures": {figure.kind: figure for figure in gate_figures(context.results, summary.network)},
        "classes": len(gates.blocks[0].by_class),
    }


def _blocks(network: NetworkResults, gates: Gates) -> list[BlockRow]:
    names = [row.name for row in network.card.classes] if network.card else []
    return [
        BlockRow(
            name=name,
            linked=name in network.layer_names,
            block=block,
            change=cost(gates, block.ablation),
            mean_path=_mean_path(block),
            range_path=_range_path(block),
            file=gate_file(network.spec.name, index),
            channels=_channels(block, names),
        )
        for index, (name, block) in enumerate(zip(block_names(network), gates.blocks, strict=True))
    ]


def _mean_path(block: GateBlock) -> str:
    means = np.sort(block.mean)
    step = WIDTH / len(means)
    return "M" + "L".join(f"{(i + 0.5) * step:.1f} {HEIGHT * (1 - mean):.1f}" for i, mean in enumerate(means.tolist()))


def _range_path(block: GateBlock) -> str:
    order, step = np.argsort(block.mean, kind="stable"), WIDTH / len(block.mean)
    low, high = block.by_class.min(0)[order].tolist(), block.by_class.max(0)[order].tolist()
    return "".join(
        f"M{(i + 0.5) * step:.1f} {HEIGHT * (1 - a):.1f}V{HEIGHT * (1 - b):.1f}"
        for i, (a, b) in enumerate(zip(low, high, strict=True))
    )


def _channels(block: GateBlock, names: Sequence[str]) -> tuple[Channel, ...]:
    """The channels with the widest range of class means."""
    if not names:
        return ()
    low, high = block.by_class.argmin(0), block.by_class.argmax(0)
    wide = block.by_class.max(0) - block.by_class.min(0)
    return tuple(
        Channel(
            index=c,
            low=float(block.by_class[low[c], c]),
            low_class=names[low[c]],
            high=float(block.by_class[high[c], c]),
            high_class=names[high[c]],
        )
        for c in np.argsort(-wide, kind="stable")[:NAMED].tolist()
    )


def _image(rgb: Array) -> bytes:
    file = io.BytesIO()
    Image.fromarray(rgb.repeat(4, 0).repeat(4, 1)).save(file, "WEBP", lossless=True, method=4)
    return file.getvalue()


PAGES.add("gates", pages)
