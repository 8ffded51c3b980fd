"""Drawings of the figures of image networks for export; importing the package registers them."""

from atlas.chapters.vision.drawings import diagnosis, gates, measures, names, network, tuning, units  # noqa: F401
