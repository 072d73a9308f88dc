"""Files on a disk: what another program has changed is not overwritten, however carefully it was done."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.document import Document, Label, MediaInfo
from engine.errors import ChangedError
from engine.store import files, load, save

BEFORE = Document(MediaInfo("c.mp4", "video", 10, 8, 6), (Label("car"),))


@pytest.mark.parametrize("how", ["in place", "copied over", "replaced"])
def test_a_change_that_keeps_size_and_time_is_noticed(tmp_path: Path, how: str) -> None:
    path = tmp_path / "c.yaml"
    known = save(path, BEFORE)
    state = os.stat(path)
    theirs = path.read_bytes().replace(b"car", b"bus")
    other = tmp_path / "other" if how == "replaced" else path
    other.write_bytes(theirs)
    os.utime(other, ns=(state.st_atime_ns, state.st_mtime_ns))
    os.replace(other, path)
    assert os.stat(path).st_mtime_ns == state.st_mtime_ns and os.stat(path).st_size == state.st_size
    assert files.has_changed(path, known)
    with pytest.raises(ChangedError):
        save(path, BEFORE, known)
    assert load(path).labels == (Label("bus"),) and os.listdir(tmp_path) == ["c.yaml"]


def test_a_file_that_was_only_touched_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    known = save(path, BEFORE)
    os.utime(path, (1, 1))
    assert not files.has_changed(path, known) and save(path, BEFORE, known) == known


def test_what_became_a_folder_or_went_away_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "c.yaml"
    known = save(path, BEFORE)
    path.unlink()
    assert files.has_changed(path, known) and not files.has_changed(path, None)
    path.mkdir()
    assert files.has_changed(path, known) and files.has_changed(path, None)
