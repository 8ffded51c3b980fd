"""The figures of the generators: samples, directions, units, codes of each; and that of all InfoGANs together."""

from atlas.chapters.generative.figures.generator import all_figures

__all__ = ["all_figures"]
