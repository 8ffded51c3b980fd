"""How the figures of image networks are drawn for export, a file a subject; importing this package registers them."""

from atlas.chapters.vision.drawings import diagnosis, gates, network, units  # noqa: F401
