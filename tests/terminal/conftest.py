"""The real program on a pty, driven by keys and mouse, its pixels and text taken back from what it writes."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.document import Document
from engine.errors import AppError
from engine.project.project import Project
from tests.terminal.terminal_model import PATIENCE, Session, Terminal

ROOT = Path(__file__).resolve().parent.parent.parent
KEYS = {
    "enter": "\r", "esc": "\x1b[27u", "tab": "\t", "backspace": "\x7f", "space": " ", "left": "\x1b[D",
    "right": "\x1b[C", "up": "\x1b[A", "down": "\x1b[B", "ctrl+s": "\x13", "ctrl+q": "\x11", "delete": "\x1b[3~",
}  # fmt: skip


class Termwand:
    """A running termwand. Keys are counted."""

    def __init__(
        self, paths: list[Path], home: Path, *options: str, graphics: str = "symbols", terminal: Terminal | None = None,
        environment: dict[str, str] | None = None, program: tuple[str, ...] = ("-m", "tui"), shell: str = "",
    ) -> None:  # fmt: skip
        self.paths, self.home, self.count = paths, home, 0
        state = home / ".local" / "state" / "termwand"
        state.mkdir(parents=True, exist_ok=True)
        (state / "welcomed").touch()
        environment = {"HOME": str(home), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", **(environment or {})}
        command = [sys.executable, *program, "--graphics", graphics, *map(str, paths), *options]
        if shell:  # redirections
            command = ["sh", "-c", f'exec "$@" {shell}', "sh", *command]
        self.pty = Session(command, terminal, environment=environment, folder=home)

    def press(self, *keys: str) -> Termwand:
        """Press keys by name, or each character of a longer text."""
        for key in keys:
            for part in [KEYS[key]] if key in KEYS else list(key):
                self.pty.write(part.encode())
                self.count += 1
                time.sleep(0.004)
        return self

    def sees(self, text: str, seconds: float = PATIENCE) -> Termwand:
        """Wait until the screen shows a text."""
        self.pty.wait_for(lambda: text in self.pty.terminal.text(), seconds)
        return self

    def gone(self, text: str, seconds: float = PATIENCE) -> Termwand:
        """Wait until the screen shows a text no more."""
        self.pty.wait_for(lambda: text not in self.pty.terminal.text(), seconds)
        return self

    def text(self) -> str:
        return self.pty.terminal.text()

    def leave(self, key: str = "ctrl+q") -> int:
        """Quit and wait for the end; return the exit status."""
        self.press(key)
        return self.pty.process.wait(PATIENCE)

    def kill(self) -> None:
        os.kill(self.pty.process.pid, 9)
        self.pty.process.wait()


def saved(path: Path) -> tuple[Document, list[str]]:
    """Return what a new session would find: the file, and the journal on top of it."""
    project, document, notes = Project.open(path)
    project.close()
    if document is None:
        raise AppError("Nothing was saved", str(path))
    return document, notes


Launch = Callable[..., Termwand]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Return a function that starts termwand; everything is ended afterwards."""
    running: list[Termwand] = []

    def begin(*paths: Path, options: tuple[str, ...] = (), **how: Any) -> Termwand:
        app = Termwand(list(paths), tmp_path, *options, **how)
        running.append(app)
        return app

    yield begin
    for app in running:
        app.pty.close()
