"""Working with a network at the terminal: taking it, prompting it by keys and by mouse, looking at what it does.

Apart from the tests because two files of them drive networks. The engine process is stopped by a signal wherever a
test wants something to happen while an answer is on its way: then it is on its way for as long as the test likes.
"""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.terminal.conftest import Termwand

RIGHT, MOVED, CTRL = 2, 35, 16
ABOUT = r"(?:, mask \d of \d)?+(?:, an empty mask)?+"
"""What the status line says of an answer behind the points."""
SECONDS = 120.0
"""How long an answer may take on a busy machine."""


def mouse(app: Termwand, column: int, row: int, button: int = 0) -> None:
    """Click a cell as a terminal reports it."""
    for code, end in ((MOVED + (button & CTRL), "M"), (button, "M"), (button, "m")):
        report(app, column, row, code, end)


def move(app: Termwand, column: int, row: int) -> None:
    """Move the mouse to a cell, no key and no button held."""
    report(app, column, row, MOVED, "M")


def report(app: Termwand, column: int, row: int, code: int, end: str) -> None:
    """Write one report of the mouse."""
    place = f"{column * 10 + 5};{row * 20 + 10}" if 1016 in app.pty.terminal.modes else f"{column + 1};{row + 1}"
    app.pty.write(f"\x1b[<{code};{place}{end}".encode())
    time.sleep(0.01)


def engine_of(app: Termwand) -> int:
    """Return the engine process's number, found among the children of the screen's process; wait until it is there."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        for folder in Path("/proc").iterdir():
            if folder.name.isdigit():
                try:
                    parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                    command = (folder / "cmdline").read_text()
                except (OSError, ValueError, IndexError):
                    continue
                if parent == app.pty.process.pid and "engine.process.server" in command:
                    return int(folder.name)
        time.sleep(0.02)
    raise AssertionError("no engine process")


@contextmanager
def held_up(app: Termwand) -> Iterator[int]:
    """Stop the engine process meanwhile: what is asked inside the block is in flight until its end."""
    number = engine_of(app)
    os.kill(number, signal.SIGSTOP)
    try:
        yield number
    finally:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGCONT)


class Tool:
    """A model in hand, known by what the status line calls it."""

    def __init__(self, app: Termwand, name: str) -> None:
        self.app, self.name = app, name

    def take(self) -> Tool:
        """Take it in hand, by the number that the picker gives it."""
        self.app.press("i").sees("Interactors").sees(self.name)
        number = re.search(rf"(\d) {re.escape(self.name)}", self.app.text())
        assert number
        self.app.press(number[1]).gone("Interactors")
        return self

    def shows(self, points: str, behind: str) -> Tool:
        """Wait until the status line has the points, and behind them what the pattern says."""
        wanted = re.compile(rf"{re.escape(self.name)} {re.escape(points)}{behind}")
        self.app.pty.wait_for(lambda: wanted.search(self.app.text()) is not None, SECONDS)
        return self

    def waits(self, points: str) -> Tool:
        """Wait until an answer is on its way."""
        return self.shows(points, f"{ABOUT} …")

    def rests(self, points: str) -> Tool:
        """Wait until nothing is on its way, whatever the preview shows."""
        return self.shows(points, f"{ABOUT}(?! …)")

    def answered(self, points: str) -> Tool:
        """Wait until the preview answers the prompt as it is."""
        return self.shows(points, rf"{ABOUT} │ \d+ points")

    def objects(self, count: int) -> Tool:
        """Wait until there are so many objects."""
        self.app.sees(f"Objects {count}", SECONDS)
        return self


def hold_ctrl(app: Termwand, held: bool) -> None:
    """Press or release the Ctrl key itself, as a terminal with the Kitty keyboard protocol reports it."""
    app.pty.write(b"\x1b[57442;5u" if held else b"\x1b[57442;5:3u")
    time.sleep(0.05)
