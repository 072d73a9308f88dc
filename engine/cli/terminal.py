"""The terminal's descriptors: where keys come from, and a descriptor of its own for what is drawn.

Apart so that standard output and standard error may be files (`2>log`), and so that they can be turned away from the
screen while the app runs. Imports nothing that takes time: it is needed for the first byte.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:  # not from typing: nothing is imported before the first byte
    from typing import TextIO

NONE = -1
_target: int | None = None


def is_terminal(descriptor: int) -> bool:
    """Say whether a descriptor is open and a terminal."""
    try:
        return os.isatty(descriptor)
    except OSError:
        return False


def source() -> int:
    """Return the descriptor that keys come from, -1 if standard input is no terminal."""
    return 0 if is_terminal(0) else NONE


def target() -> int:
    """Return a descriptor for what is drawn, the same at each call: of standard error, standard output or /dev/tty.

    It is -1 if there is no terminal at all, or no keys could come from it.
    """
    global _target
    if _target is None:
        _target = _open_target() if source() >= 0 else NONE
    return _target


def screen() -> TextIO:
    """Return a file to draw into."""
    return open(target(), "w", encoding="utf-8", errors="replace", newline="", closefd=False)


def is_usable() -> bool:
    """Say whether the terminal can show a line that is taken away again."""
    return target() >= 0 and os.environ.get("TERM", "dumb") not in ("dumb", "")


def _open_target() -> int:
    for descriptor in (2, 1):
        if is_terminal(descriptor):
            return os.dup(descriptor)
    try:
        return os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError:
        return NONE
