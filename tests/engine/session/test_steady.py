"""Where the camera's motion is kept: another place for other pictures, the same for the same ones."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from engine.opening import open_session
from engine.options import Options
from engine.session.steady import place_of


def place(*paths: Path) -> Path:
    opened = open_session(Options(paths, labels="thing"))
    try:
        return place_of(opened.frames, opened.session.document.media)
    finally:
        opened.close()


@pytest.mark.parametrize("listed", [False, True])
def test_a_picture_that_is_changed_in_its_folder_has_the_motion_measured_anew(shared, tmp_path, listed):
    source, folder = shared / "data" / "tracks" / "otb_David" / "frames", tmp_path / "clip"
    folder.mkdir()
    files = [Path(shutil.copy(file, folder)) for file in sorted(source.glob("*.jpg"))[:3]]
    paths = files if listed else [folder]
    before, state = place(*paths), folder.stat()
    (folder / "note.txt").write_text("no frame")
    assert place(*paths) == before, "what is no frame changes nothing"
    files[1].write_bytes(files[2].read_bytes())
    os.utime(folder, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert place(*paths) != before
