"""Two small charts of a training, drawn from the model card: loss and accuracy by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from atlas.core.report import ModelCard

WIDTH, HEIGHT = 320.0, 160.0


@dataclass(frozen=True)
class TrainingCurve:
    """A curve: its kind and label, its path, and its last value with the position."""

    kind: str
    words: str
    path: str
    x: float
    y: float
    last: str


@dataclass(frozen=True)
class TrainingChart:
    """A pair of axes: its title, ticks (position, label) from the bottom, and the curves."""

    title: str
    ticks: tuple[tuple[float, str], ...]
    lines: tuple[TrainingCurve, ...]
    epochs: int


def charts(card: ModelCard) -> tuple[TrainingChart, TrainingChart]:
    """Training loss; top-1 and top-5 accuracy on the validation images."""
    losses = [row["loss"] for row in card.curve]
    most = max(1.0, -(-max(losses) // 1))
    loss = TrainingChart(
        "Training loss, nats",
        tuple((_y(tick, most), f"{tick:g}") for tick in range(int(most) + 1)),
        (_line("loss", "loss", losses, most, f"{losses[-1]:.2f}"),),
        len(losses),
    )
    lines = tuple(
        _line(name, words, [row[name] for row in card.curve], 1.0, f"{100 * card.curve[-1][name]:.1f} %")
        for name, words in (("top5", "top-5"), ("top1", "top-1"))
    )
    ticks = tuple((_y(tick / 4, 1.0), f"{25 * tick} %") for tick in range(5))
    return loss, TrainingChart("Accuracy on validation images", ticks, lines, len(losses))


def _y(value: float, most: float) -> float:
    return round(HEIGHT * (1 - value / most), 1)


def _line(kind: str, words: str, values: Sequence[float], most: float, last: str) -> TrainingCurve:
    step = WIDTH / max(1, len(values) - 1)
    points = [f"{i * step:.1f} {_y(value, most)}" for i, value in enumerate(values)]
    return TrainingCurve(
        kind, words, "M" + "L".join(points), round((len(values) - 1) * step, 1), _y(values[-1], most), last
    )
