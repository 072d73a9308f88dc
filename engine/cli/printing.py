"""Everything that is printed outside the app: made safe for a terminal, and never a reason to fail.

A name that a shell's pattern stands for may hold escape sequences, and it comes back in errors, in usage texts and in
tracebacks. Nothing else prints; a test looks for it. Imports nothing that takes time: it is needed for the first byte.
"""

from __future__ import annotations

import os
import sys

from engine.cli import terminal

TYPE_CHECKING = False
if TYPE_CHECKING:  # not from typing: nothing is imported before the first byte
    from typing import TextIO

    from engine.errors import AppError

OPENING = "termwand is opening …"
GONE = "\r\x1b[2K"
"""Takes the line away again."""
_stands = [False]
"""Whether the opening line stands on the terminal."""


def open_line() -> None:
    """Say at once that something happens, where there is a terminal from which that can be taken away again."""
    if terminal.is_usable():
        _write_terminal(OPENING)
        _stands[0] = True


def take_line_away() -> None:
    """Take the opening line away if it stands there."""
    if _stands[0]:
        _stands[0] = False
        _write_terminal(GONE)


def say(*lines: str) -> None:
    """Print lines to standard output; a reader that has left raises BrokenPipeError."""
    take_line_away()
    _write(sys.stdout, lines)


def say_on_terminal(line: str) -> None:
    """Write a line where the screen was, wherever standard output goes."""
    from engine.text import plain

    _write_terminal(plain(line) + "\n")


def say_bytes(data: bytes) -> None:
    """Print bytes as they are, for a script."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def complain(*lines: str) -> None:
    """Print lines to standard error, if anybody is there to read them."""
    take_line_away()
    try:
        _write(sys.stderr, lines)
    except OSError:
        return  # the terminal is gone, and whoever would have read it


def failed(error: AppError) -> None:
    """Say what went wrong and what to do about it."""
    complain(f"termwand: {error.title}. {error.detail}".rstrip())


def fault(error: BaseException, log: str = "") -> None:
    """Show a fault of the program itself, for its report."""
    import traceback

    complain(*"".join(traceback.format_exception(error)).rstrip().split("\n"))
    complain("termwand: This is a fault of the program. What you did until then is in the journal: open it again.")
    if log:
        complain(f"More may be in {log}")


def agrees(question: str) -> bool:
    """Ask something on the terminal; return whether the answer is yes. Ctrl+D is a no."""
    take_line_away()
    try:
        return input(question).strip().lower() in ("y", "yes")
    except EOFError:
        say("")  # the question stands on a line that has no end yet
        return False


def progress(text: str, *, last: bool = False) -> None:
    """Write a line over the one before, where errors go to a terminal; `last` leaves it there."""
    from engine.text import plain

    if is_watched():
        sys.stderr.write(f"\r\x1b[K{plain(text)}" + ("\n" if last else ""))
        sys.stderr.flush()


def flush() -> None:
    """Write what is still held back, if anybody is there to read it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            continue


def is_watched() -> bool:
    """Say whether standard error is a terminal."""
    return terminal.is_terminal(2)


def _write(stream: TextIO | None, lines: tuple[str, ...]) -> None:
    from engine.text import plain

    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    for line in lines:
        stream.write(plain(line).encode(encoding, "replace").decode(encoding) + "\n")
    stream.flush()


def _write_terminal(text: str) -> None:
    try:
        os.write(terminal.target(), text.encode())
    except OSError:
        return
