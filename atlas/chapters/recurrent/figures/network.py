"""What the figures of one network of the recurrent chapter have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from atlas.chapters.recurrent.records import RecurrentChapter, RecurrentResults
from atlas.core.results import Figure
from atlas.publish.provenance import CREDIT, LICENCE, chapter_provenance


def reader_figure(
    results: RecurrentChapter,
    network: RecurrentResults,
    name: str,
    *,
    kind: str,
    page: str,
    probes: Mapping[str, Any],
    **words: str,
) -> Figure:
    """The figure `recurrent/<name>` on `page`; `words` are its title, caption and alt text."""
    return Figure(
        id=f"recurrent/{name}",
        kind=kind,
        title=words["title"],
        caption=words["caption"],
        alt=f"{words['alt']} of the {network.spec.title}.",
        page=f"{page}#{name}",
        files=(),
        licence=LICENCE,
        attribution=f"{CREDIT} ({LICENCE})",
        provenance=chapter_provenance(results.atlas, network.spec, network.keys, probes),
    )
