"""What is asked of a clip, what comes of it, and how far it is: rate and time left, in words."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.counting import counted
from engine.runs.legs import Request


@dataclass(frozen=True)
class Clip:
    """What is to be done with one clip."""

    path: Path
    request: Request


@dataclass(frozen=True)
class Step:
    """How far a clip is: frames done of all, and how many tracks are followed just then, or what else is counted."""

    done: int
    total: int
    tracks: int
    what: str = "track"


@dataclass
class Outcome:
    """What came of a clip."""

    tracks: int = 0
    keyframes: int = 0
    """Put by this run; those of an earlier one that it went on with are not counted."""
    lost: list[tuple[int, int, str]] = field(default_factory=list)
    """Track, frame and reason of each time one was lost."""
    notes: list[str] = field(default_factory=list)
    frames: int = 0
    seconds: float = 0.0
    stopped: bool = False
    failure: str = ""
    """Why it was not done to the end, in a sentence."""

    @property
    def rate(self) -> float:
        """Return frames per second."""
        return self.frames / self.seconds if self.seconds > 0 else 0.0


class Pace:
    """Frames per second and time left of one clip, of the frames that were done since it was begun."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._first = clock, (0.0, 0)
        self._begun = False

    def text(self, step: Step) -> str:
        """Return how far it is: "2 tracks, 120 of 500 frames, 24 %, 12.3 frames/s, 31 s left"."""
        now = self._clock()
        if not self._begun:  # what an earlier run has done does not count, nor does loading
            self._begun, self._first = True, (now, step.done)
        seconds, done = now - self._first[0], step.done - self._first[1]
        share = 100 * step.done // max(step.total, 1)
        parts = [number(step.tracks, step.what), f"{step.done} of {step.total} frames", f"{share} %"]
        if seconds > 0 and done > 0:
            rate = done / seconds
            parts += [f"{rate:.1f} frames/s", f"{left((step.total - step.done) / rate)} left"]
        return ", ".join(parts)


def left(seconds: float) -> str:
    """Return a time for people."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    return f"{round(whole / 60)} min" if whole < 7200 else f"{whole / 3600:.1f} h"


def number(count: int, what: str) -> str:
    """Return a count with its noun."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def line(name: str, outcome: Outcome) -> str:
    """Return what came of a clip, on one line."""
    if outcome.failure:
        return f"{name}: not done. {outcome.failure.partition(chr(10))[0]}"
    parts = [number(outcome.tracks, "track"), number(outcome.keyframes, "keyframe") + " put"]
    parts += [f"lost {number(len(outcome.lost), 'time')}"] if outcome.lost else []
    parts += [f"{outcome.rate:.1f} frames/s"] if outcome.frames else []
    ended = " (stopped; the same command goes on with it)" if outcome.stopped else ""
    return f"{name}: {', '.join(parts)}{ended}"


def report(outcomes: Sequence[tuple[str, Outcome]]) -> list[str]:
    """Return the report at the end: a line a clip with its notes and losses, and the sum if there are several."""
    lines = list[str]()
    for name, outcome in outcomes:
        lines.append(line(name, outcome))
        lines += [f"  {more}" for more in outcome.failure.split("\n")[1:]]
        lines += [f"  {note}" for note in outcome.notes]
        lines += [f"  track {track} was lost on frame {counted(frame)}: {why}" for track, frame, why in outcome.lost]
    if len(outcomes) > 1:
        every = [outcome for _, outcome in outcomes]
        failed = sum(bool(one.failure) for one in every)
        lines.append(
            f"{number(len(every), 'clip')}, {number(sum(one.tracks for one in every), 'track')}, "
            f"{number(sum(one.keyframes for one in every), 'keyframe')} put, "
            f"lost {number(sum(len(one.lost) for one in every), 'time')}" + (f", {failed} not done" if failed else "")
        )
    return lines
