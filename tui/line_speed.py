"""How fast the terminal takes bytes: send some that change nothing, ask a question behind them, wait for the answer.

Apart from the doctor because it talks to the device. What is sent are colour settings, which every terminal reads and
none shows, with changing numbers, so that a compressing link compresses them about as it does a picture.
"""

from __future__ import annotations

import os
import random
import select
import termios
import time
from dataclasses import dataclass

from engine.cli import terminal

QUESTION, LAST = b"\x1b[6n", b"R"
FIRST, MOST = 32_768, 8_388_608
"""Bytes of the first and of the largest try."""
ENOUGH = 0.3
"""Seconds that a try must take to be believed."""
PATIENCE = 10.0


@dataclass(frozen=True, slots=True)
class Speed:
    """What the link did: seconds for a question and its answer, bytes per second that the terminal takes."""

    round_trip: float
    rate: float


def measured() -> Speed | None:
    """Return the link's speed; None if the terminal does not answer."""
    source, target = terminal.source(), terminal.target()
    before = termios.tcgetattr(source)
    raw = [*before[:3], before[3] & ~(termios.ECHO | termios.ICANON), *before[4:]]
    termios.tcsetattr(source, termios.TCSADRAIN, raw)
    try:
        return between(source, target)
    finally:
        termios.tcsetattr(source, termios.TCSADRAIN, before)


def between(source: int, target: int) -> Speed | None:
    """Return the speed between two descriptors of a terminal in raw mode."""
    trips = [_timed(source, target, b"") for _ in range(3)]
    known = [trip for trip in trips if trip is not None]
    if len(known) < len(trips):
        return None
    size, trip = FIRST, min(known)
    while True:
        data = _ballast(size)
        took = _timed(source, target, data)
        if took is None:
            return None
        if took >= ENOUGH + trip or size >= MOST:
            return Speed(trip, len(data) / max(took - trip, 1e-6))
        size *= 4


def _timed(source: int, target: int, data: bytes) -> float | None:
    """Return the seconds from a write to the answer behind it, None if there is none in time."""
    begun, answer = time.monotonic(), b""
    view = memoryview(data + QUESTION)
    while view:
        view = view[os.write(target, view[:65536]) :]
    while LAST not in answer:
        left = begun + PATIENCE - time.monotonic()
        if left <= 0 or not select.select([source], [], [], left)[0]:
            return None
        answer += os.read(source, 256)
    return time.monotonic() - begun


def _ballast(size: int) -> bytes:
    numbers = random.Random(0).choices(range(256), k=size // 10)
    return b"".join(b"\x1b[38;5;%dm" % number for number in numbers) + b"\x1b[0m"
