"""A process of its own finds the program, wherever it is started and whatever else is on its path."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.source import ROOT, environment


def test_the_programs_files_lie_there() -> None:
    assert (ROOT / "engine" / "source.py").is_file() and (ROOT / "keymaps").is_dir()


def test_a_child_imports_this_very_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "theirs"))
    known = environment(WHY="test")
    assert known["WHY"] == "test" and known["PYTHONPATH"].split(os.pathsep)[1:] == [str(tmp_path / "theirs")]
    code = "import engine.source; print(engine.source.ROOT)"
    done = subprocess.run([sys.executable, "-P", "-c", code], env=known, cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.strip() == str(ROOT)
