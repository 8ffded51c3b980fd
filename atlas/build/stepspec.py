"""The kinds of work of a build: their versions, the libraries that they use, and how long they take."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StepSpec:
    """A kind of work. Bump `version` whenever the code changes a result.

    `batch` is how many tasks of one group a worker takes at once; `seconds` is a first guess of one task's time: the
    default recipe's mean on two cores without bfloat16.
    """

    name: str
    version: int
    libraries: tuple[str, ...]
    batch: int
    seconds: float
    title: str


STEPS: dict[str, StepSpec] = {
    step.name: step
    for step in (
        StepSpec("probes", 1, ("pillow", "numpy"), 1, 1.0, "probe images"),
        StepSpec("probe_set", 1, (), 1, 0.1, "probe set"),
        StepSpec("fields", 2, ("torch", "timm"), 1, 0.2, "receptive fields"),
        StepSpec("structures", 1, ("torch", "timm"), 1, 0.1, "structures"),
        StepSpec("responses", 1, ("torch", "timm"), 1000, 0.04, "responses"),
        StepSpec("predictions", 1, ("numpy",), 1, 0.1, "predictions"),
        StepSpec("summaries", 1, ("numpy",), 1, 0.2, "statistics"),
        StepSpec("looks", 1, ("torch", "timm"), 1000, 0.04, "example positions"),
        StepSpec("examples", 1, ("numpy",), 1, 0.02, "examples"),
        StepSpec("neighbours", 1, ("numpy",), 1, 0.03, "nearest units"),
        StepSpec("pools", 1, ("numpy",), 1, 0.05, "standardized responses"),
        StepSpec("twins", 1, ("numpy",), 1, 0.6, "twins in other networks"),
        StepSpec("pictures", 1, ("torch", "timm"), 16, 0.2, "pictures"),
        StepSpec("layouts", 3, ("umap-learn", "scikit-learn", "numba", "numpy"), 1, 5.0, "UMAP layouts"),
        StepSpec("maps", 1, ("numpy", "scipy"), 1, 0.05, "map cells"),
        StepSpec("icons", 1, ("torch", "timm"), 1, 1.5, "map icons"),
        StepSpec("diagnoses", 1, ("torch", "numpy"), 1, 6.0, "diagnosis of AlexNet and ZFNet"),
        StepSpec("texts", 1, (), 1, 2.0, "source code"),
        StepSpec("tokens", 1, (), 1, 1.0, "tokens of own networks"),
        StepSpec("baselines", 2, ("numpy",), 1, 7.0, "n-gram model"),
        StepSpec("cells", 3, ("numpy", "torch"), 1, 15.0, "cells of recurrent networks"),
        StepSpec("gates", 1, ("numpy", "scipy"), 1, 1.5, "gates of recurrent networks"),
        StepSpec("reach", 3, ("numpy", "torch"), 1, 7.0, "reach of recurrent networks"),
        StepSpec("relevances", 5, ("numpy", "torch"), 1, 6.0, "relevance in recurrent networks"),
        StepSpec("passages", 4, ("numpy", "torch"), 1, 1.0, "passages of text"),
        StepSpec("matches", 2, ("numpy",), 1, 4.0, "matches in text"),
        StepSpec("reactions", 1, ("numpy", "scikit-learn"), 1, 4.0, "responses to characters"),
        StepSpec("statemaps", 4, ("umap-learn", "scikit-learn", "numba", "numpy"), 1, 15.0, "maps of states"),
        StepSpec("profiles", 3, ("numpy",), 1, 4.0, "profiles of cells"),
        StepSpec("sentences", 3, ("numpy", "scipy", "scikit-learn", "torch"), 1, 6.0, "sentences"),
        StepSpec("spellings", 1, ("numpy", "scipy"), 1, 2.5, "spellings"),
        StepSpec("sounds", 1, ("numpy", "scipy", "safetensors"), 1, 1.2, "sounds"),
        StepSpec("sprites", 2, ("numpy", "torch"), 1, 12.0, "real sprites"),
        StepSpec("generated", 5, ("numpy", "torch"), 1, 10.0, "samples of generators"),
        StepSpec("directions", 8, ("numpy", "scipy", "scikit-learn", "torch"), 1, 35.0, "latent directions"),
        StepSpec("dissections", 5, ("numpy", "torch"), 1, 5.0, "units of generators"),
        StepSpec("latents", 2, ("umap-learn", "scikit-learn", "numba", "numpy"), 1, 3.0, "latent maps"),
        StepSpec("qualities", 3, ("numpy", "torch"), 1, 0.3, "quality of generators"),
        StepSpec("codes", 5, ("numpy", "scikit-learn", "torch"), 1, 9.0, "codes of generators"),
    )
}
