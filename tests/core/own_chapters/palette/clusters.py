"""The science: clusters of the mean colours of images. It knows neither store nor plan."""

from dataclasses import dataclass

import numpy as np

from atlas.core.specs import Array


@dataclass(frozen=True)
class Palette:
    """K colours, the most frequent first."""

    rgb: Array  # [K, 3] uint8
    images: Array  # [K] how many images are nearest to each

    @property
    def names(self) -> list[str]:
        """Each colour as six hex digits."""
        return [f"{red:02x}{green:02x}{blue:02x}" for red, green, blue in self.rgb.tolist()]


def cluster_colours(means: Array, colours: int, *, seed: int) -> Palette:
    """k-means over the mean colours [N, 3] of N images, in [0, 255]."""
    from sklearn.cluster import KMeans

    found = KMeans(colours, n_init=4, random_state=seed).fit(means)
    counts = np.bincount(found.labels_, minlength=colours)
    order = np.argsort(-counts, kind="stable")
    return Palette(np.rint(found.cluster_centers_[order]).astype(np.uint8), counts[order])
