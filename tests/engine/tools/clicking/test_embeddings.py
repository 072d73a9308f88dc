"""Embeddings on disk: planted links and leftovers in a folder that others can write to."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.tools.interactors.sam.embeddings import SUFFIX, EmbeddingStore

VALUES = np.arange(6, dtype=np.float32).reshape(2, 3)


@pytest.fixture
def store(tmp_path: Path) -> EmbeddingStore:
    (tmp_path / "kept").mkdir()
    return EmbeddingStore((2, 3), tmp_path / "kept")


def test_links_that_were_planted_lead_nowhere(store: EmbeddingStore, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"precious")
    for name in (f"key.{os.getpid()}.tmp", f".key.{os.getpid()}.tmp", f"key{SUFFIX}"):
        (store.folder / name).symlink_to(precious)
    store.put("key", VALUES)
    assert precious.read_bytes() == b"precious"
    found = store.get("key")
    assert found is not None and (found == VALUES).all()


def test_what_is_no_file_is_not_waited_for(store: EmbeddingStore) -> None:
    os.mkfifo(store.folder / f"pipe{SUFFIX}")
    (store.folder / f"link{SUFFIX}").symlink_to("/dev/zero")
    assert store.get("pipe") is None and store.get("link") is None


def test_what_killed_processes_left_is_cleared_up(store: EmbeddingStore) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = store.folder / f".key{SUFFIX}.{gone.pid}.0123abcd.tmp"
    mine, other = store.folder / f".key{SUFFIX}.{os.getpid()}.0123abcd.tmp", store.folder / "notes.tmp"
    for path in (left, mine, other):
        path.write_bytes(b"")
    store.put("key", VALUES)
    assert not left.exists() and mine.exists() and other.exists()
