"""Recordings from the command line: what is written while the program runs, also when it is killed; bad files."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

from tests.terminal.conftest import ROOT, Launch, saved

YAML = "annotations.termwand.yaml"


def test_what_was_done_is_there_after_a_kill_and_is_played_again(launch: Launch, street: Path, tmp_path: Path):
    file = tmp_path / "job.jsonl"
    app = launch(street, options=("--labels", "car", "--record", str(file))).sees("1/6")
    app.press("b", "enter", *["right"] * 6, *["down"] * 3, "enter").sees("car 1 rect").press("f").sees("street_2")
    app.pty.process.send_signal(signal.SIGKILL)
    app.pty.process.wait(20)
    head, *entries = map(json.loads, file.read_text().splitlines())
    assert head["media"] == "street" and head["view"][0] > 100
    assert [entry["do"][0] for entry in entries if entry["do"][0] != "view.resize"] == [
        "draw.start", "point.positive", *["cursor.move"] * 9, "point.positive", "frames.step",
    ]  # fmt: skip
    for left in street.glob("*annotations*"):
        left.unlink()
    with file.open("a") as more:
        more.write('{"do": ["app.quit"]}\n')
    app = launch(street, options=("--labels", "car", "--play", str(file)))
    assert app.pty.process.wait(60) == 0
    document = saved(street / YAML)[0]
    assert [shape.type for shape in document.shapes(0)] == ["rectangle"] and document.last_frame == 1


def test_a_file_that_is_there_already_and_a_bad_line_are_said_before_the_screen(launch: Launch, street: Path, tmp_path):
    file = tmp_path / "job.jsonl"
    file.write_text('{"do": ["frames.step", "1"]}\n{"do"}\n')
    for option, text in (("--record", "is there already"), ("--play", "line 2, column 6")):
        app = launch(street, options=(option, str(file)))
        assert app.pty.process.wait(20) == 1
        app.sees(text)
    assert file.read_text().count("\n") == 2 and not [*street.glob("*.yaml")]


def test_the_help_names_the_options():
    done = subprocess.run([sys.executable, "-m", "tui", "--help"], capture_output=True, text=True, cwd=ROOT, check=True)
    assert "--record FILE" in done.stdout and "--play-speed {fast,real}" in done.stdout
