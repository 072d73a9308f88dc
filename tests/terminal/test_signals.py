"""Signals at any moment, stops and redirections: the terminal is given back as it was, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal.conftest import ROOT, Launch, Termwand, saved

YAML = "annotations.termwand.yaml"
OURS = {1000, 1002, 1003, 1004, 1006, 1015, 1016, 1049, 2004, 2026, 2048}
ENDING = [signal.SIGHUP, signal.SIGINT, signal.SIGTERM]


def written(app: Termwand) -> bytes:
    with app.pty.lock:
        return b"".join(data for _, data in app.pty.log)


def reached(text: bytes) -> Callable[[Termwand], object]:
    """Return what waits until something has been written."""
    return lambda app: app.pty.wait_for(lambda: text in b"".join(data for _, data in app.pty.log))


MOMENTS: dict[str, Callable[[Termwand], object]] = {
    "before anything is imported": reached(b"is opening"),
    "during the probe": reached(b"\x1b[16t"),
    "when the terminal is taken": reached(b"\x1b[?1049h"),
    "when the keyboard is taken": reached(b"\x1b[?2004h"),
    "at the first words": lambda app: app.sees("Polygon"),
    "when it is open": lambda app: app.sees("1/6"),
    "in a dialog": lambda app: app.sees("1/6").press("i").sees("Interactors"),
    "in a field": lambda app: app.sees("1/6").press("S", "dog").sees("dog"),
    "in the palette": lambda app: app.sees("1/6").press("!").sees("Search"),
    "while drawing": lambda app: app.sees("1/6").press("b", "was", "enter"),
    "while a model answers": lambda app: app.sees("1/6").press("i", "enter").sees("0+").press("was", "enter"),
    "while playing": lambda app: app.sees("1/6").press(";").press("space"),
}


def given_back(app: Termwand) -> None:
    """Assert that the terminal is as a shell left it."""
    app.pty.settle()
    terminal = app.pty.terminal
    assert not OURS & terminal.modes, terminal.modes
    assert terminal.keyboard == []
    assert written(app).rfind(b"\x1b[?25l") <= written(app).rfind(b"\x1b[?25h"), "the cursor is hidden"
    assert termios.tcgetattr(app.pty.slave)[3] & (termios.ECHO | termios.ICANON | termios.ISIG) == (
        termios.ECHO | termios.ICANON | termios.ISIG
    )


def box(app: Termwand) -> Termwand:
    return app.press("b", "was", "enter", "wdf", "enter").sees("car 1 rect")


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_signal_at_any_moment(launch: Launch, street: Path, moment: str) -> None:
    number = ENDING[list(MOMENTS).index(moment) % 3]
    app = launch(street, options=("--labels", "car"), graphics="kitty")
    MOMENTS[moment](app)
    os.kill(app.pty.process.pid, number)
    assert app.pty.process.wait(30) == 128 + number
    given_back(app)
    assert not list(street.glob("*.lock*")) and not list(street.glob(".*.lock*"))


@pytest.mark.parametrize("number", ENDING)
def test_a_signal_saves(launch: Launch, street: Path, number: int) -> None:
    app = box(launch(street, options=("--labels", "car"), graphics="kitty").sees("1/6"))
    os.kill(app.pty.process.pid, number)
    assert app.pty.process.wait(30) == 128 + number
    given_back(app)
    document, notes = saved(street / YAML)
    assert notes == [] and len(document.shapes(0)) == 1


def test_a_signal_after_the_key_that_leaves(launch: Launch, street: Path) -> None:
    app = box(launch(street, options=("--labels", "car")).sees("1/6")).press("ctrl+s", "ctrl+q")
    os.kill(app.pty.process.pid, signal.SIGTERM)
    assert app.pty.process.wait(30) in (0, 128 + signal.SIGTERM)
    given_back(app)
    assert len(saved(street / YAML)[0].shapes(0)) == 1


def test_who_started_it_may_have_a_hangup_ignored(launch: Launch, street: Path, tmp_path: Path) -> None:
    wrapper = tmp_path / "nohup.py"
    wrapper.write_text(
        "import os, signal, sys\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "os.execv(sys.executable, [sys.executable, '-m', 'tui', *sys.argv[1:]])\n"
    )
    app = launch(street, options=("--labels", "car"), program=(str(wrapper),)).sees("1/6")
    os.kill(app.pty.process.pid, signal.SIGHUP)
    box(app)
    assert app.leave() == 0


@pytest.mark.parametrize("times", [1, 3])
def test_stopped_and_continued_by_a_scheduler(launch: Launch, street: Path, times: int) -> None:
    app = launch(street, options=("--labels", "car"), graphics="kitty").sees("1/6")
    for _ in range(times):
        stopped(app, signal.SIGSTOP)
        app.pty.terminal.modes.clear()  # what a shell may have done with the terminal meanwhile
        os.kill(app.pty.process.pid, signal.SIGCONT)
        app.pty.wait_for(lambda: {1049, 1003, 1006, 2004} <= app.pty.terminal.modes)
    app.press("S", "abcdefghijklmnopqrstuvwxyz0123456789", "enter").sees("abcdefghijklmno").press("1")
    box(app)
    assert app.leave() == 0
    given_back(app)
    names = [label.name for label in saved(street / YAML)[0].labels]
    assert names == ["car", "abcdefghijklmnopqrstuvwxyz0123456789"]


def test_stopped_by_the_shell_and_brought_back(launch: Launch, street: Path) -> None:
    app = launch(street, options=("--labels", "car"), graphics="kitty").sees("1/6")
    stopped(app, signal.SIGTSTP)
    given_back(app)
    app.pty.terminal.cells.clear()
    os.kill(app.pty.process.pid, signal.SIGCONT)
    box(app.sees("1/6").sees("street_1"))
    assert app.leave() == 0
    given_back(app)
    assert len(saved(street / YAML)[0].shapes(0)) == 1


@pytest.mark.parametrize("graphics", ["symbols", "iterm2", "sixel", "kitty"])
@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGTSTP])
def test_a_dialog_is_whole_after_a_stop_and_the_picture_after_the_dialog(
    launch: Launch, street: Path, graphics: str, number: int
) -> None:
    app = launch(street, options=("--labels", "car"), graphics=graphics).sees("1/6")
    app.pty.settle(0.8)  # the picture is there, whole
    app.press("i").sees("Graph cut").pty.settle(0.8)
    stopped(app, number)
    app.pty.terminal.cells.clear()
    app.pty.terminal.modes.clear()
    since = app.pty.total
    os.kill(app.pty.process.pid, signal.SIGCONT)
    app.sees("Graph cut").sees("street_1")
    app.pty.settle()
    under_dialog = written(app)[since:]
    assert b"]1337;File" not in under_dialog and b"\x1bP0;1" not in under_dialog
    since = app.pty.total
    app.press("esc").gone("Graph cut")
    app.pty.settle()
    assert app.pty.total - since > 2000
    assert app.leave() == 0


SHELL = """
import os, signal, sys

