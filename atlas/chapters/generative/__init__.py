"""Generators: latent directions with their reports, codes against known factors, what single units draw."""

from atlas.core.chapter import Chapter

CHAPTER = Chapter(name="generative", order=20, package=__name__)
