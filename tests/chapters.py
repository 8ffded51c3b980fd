"""Two recurrent networks for the fixture: the real studies of small untrained networks on made-up source code."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from atlas.measured import RecurrentResults
from atlas.networks.recurrent import ALPHABET, SPECS, build
from atlas.recurrent import study
from atlas.recurrent.cell import net_of
from atlas.recurrent.source import SourceFile
from atlas.recurrent.texts import held_out_texts
from atlas.types import RecurrentSpec

LINES = '''def name{0}(argument, other=(1, 2)):
    """Say what it does."""
    # a comment
    if argument is not None:
        return "a rather long string" + str(argument)
    return [argument, other, {0}]

'''


def make_recurrent() -> tuple[RecurrentResults, ...]:
    """An LSTM and a plain RNN of 60 cells."""
    return tuple(_network(replace(spec, hidden=60, embedding=6)) for spec in SPECS if spec.cell != "GRU")


def _network(spec: RecurrentSpec) -> RecurrentResults:
    files = [SourceFile(f"module{number}.py", LINES.format(number) * 4) for number in range(300)]
    texts = held_out_texts([file for file in files if file.held_out][:8], characters=600)
    torch.manual_seed(len(ALPHABET))
    module = build(spec).eval().requires_grad_(False)
    net = net_of(module)
    baseline = np.full(sum(len(text) - 1 for text in texts), 2.0)
    found: dict[str, Any] = {
        "cells": study.study_cells(net, texts, seed=0),
        "gates": study.study_gates(net, texts),
        "reach": study.study_reach(module, texts, baseline, places=40, seed=0),
        "passages": study.study_passages(net, texts),
    }
    found["reach"][1]["by_order"] = [4.0, 3.0, 2.5, 2.2, 2.1, 2.05, 2.0]
    found["relevances"] = study.study_relevance(module, texts, seed=0)
    card = {"held_out": {"loss": 1.25, "characters": 4800}, "parameters": 1000, "seconds": {"processor": 100}}
    return RecurrentResults(
        spec=spec,
        card=card,
        arrays={name: arrays for name, (arrays, _) in found.items()},
        facts={name: facts for name, (_, facts) in found.items()},
        text={"python": "3.11.7", "digest": "d1" * 32, "paths": [text.path for text in texts]},
        keys=dict.fromkeys(found, "5e" * 32),
    )
