"""Fixtures that many tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real data, goldens and weights beside the project, or skip."""
    folder = Path(os.environ.get("TERMWAND_SHARED", HERE.parent.parent / "shared"))
    if not (folder / "data" / "manifest.yaml").is_file():
        pytest.skip(f"no shared test data at {folder} (set TERMWAND_SHARED)")
    return folder
