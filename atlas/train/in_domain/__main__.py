"""Tune, score, compare, and write the page; what is already in the folder of runs is not computed again."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from atlas.runtime.memory import keep_memory
from atlas.train.data import Photographs, data_folder, load_photographs
from atlas.train.in_domain.page import page
from atlas.train.in_domain.scores import Scored, score
from atlas.train.in_domain.summary import HALVES, record
from atlas.train.in_domain.tuning import KINDS, tuned
from atlas.train.recipes import RECIPES

# GoogLeNet and DenseNet take most time, and are tuned once.
CONTROLLED = tuple(name for name in RECIPES if name not in ("googlenet-64", "densenet-64"))


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m atlas.train.in_domain", description=__doc__)
    parser.add_argument("networks", nargs="*", default=list(RECIPES), help="miniatures [all]")
    parser.add_argument("--data", type=Path, help="the folder that holds tiny-imagenet-60 [ATLAS_DATA]")
    parser.add_argument("--runs", type=Path, default=Path("runs/in-domain"), help="the folder of weights and scores")
    parser.add_argument("--out", type=Path, default=Path("docs"), help="the folder of the page")
    chosen = parser.parse_args(arguments)
    keep_memory()
    photographs = load_photographs(data_folder(chosen.data), chosen.runs / "cache")
    kinds = {name: [kind for kind in KINDS if kind != "whole" or name in CONTROLLED] for name in chosen.networks}
    found = {
        name: {kind: scores_of(name, kind, photographs, chosen.runs) for kind in own} for name, own in kinds.items()
    }
    data = record(found)
    (chosen.out / "in-domain-deletion.json").write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    (chosen.out / "in-domain-deletion.md").write_text(page(data, HALVES), "utf-8")


def scores_of(network: str, kind: str, photographs: Photographs, runs: Path) -> Scored:
    """The scores of a network with weights of a kind, read from `runs` where they are there."""
    file = runs / f"{network}-{kind}.npz"
    if not file.is_file():
        score(tuned(network, kind, photographs, runs), photographs.valid).save(file)
    return Scored.read(file)


if __name__ == "__main__":
    main()
