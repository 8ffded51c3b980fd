"""The figures of the generators: what each draws, what its directions and units do; and that of all InfoGANs together."""

from atlas.chapters.generative.figures.generator import all_figures

__all__ = ["all_figures"]
