"""Frames as people count them, from 1; the program and its files count from 0."""

from __future__ import annotations


def counted(frame: int) -> int:
    """Return the number that people see for a frame."""
    return frame + 1


def frame_of(text: str | int, frames: range) -> int | None:
    """Return the frame that somebody named by the number on the screen, None if it is none of these frames."""
    digits = str(text).strip()
    frame = int(digits) - 1 if digits.isdecimal() and len(digits) < 19 else -1
    return frame if frame in frames else None
