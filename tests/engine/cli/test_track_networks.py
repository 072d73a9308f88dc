"""`termwand track` with the trackers that have networks: killed at a point that loses most, and gone on with."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.track import main
from engine.runs import resume
from tests.engine.cli.test_track import NAME, ROOT, clip, document, key, track
from tests.engine.nets import conftest as goldens
from tests.stand_in_weights import install

few_threads = goldens.few_threads
"""Numbers are added up in one order here and in the process that is killed."""
CLIP, FRAMES = "davis_blackswan", 3
DYING = """
import os, signal, sys
from engine.checkpoints import Checkpoints
from engine.runs import resume
from engine.cli.track import main
resume.STRETCH, inner, calls = 1, Checkpoints.save, [0]
def save(*given):
    calls[0] += 1
    if calls[0] == 4:  # the second stretch is in the journal, but not where the run goes on
        os.kill(os.getpid(), signal.SIGKILL)
    return inner(*given)
Checkpoints.save = save
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("tracker", ["nano", "siammask", "transt"])
def test_a_run_that_was_killed_ends_as_one_that_was_not(
    shared: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tracker: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TERMWAND_WEIGHTS", str(tmp_path / "weights"))
    monkeypatch.setattr(resume, "STRETCH", 1)
    install(shared, tmp_path, tracker)
    whole = clip(shared, tmp_path / "whole" / "clip", FRAMES, track(1, key(shared, CLIP, 0)), name=CLIP)
    cut = Path(shutil.copytree(whole, tmp_path / "cut" / "clip"))
    assert main([str(whole), "--tracker", tracker, "--device", "cpu"]) == 0
    died = subprocess.run(
        [sys.executable, "-c", DYING, str(cut), "--tracker", tracker, "--device", "cpu"],
        capture_output=True, text=True, cwd=ROOT, timeout=120, env={**os.environ, "OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert died.returncode == -signal.SIGKILL, died.stderr
    capsys.readouterr()
    assert main([str(cut), "--tracker", tracker, "--device", "cpu"]) == 0
    assert "Goes on from frame 2 " in capsys.readouterr().out
    assert (cut / NAME).read_bytes() == (whole / NAME).read_bytes()
    keys = document(whole).tracks[1].keyframes
    assert [(one.frame, one.by) for one in keys[1:]] == [(frame, tracker) for frame in range(1, FRAMES)]
    assert all(one.score is not None for one in keys[1:])
