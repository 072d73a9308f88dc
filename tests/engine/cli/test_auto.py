"""`termwand auto` on the command line: what it takes, what it says, and its exit status."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.batch.auto_request import Request
from engine.cli.auto import cleaned, jobs_of, main, parser, request_of, score, span
from engine.errors import AppError
from engine.store import load

ROOT = Path(__file__).resolve().parents[3]
EXTRA = ROOT / "tests" / "engine" / "process" / "extra_tools"
YAML = "annotations.termwand.yaml"


@pytest.fixture(autouse=True)
def bright(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TERMWAND_EXTRA_TOOLS", str(EXTRA))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def pictures(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        pixels = np.full((16, 24, 3), 60, np.uint8)
        pixels[number % 16] = 250
        Image.fromarray(pixels).save(folder / f"p{number:03}.png")
    return folder


def test_folders_and_pictures_are_annotated_and_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, two, third = (pictures(tmp_path / name, 4) for name in ("one", "two", "third"))
    Image.fromarray(np.zeros((16, 24, 3), np.uint8)).save(two / "p001.png")
    arguments = [str(one), str(two), *(str(third / f"p00{at}.png") for at in (1, 2)), "--detector", "bright"]
    assert main([*arguments, "--threshold", "0.1", "--map", "row=line", "--frames", "2:", "--polygons"]) == 0
    out, err = capsys.readouterr()
    assert f"{two}: 3 of 3 frames, 2 shapes, 1 empty" in out and "empty: p001.png" in out
    assert "3 files: 7 of 7 frames, 6 shapes, 1 empty, 0 failed" in out and "line        6" in out
    assert "one: 3 of 3 frames" in err and "\r" not in err
    found = load(one / YAML)
    assert found is not None and sorted(found.frames) == [1, 2, 3]
    assert {(shape.label, shape.type) for shape in found.all_shapes()} == {("line", "polygon")}
    together = load(third / YAML)
    assert together is not None and len(together.pictures) == 1, "of two pictures the second alone is asked for"


def test_what_fails_is_named_and_makes_the_exit_status_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = pictures(tmp_path / "pics", 3)
    (folder / "p001.png").write_bytes(b"no picture")
    (tmp_path / "clip.mp4").write_bytes(b"no video")
    assert main([str(folder), str(tmp_path / "clip.mp4"), "--detector", "bright", "--threshold", "0.1"]) == 1
    out = capsys.readouterr().out
    assert "failed: p001.png: Cannot read p001.png" in out and "clip.mp4: not done." in out
    assert "1 failed; 1 not done" in out and "3 of 3 frames, 2 shapes" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--detector", "brigth"], 'did you mean "bright"?'),
        (["--detector", "bright", "--map", "=x"], "maps no label"),
        (["--detector", "bright", "--map", "rows=x,colunm=y"], 'has no label "colunm"'),
        (["--detector", "bright", "--device", "cuda:x"], 'no device "cuda:x"'),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(pictures(tmp_path / "pics", 1)), *arguments]) == 1
    out, err = capsys.readouterr()
    assert said in out + err


def test_options() -> None:
    assert [span(text) for text in ("3:5", "3:", ":5", "4", " 2 : 3 ")] == [(2, 4), (2, None), (0, 4), (3, 3), (1, 2)]
    for wrong in ("5:3", "0:4", ":", "", "a:b", "1:2:3"):
        with pytest.raises(argparse.ArgumentTypeError):
            span(wrong)
    assert (cleaned("auto"), cleaned("auto:yolox"), score("0.5")) == ("", "yolox", 0.5)
    for wrong, takes in (("manual", cleaned), ("auto:", cleaned), ("1.5", score), ("nan", score)):
        with pytest.raises(argparse.ArgumentTypeError):
            takes(wrong)
    given = "x --detector bright --every 3 --skip reviewed --clean auto:b --clean auto:a --keep --map a=b --batch 2"
    assert request_of(parser().parse_args(given.split())) == Request(
        "bright", every=3, skip_reviewed=True, clean=("a", "b"), keep=True, pairs=(("a", "b"),), batch=2
    )
    assert request_of(parser().parse_args([*given.split(), "--clean", "auto"])).clean == ()


def test_a_folder_and_a_picture_of_it_would_have_one_document_and_are_refused(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "pics", 2)
    with pytest.raises(AppError, match="named together"):
        jobs_of([folder, folder / "p001.png"], Request("bright"))
    assert len(jobs_of([folder, tmp_path / "pics"], Request("bright"))) == 1


def test_a_signal_stops_it_with_all_saved_and_the_same_command_goes_on(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "pics", 200)
    tools = tmp_path / "tools"
    tools.mkdir()
    slow = (EXTRA / "bright.py").read_text().replace('"bright"', '"slow"')
    (tools / "slow.py").write_text(slow.replace("def one(self", "def one(self, *given):\n        import time\n"
        "        time.sleep(0.01)\n        return self.quick(*given)\n\n    def quick(self"))  # fmt: skip
    command = [sys.executable, "-m", "tui", "auto", str(folder), "--detector", "slow", "--threshold", "0.1"]
    more = {"env": os.environ | {"TERMWAND_EXTRA_TOOLS": str(tools)}, "cwd": ROOT, "text": True}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more) as child:
        deadline = time.monotonic() + 60
        while not list(folder.glob("*.journal")) and time.monotonic() < deadline:
            time.sleep(0.02)
        child.send_signal(signal.SIGTERM)
        out, _ = child.communicate(timeout=60)
    assert child.returncode == 128 + signal.SIGTERM and "stopped; the same command goes on" in out
    stopped = load(folder / YAML)
    assert stopped is not None and 0 < len(stopped.frames) < 200
    again = subprocess.run(command, capture_output=True, timeout=120, **more)
    assert again.returncode == 0 and f"Goes on from frame {len(stopped.frames) + 1}" in again.stdout
    ended = load(folder / YAML)
    assert ended is not None and len(ended.frames) == 200
    assert [shape.id for shape in ended.all_shapes()] == list(range(1, 201))
