"""Fixtures that many tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session", autouse=True)
def no_choices(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what the person at this machine has chosen or left behind out of the tests, and these out of their home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real data, goldens and weights beside the project, or skip."""
    folder = Path(os.environ.get("TERMWAND_SHARED", HERE.parent.parent / "shared"))
    if not (folder / "data" / "manifest.yaml").is_file():
        pytest.skip(f"no shared test data at {folder} (set TERMWAND_SHARED)")
    return folder
