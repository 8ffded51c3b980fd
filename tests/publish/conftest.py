"""A site written from the small results, once for all tests."""

import pytest


@pytest.fixture(scope="session")
def site(small_site):
    return small_site
