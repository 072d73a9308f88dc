"""Ask the terminal what it can do: one batch of questions on the raw device, before Textual owns it.

The batch ends with a question that every terminal answers (DA1), so the probe takes one round trip. tmux answers that
one itself at once; behind it the outer terminal's answer is waited for by time. `choose.py` makes sense of the answers.
"""

from __future__ import annotations

import os
import select
import termios
import time
from collections.abc import Callable
from typing import Protocol

from engine.cli import terminal
from tui.surfaces import tmux
from tui.surfaces.base import Capabilities
from tui.surfaces.choose import Answers, choose, parse, wish
from tui.surfaces.window_size import whole_cell

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


class Line(Protocol):
    """A way to the terminal: before Textual owns it, and while it does."""

    def write(self, questions: str) -> None:
        """Send questions."""

    def listen(self, timeout: float, is_enough: Callable[[Answers], bool]) -> Answers:
        """Return what came since the last questions, once it is enough or that many seconds have passed."""


def probe(graphics: str | None = None, fds: tuple[int, int] | None = None, *, timeout: float = TIMEOUT) -> Capabilities:
    """Return what the terminal at these file descriptors (input, output) can do.

    `graphics`, else TERMWAND_GRAPHICS, overrides the choice ("auto" does not). Raises SettingsError for an unknown
    name. Has to run before Textual is imported: it sets TEXTUAL_COLOR_SYSTEM where the terminal has all colours.
    """
    wanted = wish(graphics, os.environ)
    source, target = fds or _terminal()
    answers = Answers()
    if source >= 0 and os.environ.get("TERM", "") not in _MUTE:
        answers = _ask_device(source, target, timeout)
    found = choose(answers, wanted, os.environ, whole_cell(source))
    if found.truecolor:
        os.environ["TEXTUAL_COLOR_SYSTEM"] = "truecolor"
    return found


def ask(line: Line, timeout: float = TIMEOUT, around: float = OUTER_TIMEOUT) -> Answers:
    """Ask a terminal everything, and where it is tmux the one around it, for which so many seconds are waited."""
    inside = bool(os.environ.get("TMUX")) or os.environ.get("TERM", "").startswith(("tmux", "screen"))
    graphics = "" if inside else "".join(_GRAPHICS)  # tmux takes them for a window's title
    line.write(_PLAIN + graphics + _LAST)
    answers = line.listen(timeout, lambda answers: answers.attributes is not None)
    if os.environ.get("TMUX") or answers.version.startswith("tmux"):
        _ask_around(line, answers, around)
    return answers


def _terminal() -> tuple[int, int]:
    """Return descriptors of the terminal's two directions as the driver uses them, -1 where there is none."""
    return (terminal.source(), terminal.target()) if terminal.target() >= 0 else (-1, -1)


def _ask_device(source: int, target: int, timeout: float) -> Answers:
    try:
        before = termios.tcgetattr(source)
    except termios.error:
        return Answers()
    raw = [*before[:3], before[3] & ~(termios.ECHO | termios.ICANON), *before[4:]]
    termios.tcsetattr(source, termios.TCSANOW, raw)
    device = _Device(source, target)
    try:
        return ask(device, timeout)
    except BaseException:  # a signal: what is still on its way must not be taken for what is typed into the shell
        device.listen(LATE, lambda answers: answers.attributes is not None)
        termios.tcflush(source, termios.TCIFLUSH)
        raise
    finally:
        termios.tcsetattr(source, termios.TCSANOW, before)


def _ask_around(line: Line, answers: Answers, timeout: float) -> None:
    """Find out what terminal is around tmux: tmux may know, and Kitty answers what is handed through to it."""
    answers.outer, cell = tmux.common(tmux.clients() or ())
    answers.images, answers.cell = {}, cell or answers.cell
    if answers.outer and not tmux.is_layered(answers.outer):
        return
    if answers.outer:
        tmux.let_pictures_through()
    line.write("".join("\x1bPtmux;" + question.replace("\x1b", "\x1b\x1b") + "\x1b\\" for question in _GRAPHICS))
    far = line.listen(timeout, lambda answers: {QUERY, EDIT} <= answers.images.keys())
    answers.images, answers.round_trip = far.images, far.round_trip


class _Device:
    """The terminal's descriptors, which nobody else reads yet."""

    def __init__(self, source: int, target: int) -> None:
        self._source, self._target = source, target

    def write(self, questions: str) -> None:
        os.write(self._target, questions.encode())

    def listen(self, timeout: float, is_enough: Callable[[Answers], bool]) -> Answers:
        begun = time.monotonic()
        received, answers, first = b"", Answers(), 0.0
        while (left := begun + timeout - time.monotonic()) > 0 and not is_enough(answers):
            if not select.select([self._source], [], [], left)[0]:
                break
            data = os.read(self._source, 4096)
            if not data:
                break
            first = first or time.monotonic() - begun
            received += data
            answers = parse(received)
        answers.round_trip = first
        return answers
