"""Starting: what is imported before the first words are seen, odd terminals, and the command line's sentences."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli.commands import COMMANDS
from tests.terminal.conftest import ROOT, Launch
from tests.terminal.terminal_model import Session, Terminal

HEAVY = ["torch", "torchvision", "cv2", "onnxruntime", "scipy", "textual_image", "av", "numpy", "PIL", "msgspec"]
WATCHED = """
import json, sys

class Watched:
    # what Textual writes its screens to: at the first that holds words, say what is imported
    def __init__(self, stream):
        self.stream, self.said = stream, False
    def write(self, text):
        if "Polygon" in text and not self.said:
            self.said = True
            with open(sys.argv[1], "w") as file:
                json.dump(sorted(sys.modules), file)
        return self.stream.write(text)
    def __getattr__(self, name):
        return getattr(self.stream, name)

from engine.cli import terminal

screen = terminal.screen
terminal.screen = lambda: Watched(screen())
from tui.__main__ import main
sys.exit(main(sys.argv[2:]))
"""


def environment(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}


def termwand(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run it without a terminal."""
    known = os.environ | environment(folder)
    command = [sys.executable, "-m", "tui", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, env=known, timeout=60)


@pytest.mark.pty
def test_the_first_screen_waits_for_nothing_heavy(tmp_path, street):
    found = tmp_path / "modules.json"
    command = [sys.executable, "-c", WATCHED, str(found), "--graphics", "symbols", "--read-only", str(street)]
    pty = Session(command, environment=environment(tmp_path), folder=tmp_path)
    try:
        pty.wait_for(lambda: found.exists() and "street_1" in pty.terminal.text(), 30)
    finally:
        pty.close()
    modules = set(json.loads(found.read_text()))
    assert "textual.app" in modules
    assert not modules & set(HEAVY)
    assert "engine.session" not in modules


def test_a_line_comes_before_anything_and_is_taken_away(launch: Launch, street):
    app = launch(street, options=("--labels", "car")).sees("1/6")
    assert app.pty.log[0][1].decode().startswith("termwand is opening")
    app.leave()
    app.pty.settle()
    assert b"\r\x1b[2K" in b"".join(data for _, data in app.pty.log)
    assert "is opening" not in app.text()


@pytest.mark.pty
def test_a_terminal_that_answers_nothing(tmp_path, street):
    command = [sys.executable, "-m", "tui", "--read-only", str(street)]
    pty = Session(command, environment=environment(tmp_path), folder=tmp_path, answers=False)
    try:
        pty.wait_for(lambda: "1/6" in pty.terminal.text(), 30)
        pty.write(b"f")
        pty.wait_for(lambda: "Welcome" in pty.terminal.text() or "2/6" in pty.terminal.text(), 30)
    finally:
        pty.close()


@pytest.mark.pty
def test_a_terminal_without_a_size_and_one_that_gets_its_size_later(tmp_path, street):
    terminal = Terminal(0, 0)
    command = [sys.executable, "-m", "tui", "--labels", "car", str(street)]
    pty = Session(command, terminal, environment=environment(tmp_path), folder=tmp_path)
    try:
        pty.settle(1.0)
        assert pty.process.poll() is None, terminal.text()
        terminal.columns, terminal.rows, terminal.cell = 100, 30, (10, 20)
        pty.set_size()
        pty.write(terminal.size_report())
        pty.wait_for(lambda: "Welcome" in terminal.text() or "1/6" in terminal.text(), 30)
    finally:
        pty.close()


def test_the_version_and_the_help(tmp_path):
    assert termwand("--version", folder=tmp_path).stdout.startswith("termwand ")
    done = termwand("--help", folder=tmp_path)
    assert done.returncode == 0
    for part in ("what to open", "what is saved", "commands:", "examples:", "doctor", "--read-only", "photos/"):
        assert part in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Name a picture, a folder, a pattern or a video"),
        (("street_1.jpeg",), 'did you mean "street_1.jpg"?'),
        (("docter",), 'did you mean "doctor"?'),
        (("cam*.jpg",), "There is no cam*.jpg"),
        (("street_1.jpg", "--graphics", "tv"), "symbols"),
        (("street_1.jpg", "--keymap", "keybord"), 'did you mean "keyboard"?'),
        (("street_1.jpg", "--device", "gpu"), 'There is no device "gpu"'),
        (("street_1.jpg", "--device", "cuda:x"), 'did you mean "cuda:0"?'),
        (("street_1.jpg",), "This is not a terminal"),
    ],
)
def test_what_cannot_be_opened_is_said_in_one_sentence(street, arguments, sentence):
    done = termwand(*arguments, folder=street)
    assert done.returncode in (1, 2)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_action_in_a_keymap_of_ones_own_is_told(launch: Launch, street, tmp_path):
    (tmp_path / "mine.yaml").write_text("base: cvat\nmain:\n  f: frames.stepp 1\n")
    app = launch(street, options=("--keymap", str(tmp_path / "mine.yaml")))
    assert app.pty.process.wait(20) == 1
    app.pty.settle()
    assert "frames.step" in app.text() and "mine" in app.text()


@pytest.mark.parametrize("name", list(COMMANDS))
@pytest.mark.parametrize("kind", ["folder", "file", "dangling link"])
def test_a_command_is_a_command_whatever_is_called_like_it(tmp_path, name, kind):
    thing = tmp_path / name
    {"folder": thing.mkdir, "file": thing.touch, "dangling link": lambda: thing.symlink_to("nowhere")}[kind]()
    done = termwand(name, "--help", folder=tmp_path)
    assert done.returncode == 0 and f"usage: termwand {name}" in done.stdout and not done.stderr
    done = termwand(name, "--nonsense", folder=tmp_path)
    assert done.returncode == 2 and f"termwand ./{name}" in done.stderr and done.stderr.count("is a command") == 1


def test_a_command_alone_says_how_to_open_what_is_called_like_it(tmp_path):
    (tmp_path / "keys").mkdir()
    done = termwand("keys", folder=tmp_path)
    assert done.returncode == 0 and "frames.step" not in done.stderr and "termwand ./keys" in done.stderr
    assert not termwand("keys", "--keymap", "cvat", folder=tmp_path).stderr
    assert "./keys" not in termwand("models", "list", folder=tmp_path).stderr


@pytest.mark.parametrize("spelling", ["./models", "models/", "{folder}/models"])
def test_a_folder_called_like_a_command_is_opened_by_its_path(launch: Launch, street, spelling):
    folder = street.parent / "models"
    street.rename(folder)
    name = spelling.format(folder=street.parent)
    app = launch(options=("--labels", "car", name), graphics="symbols", program=("-m", "tui")).sees("1/6")
    assert app.leave() == 0
