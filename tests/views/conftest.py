"""A site written from the small results, once for all tests of the views."""

import pytest

from atlas.site import write
from tests.fixtures import make_results


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    out = tmp_path_factory.mktemp("site")
    write(make_results(), out)
    return out
