"""A detector that needs no network, and a session over pictures in which it finds ten objects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.engine.session.blobs import Finder


@pytest.fixture
def with_blobs(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Have the detector among the tools of this process."""
    from engine.tools import registry
    from tests.engine.session.blobs import TOOLS

    monkeypatch.setenv("TERMWAND_EXTRA_TOOLS", str(TOOLS))
    registry.tools.cache_clear()
    yield
    registry.tools.cache_clear()


@pytest.fixture
def finder(with_blobs: None) -> Finder:
    """Return a fresh session."""
    from tests.engine.session.blobs import Finder

    return Finder()