def take(number, frame):
    os.tcsetpgrp(0, os.getpid())
    open("taken", "w").close()

signal.signal(signal.SIGTTOU, signal.SIG_IGN)
signal.signal(signal.SIGUSR1, take)
child = os.fork()
if not child:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.executable, [sys.executable, "-m", "tui", *sys.argv[1:]])
with open("child", "w") as file:
    file.write(str(child))
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) % 256)
"""


def test_ended_while_a_shell_has_the_terminal(launch: Launch, street: Path, tmp_path: Path) -> None:
    (tmp_path / "shell.py").write_text(SHELL)
    app = box(launch(street, options=("--labels", "car"), program=(str(tmp_path / "shell.py"),)).sees("1/6"))
    child = int((tmp_path / "child").read_text())
    os.kill(child, signal.SIGSTOP)
    os.kill(app.pty.process.pid, signal.SIGUSR1)
    while not (tmp_path / "taken").exists():
        time.sleep(0.01)
    os.kill(child, signal.SIGCONT)
    os.kill(child, signal.SIGTERM)
    assert app.pty.process.wait(30) == 128 + signal.SIGTERM
    app.pty.settle()
    assert not OURS & app.pty.terminal.modes
    assert len(saved(street / YAML)[0].shapes(0)) == 1


def stopped(app: Termwand, number: int) -> None:
    """Stop the program and wait until it stands still."""
    os.kill(app.pty.process.pid, number)
    end = time.monotonic() + 20
    while Path(f"/proc/{app.pty.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] not in "Tt":
        assert time.monotonic() < end, "it does not stop"
        time.sleep(0.01)


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks into /proc")
@pytest.mark.parametrize("redirection", ["2>errors", "2>/dev/null", ">out", ">out 2>errors"])
def test_output_may_be_a_file(launch: Launch, street: Path, tmp_path: Path, redirection: str) -> None:
    app = launch(street, options=("--labels", "car"), shell=redirection).sees("1/6")
    box(app)
    assert app.leave() == 0
    given_back(app)
    for name in ("errors", "out"):
        assert not (tmp_path / name).exists() or (tmp_path / name).read_bytes() == b""


def test_keys_come_from_a_terminal(launch: Launch, street: Path) -> None:
    app = launch(street, shell="</dev/null")
    assert app.pty.process.wait(30) == 1
    app.pty.settle()
    assert "This is not a terminal" in app.text() and "standard input" in app.text()
    given_back(app)


NOISE = """
import os, sys, threading
from tui import app

