"""How large the window is, as the terminal device says: in cells and, where it says so, in pixels."""

from __future__ import annotations

import fcntl
import struct
import termios

NO_SIZE = 80, 24
"""Columns and rows where the device does not say."""


def packed(fd: int) -> bytes:
    """Return all that the device says, to be compared; b"" if it says nothing."""
    try:
        return fcntl.ioctl(fd, termios.TIOCGWINSZ, bytes(8))
    except (OSError, ValueError):
        return b""


def cells(fd: int) -> tuple[int, int]:
    """Return columns and rows."""
    rows, columns, _, _ = _numbers(fd)
    return (columns, rows) if columns and rows else NO_SIZE


def cell(fd: int) -> tuple[float, float] | None:
    """Return width and height of a cell in pixels, None where the device does not say."""
    rows, columns, width, height = _numbers(fd)
    return (width / columns, height / rows) if width and height and rows and columns else None


def whole_cell(fd: int) -> tuple[int, int] | None:
    """Return width and height of a cell in whole pixels, None where the device does not say or that would be none."""
    width, height = cell(fd) or (0.0, 0.0)
    return (int(width), int(height)) if width >= 1 and height >= 1 else None


def _numbers(fd: int) -> tuple[int, int, int, int]:
    return struct.unpack("HHHH", packed(fd) or bytes(8))
