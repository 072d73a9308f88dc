"""`termwand track`: a tracker over the tracks of clips' documents, without a screen.

Progress goes to standard error, the report to standard output. What was cut short goes on by the same command.
"""

from __future__ import annotations

import argparse
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli import printing
from engine.cli.arguments import Parser
from engine.errors import AppError, SettingsError, ToolError, nearest

if TYPE_CHECKING:
    from engine.batch.progress import Clip, Outcome, Step
    from engine.runs.legs import Request

USAGE = """Follows the tracks of each clip's document with a tracker, from their latest keyframes on: those pinned
to it, or else all that have no keyframe of a person ahead. A person's keyframes never change, and end what is followed.
What was cut short, by Ctrl+C or a kill, goes on where it stopped when the same command is given again."""
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
OFTEN = 0.2
"""Seconds between two lines of progress."""


def main(argv: list[str]) -> int:
    """Track; return the exit status: 0 done, 1 something was not, 128 and the signal's number if one has stopped it."""
    options = parser().parse_args(argv)
    try:
        request, devices = request_of(options), devices_of(options.device)
        ready(request.tracker)
    except AppError as error:
        printing.failed(error)
        return 1
    from engine.batch.progress import Clip, report

    clips = [Clip(path, request) for path in options.paths]
    with heeding() as (stop, come):
        outcomes = run(clips, devices, stop)
    printing.say(*report([(str(clip.path), outcome) for clip, outcome in zip(clips, outcomes, strict=True)]))
    if come:
        return 128 + come[0]
    return 1 if any(outcome.failure or outcome.stopped for outcome in outcomes) else 0


def parser() -> Parser:
    """Return the parser of `termwand track`."""
    found = Parser(prog="termwand track", description=USAGE)
    found.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="a video or a folder of pictures")
    found.add_argument("--tracker", required=True, metavar="ID", help="which tracker follows: mil, csrt, siammask, …")
    found.add_argument("--from", dest="first", type=frame, metavar="N", help="from each track's latest keyframe up to "
                       "this frame, counted from 1 (default: from its latest one of all)")  # fmt: skip
    found.add_argument("--to", dest="last", type=frame, metavar="N", help="up to this frame (default: the last one)")
    found.add_argument("--tracks", type=ids, default=(), metavar="IDS", help="these tracks, with commas between: 3,7")
    found.add_argument("--fill", action="store_true", help="instead fill what lies between a person's keyframes, from "
                       "both sides, and say how much these agree")  # fmt: skip
    found.add_argument("--thin", type=overlap, metavar="IOU", help="then reduce the keyframes to the fewest that give "
                       "the others again to this overlap, 0 to 1")  # fmt: skip
    found.add_argument("--device", default="auto", metavar="NAMES", help="where networks run: auto (default), cpu, "
                       "cuda, cuda:N; several with commas between share the clips")  # fmt: skip
    found.add_argument("--no-check", action="store_true", help="trust the tracker: do not look whether it still "
                       "follows the object, nor for what it has lost")  # fmt: skip
    return found


def frame(text: str) -> int:
    """Return a frame's number from the one that people count from 1."""
    if not text.isdecimal() or not 0 < int(text) < 2**31:
        raise argparse.ArgumentTypeError(f'"{text}" is no frame; they are counted from 1')
    return int(text) - 1


def ids(text: str) -> tuple[int, ...]:
    """Return the ids of tracks."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts or not all(part.isdecimal() for part in parts):
        raise argparse.ArgumentTypeError(f'"{text}" names no tracks; give their ids, as in 3,7')
    return tuple(int(part) for part in parts)


def overlap(text: str) -> float:
    """Return an overlap above 0, up to 1."""
    with suppress(ValueError):
        if 0 < (value := float(text)) <= 1:
            return value
    raise argparse.ArgumentTypeError(f'"{text}" is no overlap; give a number above 0 and up to 1, as in 0.8')


def request_of(options: argparse.Namespace) -> Request:
    """Return what is asked for; raise ToolError for an unknown tracker, with the nearest."""
    from engine.runs.legs import Request
    from engine.tools.registry import trackers

    known = trackers()
    if options.tracker not in known:
        raise ToolError(f'No tracker is called "{options.tracker}"', nearest(options.tracker, known))
    return Request(
        options.tracker, options.first, options.last, options.tracks, options.fill, options.thin,
        check=not options.no_check,
    )  # fmt: skip


def devices_of(text: str) -> list[str]:
    """Return the devices named, each once; raise SettingsError for what is none."""
    from engine.settings import DEVICE, DEVICES

    names = list(dict.fromkeys(part.strip() for part in text.split(",")))
    if wrong := next((name for name in names if not DEVICE.fullmatch(name)), None):
        raise SettingsError(f'There is no device "{wrong}"', nearest(wrong, DEVICES))
    return names if all(names) else ["auto"]


def ready(tracker: str) -> None:
    """Raise ToolError or WeightsError, before anything is opened, where packages or weights are missing."""
    from engine.tools.cache import checkpoint
    from engine.tools.packages import need
    from engine.tools.registry import find

    module = find(tracker)
    need(module.SPEC)
    checkpoint(module, "")


@contextmanager
def heeding() -> Iterator[tuple[threading.Event, list[int]]]:
    """Give an event that the first signal sets, and the signals that came; a second one ends the program at once."""
    stop, come = threading.Event(), list[int]()

    def heed(number: int, _: object) -> None:
        come.append(number)
        if stop.is_set():
            raise KeyboardInterrupt if number == signal.SIGINT else SystemExit(128 + number)
        stop.set()

    before = {number: signal.getsignal(number) for number in ENDING}
    heard = [number for number in ENDING if before[number] is not signal.SIG_IGN]  # nohup has it ignored
    for number in heard:
        signal.signal(number, heed)
    try:
        yield stop, come
    finally:
        for number in heard:
            signal.signal(number, before[number])


def run(clips: Sequence[Clip], devices: Sequence[str], stop: threading.Event) -> list[Outcome]:
    """Track all clips, saying how far each is; return what came of each."""
    from engine.batch.clip import track
    from engine.batch.local import Fleet
    from engine.batch.progress import Outcome, line

    watch = Watch([clip.path for clip in clips], line)
    fleet = Fleet(track, clips, heard=watch.step, died=lambda why: Outcome(failure=why), stop=stop, done=watch.done)
    return [Outcome(stopped=True) if outcome is None else outcome for outcome in fleet.run(devices)]


class Watch:
    """Progress on standard error: a line that is rewritten on a terminal, elsewhere a line for each clip."""

    def __init__(self, paths: Sequence[Path], line: Callable[[str, Any], str]) -> None:
        """Take what is worked on, and what says on one line what came of it."""
        from engine.batch.progress import Pace

        self._line = line
        self._names = [path.name or str(path) for path in paths]
        self._paces = [Pace() for _ in paths]
        self._guard, self._last = threading.Lock(), 0.0

    def step(self, number: int, step: Step) -> None:
        """Say how far a clip is, some times a second."""
        text = self._paces[number].text(step)
        now = time.monotonic()
        with self._guard:
            if step.done >= step.total or now - self._last >= OFTEN:
                self._last = now
                with suppress(OSError):  # a terminal that is gone is told of by a signal
                    printing.progress(f"{self._names[number]}: {text}")

    def done(self, number: int, outcome: object) -> None:
        """Say that a clip is done."""
        text = self._line(self._names[number], outcome)
        with self._guard:
            if printing.is_watched():
                with suppress(OSError):
                    printing.progress(text, last=True)
            else:
                printing.complain(text)
