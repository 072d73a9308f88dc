"""Ask the terminal what it can do: one batch of questions on the raw device, before Textual owns it.

The batch ends with a question that every terminal answers (DA1), so the probe takes one round trip. tmux answers that
one itself at once; behind it the outer terminal's answer is waited for by time. `choose.py` makes sense of the answers.
"""

from __future__ import annotations

import fcntl
import os
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable

from tui import terminal
from tui.surfaces.base import Capabilities
from tui.surfaces.choose import Answers, choose, parse, wish

TIMEOUT = 1.0
"""Seconds after which a terminal is taken for one that answers nothing."""
OUTER_TIMEOUT = 0.9
"""Seconds that the terminal around tmux may take."""
LATE = 0.3
"""Seconds to wait for answers that nobody needs any more."""
QUERY, EDIT = 31, 32
"""Image numbers of the questions."""
_GRAPHICS = (
    f"\x1b_Gi={QUERY},s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\",
    f"\x1b_Gi={EDIT},s=1,v=1,a=t,t=d,f=24,q=2;AAAA\x1b\\",
    f"\x1b_Ga=f,i={EDIT},r=1,s=1,v=1,X=1,C=1,f=24;AAAA\x1b\\",
    f"\x1b_Ga=d,d=I,i={EDIT},q=2\x1b\\",
)
_PLAIN = "\x1b[>q\x1b[?u\x1b[?2026$p\x1b[?1016$p\x1b[?2048$p\x1b[16t"
_LAST = "\x1b[c"
_MUTE = ("dumb", "linux", "")
"""Values of TERM whose screens show questions instead of answering them."""


def probe(graphics: str | None = None, fds: tuple[int, int] | None = None, *, timeout: float = TIMEOUT) -> Capabilities:
    """Return what the terminal at these file descriptors (input, output) can do.

    `graphics`, else TERMWAND_GRAPHICS, overrides the choice ("auto" does not). Raises SettingsError for an unknown
    name. Has to run before Textual is imported: it sets TEXTUAL_COLOR_SYSTEM where the terminal has all colours.
    """
    wanted = wish(graphics, os.environ)
    source, target = fds or _terminal()
    answers = Answers()
    if source >= 0 and os.environ.get("TERM", "") not in _MUTE:
        answers = _ask(source, target, timeout)
    found = choose(answers, wanted, os.environ, _window_cell(source))
    if found.truecolor:
        os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
    return found


def _terminal() -> tuple[int, int]:
    """Return descriptors of the terminal's two directions as the driver uses them, -1 where there is none."""
    return (terminal.source(), terminal.target()) if terminal.target() >= 0 else (-1, -1)


def _window_cell(fd: int) -> tuple[int, int] | None:
    try:
        rows, columns, width, height = struct.unpack("HHHH", fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8)))
    except (OSError, ValueError):
        return None
    return (width // columns, height // rows) if rows and columns and width >= columns and height >= rows else None


def _ask(source: int, target: int, timeout: float) -> Answers:
    try:
        before = termios.tcgetattr(source)
    except termios.error:
        return Answers()
    raw = [*before[:3], before[3] & ~(termios.ECHO | termios.ICANON), *before[4:]]
    termios.tcsetattr(source, termios.TCSANOW, raw)
    try:
        inside = bool(os.environ.get("TMUX")) or os.environ.get("TERM", "").startswith(("tmux", "screen"))
        graphics = "" if inside else "".join(_GRAPHICS)  # tmux takes them for a window's title
        os.write(target, (_PLAIN + graphics + _LAST).encode())
        answers = _listen(source, timeout, lambda answers: answers.attributes is not None)
        if os.environ.get("TMUX") or answers.version.startswith("tmux"):
            _ask_around(source, target, answers)
        return answers
    except BaseException:  # a signal: what is still on its way must not be taken for what is typed into the shell
        _listen(source, LATE, lambda answers: answers.attributes is not None)
        termios.tcflush(source, termios.TCIFLUSH)
        raise
    finally:
        termios.tcsetattr(source, termios.TCSANOW, before)


def _ask_around(source: int, target: int, answers: Answers) -> None:
    """Find out what terminal is around tmux: tmux may know, and Kitty answers what is handed through to it."""
    answers.outer = _run_tmux("display-message", "-p", "#{client_termtype} #{client_termname} #{client_termfeatures}")
    answers.images = {}
    if answers.outer and not any(name in answers.outer.lower() for name in ("kitty", "ghostty")):
        return
    if answers.outer:
        _run_tmux("set", "-p", "allow-passthrough", "all")  # "on" drops what comes while tmux redraws
    for question in _GRAPHICS:
        os.write(target, ("\x1bPtmux;" + question.replace("\x1b", "\x1b\x1b") + "\x1b\\").encode())
    far = _listen(source, OUTER_TIMEOUT, lambda answers: {QUERY, EDIT} <= answers.images.keys())
    answers.images, answers.round_trip = far.images, far.round_trip


def _run_tmux(*arguments: str) -> str:
    try:
        done = subprocess.run(["tmux", *arguments], capture_output=True, text=True, timeout=0.3, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _listen(source: int, timeout: float, is_enough: Callable[[Answers], bool]) -> Answers:
    """Read until the answers are enough, or for so many seconds."""
    begun = time.monotonic()
    received, answers, first = b"", Answers(), 0.0
    while (left := begun + timeout - time.monotonic()) > 0 and not is_enough(answers):
        if not select.select([source], [], [], left)[0]:
            break
        data = os.read(source, 4096)
        if not data:
            break
        first = first or time.monotonic() - begun
        received += data
        answers = parse(received)
    answers.round_trip = first
    return answers
