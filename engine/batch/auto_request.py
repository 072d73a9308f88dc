"""What `termwand auto` is asked to do with one media, and on which frames."""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Sequence
from pathlib import Path

import msgspec

from engine.document import Document
from engine.runs.by_detection import Method

BATCH = 8
"""Pictures that go through a network at once, where it takes any number."""


class Request(msgspec.Struct, frozen=True):
    """What is asked for; frames are numbered from 0, None leaves the end open."""

    detector: str
    weights: str = ""
    """A weights file's name, "" for the one in use."""
    threshold: float | None = None
    """The lowest score (0..1) that is taken; None is the detector's own, or the label table's."""
    first: int = 0
    last: int | None = None
    every: int = 1
    skip_reviewed: bool = False
    clean: tuple[str, ...] | None = None
    """Detectors whose unverified results go from each frame first, () for all of them; None for no cleaning."""
    keep: bool = False
    """What the detector found before stays, and only what overlaps none of that is added."""
    pairs: tuple[tuple[str, str], ...] = ()
    """What `engine.label_match.pairs` made of `--map`."""
    labels: str = ""
    polygons: bool = False
    batch: int = BATCH
    tiles: int = 0
    """Frame pixels that a tile of large pictures measures; 0 for none."""
    track: Method | None = None
    """How what is found is joined into tracks; None makes shapes."""
    thin: float | None = None
    """Overlap with what goes to which the tracks' keyframes are reduced."""


class Job(msgspec.Struct, frozen=True):
    """One media: a video, a folder of pictures, a picture, or several pictures; and what to do with it."""

    paths: tuple[Path, ...]
    request: Request

    @property
    def name(self) -> str:
        """Return what it is called in a report."""
        return str(self.paths[0]) + (f" and {len(self.paths) - 1} more" if len(self.paths) > 1 else "")


def plan(document: Document, request: Request, frames: int) -> Sequence[int]:
    """Return the numbers of the frames to annotate, rising."""
    last = frames - 1 if request.last is None else min(request.last, frames - 1)
    wanted = range(request.first, last + 1, request.every)
    if not request.skip_reviewed:
        return wanted
    done = reviewed(document)
    return array("q", (frame for frame in wanted if frame not in done))


def reviewed(document: Document) -> set[int]:
    """Return the frames that a person has looked at: with a verified shape, or in an accepted part of a track."""
    found = {frame for frame, shapes in document.frames.items() if any(shape.verified for shape in shapes)}
    for track in document.tracks.values():
        for review in track.review:
            if review.state != "flagged":
                found.update(range(review.first, review.last + 1))
    return found


def fingerprint(frames: Sequence[int]) -> str:
    """Return what tells one plan from another."""
    found = hashlib.blake2b(digest_size=16)
    numbers = frames if isinstance(frames, array) else array("q", frames)
    found.update(numbers.tobytes())
    return found.hexdigest()