def noise(self):
    print("NOISE in words")
    print("NOISE as an error", file=sys.stderr)
    os.write(1, b"NOISE to 1\\n")
    os.write(2, b"NOISE to 2 \\x1b[2J\\n")
    os.system("echo NOISE of a child; echo NOISE of a child >&2")
    import logging, warnings
    logging.getLogger("library").warning("NOISE logged \\x1b[31m")
    warnings.warn("NOISE warned")
    threading.Thread(target=lambda: 1 / 0).start()
    shown(self)

shown, app.TermwandApp.opened = app.TermwandApp.opened, noise
from tui.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize("named", [False, True])
def test_what_libraries_print_goes_to_a_private_log(launch: Launch, street: Path, tmp_path: Path, named: bool) -> None:
    (tmp_path / "noise.py").write_text(NOISE)
    log = tmp_path / "my.log" if named else tmp_path / ".local" / "state" / "termwand" / "termwand.log"
    options = ("--labels", "car", *(("--log", str(log)) if named else ()))
    app = launch(street, options=options, program=(str(tmp_path / "noise.py"),)).sees("1/6")
    box(app)
    assert app.leave() == 0
    given_back(app)
    assert b"NOISE" not in written(app) and b"ZeroDivision" not in written(app)
    text = log.read_text()
    for words in ("in words", "as an error", "to 1", "to 2", "of a child", "logged ␛[31m", "warned"):
        assert f"NOISE {words}" in text, text
    assert "ZeroDivisionError" in text and log.stat().st_mode & 0o777 == 0o600


def test_a_log_never_follows_a_link_and_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from engine.errors import SettingsError
    from tui import log

    mine = tmp_path / "mine"
    mine.write_text("precious")
    (tmp_path / "termwand.log").symlink_to(mine)
    assert log.begin(None, tmp_path).path is None
    with pytest.raises(SettingsError):
        log.begin(tmp_path / "termwand.log", tmp_path)
    assert mine.read_text() == "precious"
    monkeypatch.setattr(log, "LIMIT", 1000)
    kept = log.begin(tmp_path / "other.log", tmp_path)
    for number in range(100):
        kept.write(f"line {number} of many, all of them rather long\n")
        kept.bound()
    sizes = {path.name: path.stat().st_size for path in tmp_path.glob("other.log*")}
    assert set(sizes) == {"other.log", "other.log.old"} and max(sizes.values()) < 1100
    assert "line 98" in "".join(path.read_text() for path in tmp_path.glob("other.log*"))


def test_a_fault_is_told_when_the_terminal_is_back(launch: Launch, street: Path, tmp_path: Path) -> None:
    fault = NOISE.replace("def noise(self):", "def noise(self):\n    raise ValueError('bad \\x1b[31;5m name')")
    (tmp_path / "fault.py").write_text(fault)
    app = launch(street, options=("--labels", "car"), program=(str(tmp_path / "fault.py"),))
    assert app.pty.process.wait(30) == 1
    given_back(app)
    assert "ValueError" in app.text() and "fault of the program" in app.text() and "termwand.log" in app.text()
    assert b"\x1b[31;5m" not in written(app)


@pytest.mark.parametrize("arguments", [["-m", "tui", "doctor"], ["-m", "tui", "models"]])
def test_a_shutdown_of_a_command_ends_it(tmp_path: Path, arguments: list[str]) -> None:
    environment = {**os.environ, "HOME": str(tmp_path)}
    program = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE)
    program.send_signal(signal.SIGTERM)
    program.communicate(timeout=60)
    assert program.returncode in (-signal.SIGTERM, 128 + signal.SIGTERM, 0, 1)
