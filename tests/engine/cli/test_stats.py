"""`termwand stats` on the command line: what was counted, side by side, for people and for scripts."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from engine.cli.stats import main
from engine.effort.deeds import Deed
from engine.effort.log import EffortLog

DEEDS = [Deed("scissors", 1, keys=20, seconds=s) for s in (12.0, 14.0, 16.0)]
DEEDS += [Deed("sam", 1, keys=3, seconds=6.0)] * 4 + [Deed("sam", undone=1, keys=1, seconds=1.0), Deed("polygon", 1)]


@pytest.fixture
def clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a clip on which something was counted."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "clip.mp4").touch()
    log = EffortLog(tmp_path / "clip.termwand.yaml")
    for deed in DEEDS:
        log.add(deed)
    log.flush()
    return tmp_path / "clip.mp4"


def test_a_table_for_people_says_which_tool_is_worth_it(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(clip)]) == 0
    head, titles, *rows, line = capsys.readouterr().out.splitlines()
    assert head == f"{clip}: 8 objects" and titles.split()[:2] == ["TOOL", "OBJECTS"]
    sam = next(row for row in rows if "Segment Anything" in row)
    assert sam.split()[-8:] == ["4", "3.0", "6.0", "s", "0.0", "25%", "8.3", "s"]
    assert "takes the least, 8.3 s an object in all" in line and line.endswith(" 14.0 s (+68%)")
    assert any("polygon, by hand" in row for row in rows)
    assert main([]) == 0 and capsys.readouterr().out.startswith("everything: 8 objects")


def test_json_and_csv_have_the_same_for_scripts(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(clip), "--format", "json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["stats"]
    assert one["path"] == str(clip) and [row["tool"] for row in one["tools"]] == ["sam", "scissors", "polygon"]
    assert one["tools"][0] == {"tool": "sam", "made": 4, "keys": 3.0, "seconds": 6.0, "changes": 0.0, "undone": 0.25,
                               "whole": 8.333, "frames": 0}  # fmt: skip
    assert main([str(clip), "--format", "csv"]) == 0
    rows = [*csv.DictReader(capsys.readouterr().out.splitlines())]
    assert [row["tool"] for row in rows] == ["sam", "scissors", "polygon"] and rows[1]["seconds"] == "14.0"


def test_a_recording_is_counted_by_what_stands_in_it(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tape = clip.with_name("tape.jsonl")
    lines = [{"recording": 1}, {"do": ["frames.step", "1"], "effort": [{"tool": "mask", "made": 1, "seconds": 3.5}]}]
    tape.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert main([str(tape)]) == 0
    assert "mask, by hand" in capsys.readouterr().out
    tape.write_text('{"do":["frames.step","1"],"effort":[{"tool":3}]}')
    assert main([str(tape)]) == 1 and "line" in capsys.readouterr().err


def test_what_was_not_counted_and_what_is_not_there(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = clip.with_name("other.mp4")
    other.touch()
    assert main([str(other)]) == 0 and "nothing was counted yet" in capsys.readouterr().out
    assert main([str(clip.with_name("gone.mp4")), str(clip)]) == 1
    said = capsys.readouterr()
    assert "gone.mp4 is not there" in said.err and "8 objects" in said.out
