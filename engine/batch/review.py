"""The queue of a review of one clip, without a screen: opened to be read, looked through, closed.

An annotation file without its media is reviewed too, by what its geometry says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from engine.counting import counted
from engine.document import Camera, Document
from engine.errors import MediaError
from engine.formats import base as formats
from engine.opening import Opened, open_session
from engine.options import Options
from engine.review.base import Kind
from engine.review.queue import Entry, Reviewer
from engine.runs.seen import Seen
from engine.session.steady import place_of
from engine.tracks import kept_motion
from engine.tracks.camera import measured

Tell = Callable[[str, int, int], object]
"""Told what is done, how many frames of it, of how many."""


@dataclass(frozen=True)
class Asked:
    """What a review is asked for."""

    kinds: Mapping[str, Kind] | None = None
    """By id; None is all."""
    given: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Kind -> parameter -> its value, where that is not the default."""
    pixels: bool = True
    """Whether frames are read, for the kinds that need them and for the camera's motion."""


@dataclass(frozen=True)
class Reviewed:
    """What a review has found."""

    document: Document
    entries: tuple[Entry, ...]
    """The likeliest fault first."""
    notes: tuple[str, ...] = ()


def review(path: Path, asked: Asked, tell: Tell = lambda what, done, total: None) -> Reviewed:
    """Review a media, or an annotation file, with its media where that is found; raise AppError if it cannot be opened.

    Nothing is written but the camera's motion, which is kept in the user's cache.
    """
    known = formats.format_of(path) if path.is_file() else None
    if known is None:
        return _opened(Options((path,), read_only=True), asked, tell)
    read = known.read(path)
    media = path.parent / read.document.media.path
    if known.SPEC.id == formats.OWN and asked.pixels and media.exists():
        return _opened(Options((media,), annotations=path, read_only=True), asked, tell)
    reviewer = Reviewer(asked.kinds, asked.given)
    without = f"The media {media} is not there: reviewed by geometry alone" if asked.pixels else ""
    return Reviewed(read.document, reviewer.entries(read.document), (*read.notes, *[without] * bool(without)))


def _opened(options: Options, asked: Asked, tell: Tell) -> Reviewed:
    opened = open_session(options)
    try:
        document = _with_motion(opened, asked.pixels, tell)
        seen = Seen(opened.frames.decode) if asked.pixels else None
        reviewer = Reviewer(asked.kinds, asked.given, seen)
        total = reviewer.unseen_frames(document)
        for done, _ in enumerate(reviewer.look(document), 1):
            tell("looking at the tracks", done, total)
        unread = () if seen is None else (f"frame {counted(frame)}: {why}" for frame, why in seen.unread.items())
        return Reviewed(document, reviewer.entries(document), (*opened.notes, *unread))
    finally:
        opened.close()


def _with_motion(opened: Opened, pixels: bool, tell: Tell) -> Document:
    """Return the document with the camera's motion as it is kept; what is not known is measured, where tracks are."""
    document, frames = opened.session.document, opened.frames
    if not document.tracks or len(frames) < 2:
        return document
    place = place_of(frames, document.media)
    motion = kept_motion.load(place, len(frames))
    if motion.missing and pixels:
        total, steps = len(motion.missing), {}
        with suppress(MediaError):  # what follows a frame that cannot be read stays unknown
            for frame, step in measured(motion, frames.decode):
                steps[frame] = step
                tell("measuring the camera's motion", len(steps), total)
        motion = motion.with_steps(steps)
        kept_motion.save(place, motion)
    return replace(document, camera=Camera(motion))
