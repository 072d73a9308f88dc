"""Escape sequences in names, labels, YAML and errors: what reaches the terminal is only what shows them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.cli import printing
from tests.terminal.conftest import ROOT, Termwand

TITLE = "\x1b]0;owned\x07"
RED, CLEAR, BACK = "\x1b[31;5m", "\x1b[2J", "\x9b2J"
"""A colour with blinking, clearing the screen, and the same by a single C1 character."""
EVIL = f"a{TITLE}{RED}{CLEAR}{BACK}b"
FORBIDDEN = tuple(text.encode() for text in (TITLE, RED, CLEAR + BACK, BACK, "owned\x07"))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[object]:
    """Return a function that starts termwand; everything is ended afterwards."""
    running: list[Termwand] = []

    def begin(*paths: Path, options: tuple[str, ...] = ()) -> Termwand:
        running.append(Termwand(list(paths), tmp_path, *options))
        return running[-1]

    yield begin
    for app in running:
        app.pty.close()


def clean(app: Termwand) -> bool:
    """Say whether nothing of a stranger's sequences was written raw."""
    app.pty.settle()
    written = b"".join(data for _, data in app.pty.log)
    return not any(sequence in written for sequence in FORBIDDEN)


def test_labels_and_names_in_list_status_dialogs_and_messages(start, street, tmp_path):
    folder = tmp_path / f"pictures{EVIL}".replace("/", "")
    folder.mkdir()
    (folder / f"{EVIL}.jpg").write_bytes((street / "street_1.jpg").read_bytes())
    app = start(folder, options=("--labels", EVIL))
    app.sees("1/1").press("b", "was", "enter", "wdf", "enter")
    app.sees("1 rect")  # object list, and the label on the picture
    app.press("C").sees("Copied")  # a message
    app.press("s").sees("add a label").press("esc").gone("add a label")  # a dialog
    app.press("i").sees("Label: a").press("esc").gone("Label: a")
    app.press("u").sees("Undone")
    assert app.leave() == 0 and clean(app)


def test_a_document_of_a_stranger(start, street):
    escaped = EVIL.replace("\x1b", "\\e").replace("\x07", "\\a").replace("\x9b", "\\x9b")
    first = start(street, options=("--labels", "plainlabel"))
    first.sees("1/6").press("b", "was", "enter", "wdf", "enter").sees("1 rect").leave()
    path = street / "annotations.termwand.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('"plainlabel"', f'"{escaped}"').replace("plainlabel", f'"{escaped}"'))
    assert "\\e" in path.read_text()
    app = start(street).sees("1 rect")
    assert app.leave() == 0 and clean(app)


@pytest.mark.parametrize(
    "text", [f"{EVIL}\n", f"termwand: {EVIL}\n", f'"{EVIL[1:]}": 1\n', f"version: 1\nlabels: {EVIL}\n"]
)
def test_a_document_that_is_refused(start, street, text):
    (street / "annotations.termwand.yaml").write_text(text, encoding="utf-8")
    app = start(street)
    app.pty.process.wait(20)
    assert app.pty.process.returncode == 1 and clean(app)
    assert "termwand:" in app.text() and "annotations.termwand.yaml" in app.text()


def test_a_lock_of_a_stranger(start, street):
    first = start(street, options=("--labels", "car"))
    first.sees("1/6").press("b", "was", "enter", "wdf", "enter").sees("car 1 rect")
    (lock,) = street.glob("*.lock")
    lock.write_text(lock.read_text().replace(os.uname().nodename, os.uname().nodename + "\\u001b[31;5m"), "utf-8")
    assert "u001b" in lock.read_text()
    second = start(street).sees("Open read-only").press("r").sees("read-only")
    assert second.leave() == 0 and clean(second)


@pytest.mark.parametrize(
    "arguments",
    [
        ["/nowhere/" + EVIL],
        ["samples/street", "--keymap", EVIL],
        ["keys", "--keymap", EVIL],
        ["check", "/nowhere/" + EVIL],
        ["models", "info", EVIL],
        ["models", EVIL],
        ["models", "list", EVIL],
        ["keys", EVIL],
        ["doctor", "--graphics", EVIL],
        ["doctor", EVIL],
        ["check"],
        ["samples/street", f"--{EVIL}"],
        ["samples/street", "--frame", EVIL],
        ["samples/street", "--graphics", EVIL],
        ["samples/street", "--log", f"/nowhere/{EVIL}"],
    ],
)
def test_sentences_on_the_command_line(tmp_path, arguments):
    environment = {**os.environ, "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-m", "tui", *arguments], capture_output=True, cwd=ROOT, env=environment)
    assert done.returncode != 0
    assert b"\x1b]0;" not in done.stdout + done.stderr and b"\x1b[31" not in done.stdout + done.stderr
    assert "\x9b".encode() not in done.stdout + done.stderr


SPEAKERS = {Path("engine/cli/printing.py"), Path("tui/log.py"), Path("engine/cli/terminal.py")}
PRINTS = re.compile(r"(?<![\w.])print\(|sys\.(__)?std(out|err)|traceback\.print_|faulthandler\.(enable|dump)\(\)")


def test_nothing_prints_but_the_one_place_that_makes_it_safe():
    found = []
    for path in [*(ROOT / "tui").rglob("*.py"), *(ROOT / "engine").rglob("*.py")]:
        place = path.relative_to(ROOT)
        if place in SPEAKERS | ALLOWED.keys():
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        found += [f"{place}:{number} {line.strip()}" for number, line in enumerate(lines, 1) if PRINTS.search(line)]
    assert not found


ALLOWED = {
    Path("tui/__main__.py"): "flushes and closes standard output where its reader has left",
    Path("engine/cli/arguments.py"): "asks which of the two argparse means",
    Path("tui/quiet.py"): "gives Textual the real ones, which go to the log",
    Path("tui/surfaces/basic.py"): "shows textual-image none while it is imported",
    Path("engine/process/server.py"): "runs in the engine process, whose output is a pipe",
    Path("engine/process/desk.py"): "the same",
}
"""Files that touch the streams and print nothing, and why."""


def test_a_traceback_is_made_safe(capsys):
    try:
        raise ValueError(EVIL)
    except ValueError as error:
        printing.fault(error, f"/log/{EVIL}")
    shown = capsys.readouterr().err
    assert "ValueError" in shown and not any(text.decode() in shown for text in FORBIDDEN)


def test_what_cannot_be_encoded_and_who_cannot_be_reached_are_no_reason_to_fail(tmp_path):
    environment = {**os.environ, "HOME": str(tmp_path), "PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tui", "naïve\udcff.png"]
    done = subprocess.run(command, capture_output=True, cwd=tmp_path, env=environment)
    assert done.returncode == 1 and b"Traceback" not in done.stderr and b"na?ve" in done.stderr
    closed = subprocess.run(
        ["sh", "-c", '"$@" 2>&-', "sh", *command], capture_output=True, cwd=tmp_path, env=environment
    )
    assert closed.returncode == 1 and closed.stdout == b""


def test_a_keymap_of_a_stranger(start, street, tmp_path):
    path = tmp_path / "mine.yaml"
    path.write_text('base: cvat\nmain:\n  "9": view.fill "\\e]0;owned\\a"\n', encoding="utf-8")
    app = start(street, options=("--labels", "car", "--keymap", str(path)))
    app.sees("1/6").press("?").sees("Keys of the keymap")
    for _ in range(12):
        app.pty.write(b"\x1b[6~")
    app.press("esc").gone("Keys of the keymap").press("9")
    app.pty.settle()
    assert app.leave() == 0 and clean(app)
