"""A store for the studies of a file's own networks."""

import pytest

from atlas.pipeline.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """Keeps the texts, which all networks read."""
    return Store(tmp_path_factory.mktemp("store"))
