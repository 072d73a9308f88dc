"""Names of annotation files as somebody may type them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from engine.errors import StoreError
from engine.opening import open_session
from engine.options import Options
from engine.store.place import checked_place


@pytest.fixture
def there(tmp_path, monkeypatch):
    """Return a folder with things of every kind in it, which is the present one."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("termwand: 1")
    (tmp_path / "broken").symlink_to("nothing")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    Image.new("RGB", (8, 8)).save(tmp_path / "a.png")
    monkeypatch.chdir(tmp_path)
    return tmp_path


WRONG = [
    ("/", "/ is a folder"), ("", "is a folder"), (".", "is a folder"), ("..", "is a folder"), ("folder", "is a folder"),
    ("folder/", "folder/annotations.termwand.yaml"), ("/dev/null", "is not a file"), ("/dev/zero", "is not a file"),
    ("pipe", "is not a file"), ("loop", "symbolic links"), ("nowhere/x.yaml", "nowhere is not there"),
    ("file/x.yaml", "file is no folder"), ("broken/x.yaml", "broken is no folder"), ("x" * 256, "too long"),
    ("x" * 250, "too long"), ("ä" * 126, "too long"), ("a\0b", "NUL"), ("\x1b[2J/x", "␛[2J is not there"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "says"), WRONG)
@pytest.mark.parametrize("read_only", [False, True])
def test_what_can_be_no_file_is_refused_and_nothing_is_made(there, name, says, read_only):
    before = sorted(os.listdir(there))
    with pytest.raises(StoreError) as caught:
        open_session(Options((there / "a.png",), annotations=Path(name), read_only=read_only))
    assert says in str(caught.value) and "\x1b" not in str(caught.value)
    assert sorted(os.listdir(there)) == before


@pytest.mark.parametrize("name", ["new.yaml", "file", "broken", "folder/new.yaml", "x" * 240, "folder/../new.yaml"])
def test_what_can_be_a_file_is_taken_as_it_is(there, name):
    assert checked_place(Path(name)) == Path(name)
