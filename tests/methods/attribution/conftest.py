"""What tests of attribution methods share."""

import pytest


@pytest.fixture
def exact(monkeypatch):
    """Compute in float32, whatever the processor has: for closed forms."""
    monkeypatch.setattr("atlas.methods.attribution.explained.native_precision", lambda _device: "float32")
