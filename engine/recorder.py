"""Writes a recording while it is made: see `engine.recording`, which reads and plays it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from engine.effort.deeds import Deed
from engine.recording import VERSION, Head
from engine.session import Session
from engine.settings import KEPT


def head_of(session: Session, media: str, termwand: str) -> Head:
    """Return what a recording says of a session at its start."""
    view, settings = session.view, session.settings
    kept = {name: getattr(settings, name) for name in KEPT}
    return Head(VERSION, termwand, media, session.media.target, view.viewport.view_size, view.cell, kept)


class Recorder:
    """Writes what is done, each action at once; `write` takes a line, `now` tells seconds."""

    def __init__(self, write: Callable[[str], object], head: Head, now: Callable[[], float] = time.monotonic) -> None:
        self._write, self._now, self._last = write, now, now()
        self._deeds: list[Deed] = []
        self._entry: tuple[Any, ...] = ()
        """What the review was last noted to look at."""
        self.elapsed = 0.0
        """Seconds up to the last action, as whoever plays the recording will count them."""
        self._write(_line(msgspec.to_builtins(head)))

    def took(
        self, name: str, args: Sequence[Any], frames: int | None = None, entry: tuple[Any, ...] | None = None
    ) -> None:
        """Note that an action is about to be done, and for how many frames the runs under way have answered.

        `entry` is what a review looks at, see `engine.session.reviewing.noted`: another one than before is noted first.
        """
        if entry is not None and entry[:-1] != self._entry:
            self._entry = entry[:-1]
            self._write(_line({"do": ["review.at", *entry]}))
        now = self._now()
        after, self._last = round(max(now - self._last, 0.0), 6), now
        self.elapsed += after
        more: dict[str, Any] = {} if frames is None else {"frames": frames}
        if self._deeds:
            more["effort"], self._deeds = msgspec.to_builtins(self._deeds), []
        self._write(_line({"do": [name, *args], "after": after, **more}))

    def cost(self, deed: Deed) -> None:
        """Note what an object has cost, with the next action."""
        self._deeds.append(deed)


def under_way(session: Session) -> int | None:
    """Return for how many frames the runs under way have answered, None where no run is."""
    return session.jobs.frames if session.runs.kinds & session.jobs.running.keys() else None


def _line(value: Mapping[str, Any]) -> str:
    """Return a line in ASCII: names from files, which it may hold, must not command a terminal that shows it."""
    return json.dumps(value, separators=(",", ":")) + "\n"
