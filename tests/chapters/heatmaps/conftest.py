"""The chapter's pages of the fixture, rendered once."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from atlas.chapters.heatmaps.pages import items
from atlas.chapters.heatmaps.pages.context import WallContext
from atlas.core.results import AtlasResults
from atlas.publish.context import AtlasContext
from atlas.publish.page import Asset, Page
from atlas.publish.places import probe_file
from atlas.publish.site import renderer_of
from tests.fixtures.results import make_results


@dataclass(frozen=True)
class Chapter:
    """Its results, and by path the text of each page and the bytes of each file."""

    results: AtlasResults
    pages: dict[str, str]
    files: dict[str, bytes]


def written(results: AtlasResults, out: Path) -> Chapter:
    """The chapter of `results`, with its probe images in `out`."""
    (out / "i").mkdir()
    if results.probes.publish:
        for index, data in enumerate(data for part in results.parts() for data in part.webp):
            (out / probe_file(index)).write_bytes(data)
    context = AtlasContext(results, out)
    renderer = renderer_of(context)
    made = list(items(WallContext(context, results.chapters["heatmaps"])))
    return Chapter(
        results,
        {item.path: renderer.render(item).decode() for item in made if isinstance(item, Page)},
        {item.path: item.data for item in made if isinstance(item, Asset)},
    )


@pytest.fixture(scope="session")
def chapter(tmp_path_factory):
    return written(make_results(), tmp_path_factory.mktemp("heatmaps"))
