"""Records of a small network as a whole, by hand: a structure with all kinds of parts, a card, gates."""

import numpy as np

from atlas.card import card_of, gates_of
from atlas.portrait import Diagnosis, Gates, ModelCard, Part, Structure


def make_structure(units: dict[str, int]) -> Structure:
    """Stem, a residual block with a gate, an Inception module, a head; `units` are those of stem, block3b and logits."""
    rows = (
        ("input", "image", 3, 64, 0, (), ()),
        ("convolution", "7 × 7, stride 2", units["stem"], 32, 7, (0,), ("stem",)),
        ("norm", "local response normalization", units["stem"], 32, 0, (1,), ()),
        ("pool", "max pool 3 × 3, stride 2", units["stem"], 16, 3, (2,), ()),
        ("convolution", "3 × 3", units["stem"], 16, 3, (3,), ()),
        ("gate", "squeeze-and-excitation", units["stem"], 16, 0, (4,), ()),
        ("sum", "sum", units["stem"], 16, 0, (5, 3), ()),
        ("convolution", "1 × 1", 16, 16, 1, (6,), ()),
        ("convolution", "1 × 1", 16, 16, 1, (6,), ()),
        ("convolution", "5 × 5", 24, 16, 5, (8,), ()),
        ("join", "side by side", units["block3b"], 16, 0, (7, 9), ("block3b",)),
        ("pool", "global mean", units["block3b"], 0, 0, (10,), ()),
        ("linear", "fully connected", units["logits"], 0, 0, (11,), ("logits",)),
    )
    filters = np.random.default_rng(3).normal(0, 0.1, (units["stem"], 3, 7, 7)).astype(np.float32)
    return Structure(tuple(Part(*row) for row in rows), 12_345_678, filters)


def make_card(names: tuple[str, ...]) -> ModelCard:
    """A card of a training of two epochs on 600 validation images."""
    return card_of(
        {
            "network": "twin",
            "weights": {
                "file": "twin.safetensors", "sha256": "ab" * 32, "bytes": 3_200_000, "precision": "float16",
                "statistics_of": 30_000,
            },
            "parameters": 4_652_008,
            "multiply_adds": 12_345_678,
            "accuracy": {"top1": 0.5, "top5": 0.8, "images": 600, "views": 1},
            "classes": [
                {"name": name, "images": 50, "top1": (place % 5) / 5, "taken_for": names[(place + 1) % len(names)]}
                for place, name in enumerate(names)
            ],
            "recipe": {"network": "twin", "epochs": 2, "seed": 0, "optimizer": "sgd", "rate": 0.12},
            "teacher": {"network": "larger", "epochs": 8, "top1": 0.9},
            "notes": ["One seed only."],
            "curve": [
                {"epoch": 1, "loss": 3.2, "top1": 0.3, "top5": 0.6},
                {"epoch": 2, "loss": 2.1, "top1": 0.51, "top5": 0.81},
            ],
            "data": {"name": "fixture-12", "source": "https://example.org/data.zip", "digest": "cd" * 32,
                     "train_images": 6000, "valid_images": 600, "terms": "For research."},
            "licence": "Apache-2.0",
            "hardware": {"processor": "Maker's CPU", "cores": 2, "threads": 1, "torch": "2.14.1"},
            "seconds": {"clock": 3600, "processor": 3000},
        }
    )  # fmt: skip


def make_gates(classes: int) -> Gates:
    """Gates of two blocks; those of the first depend on the class, those of the second do not."""
    random = np.random.default_rng(5)
    blocks = []
    for path, channels, spread in (("first", 8, 0.2), ("second", 12, 0.0)):
        by_class = 0.5 + spread * random.uniform(-1, 1, (classes, channels))
        fixed = {"top1": 0.5 - spread / 2, "top5": 0.8, "lost": spread / 2 + 0.02, "gained": 0.02}
        blocks.append({"path": path, "mean": by_class.mean(0), "std": by_class.std(0) + 0.01, "between": 0.9 * spread,
                       "by_class": by_class, "fixed": fixed})  # fmt: skip
    return gates_of({"images": 600, "accuracy": {"top1": 0.5, "top5": 0.8},
                     "all_fixed": {"top1": 0.4, "top5": 0.75, "lost": 0.13, "gained": 0.03}, "blocks": blocks})  # fmt: skip


def make_diagnosis(stride: int, aliased: float) -> Diagnosis:
    """Eight first filters, of which 3 is silent and 5 faint; `aliased` is the share of a first map that is folded over."""
    random = np.random.default_rng(stride)
    positive, spread = np.full(8, 0.9), random.uniform(0.8, 1.2, 8)
    positive[3], spread[5] = 0, 0.05
    bands = random.uniform(0.5, 1, (3, 32))
    bands /= bands.sum(1, keepdims=True)
    images = random.integers(0, 256, (2, 2, 3, 5, 5, 3)).astype(np.uint8)
    return Diagnosis(
        images=16, probed=40, strides=(stride, 8), norms=random.uniform(0.5, 1, 8), positive=positive, spread=spread,
        filters=bands[0], filters_above=random.uniform(0.5, 0.6, 8), spectra=(bands[1], bands[2]),
        aliased=(aliased + random.uniform(-0.01, 0.01, 8), random.uniform(0.04, 0.06, 12)),
        units=np.array([0, 6]), image=np.array([[0, 1, 2], [3, 4, 5]]), value=np.ones((2, 3)),
        seen=images[0], projected=images[1],
    )  # fmt: skip
