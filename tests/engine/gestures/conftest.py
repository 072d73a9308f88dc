"""The bench of the actions' tests: gestures are used on the same session."""

from __future__ import annotations

import pytest

from tests.engine.actions.conftest import Bench


@pytest.fixture
def bench() -> Bench:
    """Return a fresh session on frame 0."""
    return Bench()
