"""Recordings: what an annotator did, action by action, written as it happens (`recorder`) and played again.

A file of JSON lines. The first says what was open and how it was looked at; each other one is an action with its
arguments, and the seconds since the one before:

    {"recording": 1, "termwand": "0.1.0", "media": "street", "frame": 0, "view": [700, 520], "cell": [10, 20], ...}
    {"do": ["draw.start", "rectangle"], "after": 1.204}

A file written by hand may leave out the first line and the seconds. When one is played, each action waits until the
jobs that those before it have started have ended, so that the result depends on no clock; one that was done while a
run over frames was under way says of how many frames its answers had come, and waits for those alone. (One difference
is left: an answer that the next point overtook is waited for, and a tool that refines its own answers sees it.) Whether
a key is held down, which moves the cursor faster, is told by the recorded seconds. Dialogs are not played, what came of
them is; nor is what changes more than what is open: models' files, a file that another program wrote.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from engine.effort.deeds import Deed
from engine.errors import FormatError, nearest
from engine.settings import KEPT, Settings, with_values

VERSION = 1
LONGEST = 256 << 20
"""Bytes of a file that is read at most."""
SHOWS = "app."
"""How the names of actions begin that open dialogs: what came of one is an action of its own."""
ON_SCREEN = ("app.quit", "app.panels", "app.redraw")
"""Those of them that are played, where there is a screen."""
BEYOND = ("model.", "file.overwrite")
"""How the names of actions begin that change more than what is open: these are not played."""


class Head(msgspec.Struct, frozen=True):
    """What was open, and how it was looked at."""

    recording: int = VERSION
    termwand: str = ""
    media: str = ""
    """Name of the file or folder."""
    frame: int = 0
    view: tuple[int, int] = (0, 0)
    """Width, height of the canvas in pixels; (0, 0) where it had none yet."""
    cell: tuple[int, int] = (10, 20)
    """Width, height of a terminal cell in pixels."""
    settings: dict[str, Any] = {}


class Entry(msgspec.Struct, frozen=True):
    """A line of a file, but the first."""

    do: list[Any]
    after: float = 0.0
    frames: int | None = None
    """Frames for which the runs under way had answered; None where none was."""
    effort: list[Deed] = []
    """What objects have cost since the line before: nobody plays it, `termwand stats` counts it."""


@dataclass(frozen=True, slots=True)
class Line:
    """An action with its arguments, and the seconds since the one before."""

    number: int
    name: str
    args: tuple[Any, ...] = ()
    after: float = 0.0
    frames: int | None = None
    effort: tuple[Deed, ...] = ()

    @property
    def reaches_beyond(self) -> bool:
        """Whether it would change more than what is open."""
        return self.name.startswith(BEYOND)

    @property
    def is_played(self) -> bool:
        """Whether it is done when the recording is played."""
        return not self.reaches_beyond and (not self.name.startswith(SHOWS) or self.name in ON_SCREEN)

    def refused(self, why: object) -> FormatError:
        """Return the failure that names this line."""
        text = " ".join(map(str, (self.name, *self.args)))
        return FormatError(f'Line {self.number} of the recording: "{text}" cannot be done', f"{why}; correct the line")


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that has been read; `head` is None where the file has none."""

    path: Path
    head: Head | None
    lines: tuple[Line, ...]


# reading


def read(path: Path) -> Recording:
    """Read a recording; raise FormatError that names the line which is wrong, StoreError if there is no file."""
    try:
        if path.stat().st_size > LONGEST:
            raise FormatError("The recording is too large", f"{path} has more than {LONGEST >> 20} MB")
        texts = path.read_bytes().splitlines()
    except OSError as error:
        raise FormatError("The recording cannot be read", f"{path}: {error.strerror or error}") from error
    head: Head | None = None
    lines: list[Line] = []
    for number, text in enumerate(texts, 1):
        if not text.strip():
            continue
        value = _decoded(text, number, path)
        if not lines and head is None and isinstance(value, dict) and "recording" in value:
            head = _head(value, number, path)
        else:
            lines.append(_entry(value, number, path))
    if head is None and not lines:
        raise FormatError("The recording is empty", f"{path}: record one with --record FILE")
    return Recording(path, head, tuple(lines))


def check(recording: Recording, actions: Collection[str]) -> None:
    """Raise FormatError that names the first line whose action nobody can do."""
    for line in recording.lines:
        if line.name not in actions:
            hint = f"{recording.path}: no action is called {line.name}, {nearest(line.name, actions)}"
            raise FormatError("The recording has a line that cannot be played", hint, line=line.number, column=1)


def with_recorded(settings: Settings, head: Head | None) -> Settings:
    """Return settings with those of a recording that its result depends on; SettingsError if one is out of range."""
    values = {name: value for name, value in (head.settings if head else {}).items() if name in KEPT}
    return with_values(settings, values, "the recording")


def _number(text: str) -> float:
    """Return a number; refuse NaN and the infinities, which Python's reader takes, and 1e999, which is one to it."""
    if not abs(number := float(text)) < float("inf"):
        raise json.JSONDecodeError(f"{text} is no number that can be reckoned with", text, 0)
    return number


def _decoded(text: bytes, number: int, path: Path) -> Any:
    try:
        return json.loads(text, parse_constant=_number, parse_float=_number)
    except (ValueError, RecursionError) as error:
        why = error.msg if isinstance(error, json.JSONDecodeError) else "it is no JSON"
        raise _wrong(path, number, why, getattr(error, "colno", 1)) from error


def _head(value: Any, number: int, path: Path) -> Head:
    try:
        head = msgspec.convert(value, Head)
    except msgspec.ValidationError as error:
        raise _wrong(path, number, str(error)) from error
    if head.recording != VERSION:
        raise _wrong(path, number, f"it is a recording of version {head.recording}, this termwand plays {VERSION}")
    return head


def _entry(value: Any, number: int, path: Path) -> Line:
    try:
        entry = msgspec.convert(value, Entry)
    except msgspec.ValidationError as error:
        raise _wrong(path, number, str(error)) from error
    if not entry.do or not isinstance(entry.do[0], str):
        raise _wrong(path, number, 'it names no action: write {"do": ["frames.step", "1"]}')
    if not 0 <= entry.after < float("inf"):
        raise _wrong(path, number, "`after` is no number of seconds")
    if entry.frames is not None and entry.frames < 0:
        raise _wrong(path, number, "`frames` is no number of frames")
    return Line(number, entry.do[0], tuple(entry.do[1:]), entry.after, entry.frames, tuple(entry.effort))


def _wrong(path: Path, number: int, why: str, column: int = 1) -> FormatError:
    return FormatError("The recording has a line that cannot be read", f"{path}: {why}", line=number, column=column)
