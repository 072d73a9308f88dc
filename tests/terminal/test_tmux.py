"""Inside a real tmux: whoever attaches sees the picture as their terminal can show it, and nothing need be pressed."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.terminal.conftest import ROOT
from tests.terminal.terminal_model import Session, Terminal

pytestmark = [
    pytest.mark.pty,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]
SIZE = (120, 30)
KITTY, VTE = "kitty(0.41.1)", "VTE(7600)"
SETTINGS = """
set -g status off
set -g allow-passthrough on
set -as terminal-features ",*:RGB"
"""
Attach = Callable[..., Session]


@pytest.fixture
def attach(street: Path, tmp_path: Path) -> Iterator[Attach]:
    """Run termwand in a tmux to which nobody is attached; return a function that attaches a terminal."""
    state = tmp_path / ".local" / "state" / "termwand"
    state.mkdir(parents=True)
    (state / "welcomed").touch()
    (tmp_path / "tmux.conf").write_text(SETTINGS)
    tmux = ["tmux", "-S", str(tmp_path / "socket")]
    columns, rows = map(str, SIZE)
    program = [sys.executable, "-m", "tui", str(street), "--labels", "car"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
    new = [*tmux, "-f", str(tmp_path / "tmux.conf"), "new-session", "-d", "-x", columns, "-y", rows, *program]
    subprocess.run(new, check=True, env={**environment, "TERM": "xterm-256color"}, cwd=tmp_path)
    attached: list[Session] = []

    def begin(brand: str, size: tuple[int, int] = SIZE) -> Session:
        terminal = Terminal(*size, brand=brand)
        terminal.shows_images, terminal.behind_tmux = brand == KITTY, True
        session = Session([*tmux, "attach"], terminal, environment={"HOME": str(tmp_path), "LANG": "C.UTF-8"})
        attached.append(session)
        return session

    yield begin
    for session in attached:
        session.close()
    subprocess.run([*tmux, "kill-server"], check=False)


def shows_images(session: Session) -> bool:
    terminal = session.terminal
    bases = [terminal.images[image] for image in terminal.virtual]
    return bool(bases) and bases[0][..., :3].mean() > 20 and terminal.placed > 500


def shows_symbols(session: Session) -> bool:
    marks = [mark for mark in session.terminal.text() if "\u2580" <= mark <= "\u259f" or mark >= "\U0001fb00"]
    return not session.terminal.placed and len(marks) > 300


@pytest.mark.parametrize("size", [SIZE, (100, 26)])
def test_attached_again_after_a_dropped_link(attach: Attach, size: tuple[int, int]) -> None:
    first = attach(KITTY)
    first.wait_for(lambda: shows_images(first))
    first.vanish()
    again = attach(KITTY, size)
    again.wait_for(lambda: shows_images(again))


def test_from_one_kind_of_terminal_to_another_and_back(attach: Attach) -> None:
    for brand, is_shown in ((KITTY, shows_images), (VTE, shows_symbols), (KITTY, shows_images)):
        session = attach(brand)
        session.wait_for(lambda session=session, is_shown=is_shown: is_shown(session))
        session.vanish()


def test_two_terminals_at_once(attach: Attach) -> None:
    first, second = attach(KITTY), attach(KITTY)
    for session in (first, second):
        session.wait_for(lambda session=session: shows_images(session))
    other = attach(VTE)
    other.wait_for(lambda: shows_symbols(other))
    first.wait_for(lambda: shows_symbols(first))
    other.vanish()
    first.wait_for(lambda: shows_images(first))
    second.wait_for(lambda: shows_images(second))
