"""A site written from the small results, once for all tests."""

from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def site(small_site: Path) -> Path:
    return small_site
