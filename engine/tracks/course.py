"""Where a track is on every frame on which it stands, as arrays: what a look at its movement goes through.

Boxes are those about its shape; between two keyframes they go in a straight line, in the frame or in the scene, as
`engine.tracks.steady` says for each gap (outlines and turned boxes by the boxes about their keyframes). After its last
keyframe a track stands still for ever; those frames are left out, `tail` counts them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.document import Document, Track
from engine.tracks.motion import Motion
from engine.tracks.overlap import box_around
from engine.tracks.spans import spans_of
from engine.tracks.steady import ways

MOVES = 0.5
"""Frame pixels a frame: a camera that moves as a rule, so that a step of none at all was not measured."""
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Places = NDArray[np.int64]
Complexes = NDArray[np.complex128]
LARGEST = 2_000_000
"""Frames of one course; of a track over more, as a file may claim, the keyframes alone are looked at."""
STRAIGHT = 0.05
"""Frame pixels off a straight line that rounding explains."""
LEAST = 1.0
"""Frame pixels: a side that is shorter counts as this long."""


@dataclass(frozen=True, eq=False)
class Course:
    """A track on the n frames from its first keyframe to its last one on which it is not outside."""

    track: Track
    frames: Places
    """(n,), ascending; where it is outside, numbers are missing."""
    boxes: Floats
    """(n, 4): x1, y1, x2, y2 in frame pixels."""
    key: Places
    """(n,): the place in `track.keyframes` of the keyframe on this frame, or else of the one before."""
    count: int
    """Frames of the media."""
    size: tuple[int, int]
    """Width, height of the media's frames; 0 where it is not known."""
    motion: Motion | None = None

    def __len__(self) -> int:
        return len(self.frames)

    @cached_property
    def keyed(self) -> Bools:
        """Return on which frames there is a keyframe (n,)."""
        own = np.array([key.frame for key in self.track.keyframes], np.int64)
        return np.asarray(own[self.key] == self.frames)

    @cached_property
    def human(self) -> Bools:
        """Return on which frames there is a person's keyframe (n,)."""
        by = np.array([key.by == "human" for key in self.track.keyframes], bool)
        return np.asarray(by[self.key] & self.keyed)

    @cached_property
    def linked(self) -> Bools:
        """Return which frames are followed by the very next one of the media (n - 1,)."""
        return np.asarray(np.diff(self.frames) == 1)

    @cached_property
    def centres(self) -> Complexes:
        """Return the middles x + iy in the scene of the first frame (n,): without what the camera does."""
        middles = (self.boxes[:, 0] + self.boxes[:, 2] + 1j * (self.boxes[:, 1] + self.boxes[:, 3])) / 2
        turns, shifts = self._scene
        return np.asarray((middles - shifts) / turns)

    @cached_property
    def sides(self) -> Floats:
        """Return width and height (n, 2) in the scene, at least `LEAST`."""
        found = self.boxes[:, 2:] - self.boxes[:, :2]
        return np.asarray(np.maximum(found / np.abs(self._scene[0])[:, None], LEAST))

    @cached_property
    def extent(self) -> Floats:
        """Return the side of a square as large (n,): the unit of movements."""
        return np.asarray(np.sqrt(self.sides.prod(1)))

    @cached_property
    def steady(self) -> Floats:
        """Return the boxes (n, 4) in the scene."""
        half = self.sides / 2
        middles = np.stack([self.centres.real, self.centres.imag], 1)
        return np.hstack((middles - half, middles + half))

    @cached_property
    def _scene(self) -> tuple[Complexes, Complexes]:
        if self.motion is None:
            return np.ones(len(self), np.complex128), np.zeros(len(self), np.complex128)
        return self.motion.since_start(self.frames)

    @cached_property
    def told(self) -> Bools:
        """Return of which steps to the media's next frame (n - 1,) it is known what the camera did.

        A cut, or a jerk that nothing could be followed over, counts as still (`engine.tracks.camera`): where the camera
        moves otherwise, a step from there says nothing of the object.
        """
        if self.motion is None or len(self) < 2:
            return self.linked
        there = np.clip(self.frames[:-1], 0, max(len(self.motion.turns) - 1, 0))
        turns, shifts = self.motion.turns[there], self.motion.shifts[there]
        unsure = np.isnan(turns.real) | ((turns == 1) & (shifts == 0))
        moves = np.abs(shifts[~unsure & self.linked])
        return self.linked & ~unsure if len(moves) and float(np.median(moves)) > MOVES else self.linked

    @cached_property
    def bends(self) -> Bools:
        """Return on which frames (n,) its way is not straight, in the frame nor in the scene.

        A box that goes straight on is carried along by interpolation or the camera, or frozen: that says nothing of how
        it moves by itself, and is left out of what is usual of it.
        """
        found = np.zeros(len(self), bool)
        at = np.flatnonzero(self.keyed[1:-1] & self.linked[1:] & self.linked[:-1]) + 1
        for boxes in (self.boxes,) if self.motion is None else (self.boxes, self.steady):
            off = np.abs(boxes[at + 1] - 2 * boxes[at] + boxes[at - 1]).max(1, initial=0.0)
            at = at[off >= STRAIGHT]
        found[at] = True
        return found

    def value(self, name: str) -> Floats:
        """Return a number that keyframes have, `score` or `agreement`, of the one on or before each frame (n,).

        NaN where it has none.
        """
        found = [getattr(key, name) for key in self.track.keyframes]
        return np.asarray(np.array([np.nan if one is None else one for one in found], np.float64)[self.key])

    @property
    def tail(self) -> int:
        """Return on how many frames it stands still after its last keyframe."""
        last = self.track.keyframes[-1] if self.track.keyframes else None
        return 0 if last is None or last.outside else max(0, self.count - 1 - last.frame)


def course(document: Document, track: Track) -> Course:
    """Return where a track of a document is."""
    return course_of(track, document.media.frames, (document.media.width, document.media.height), document.motion)


def course_of(track: Track, count: int, size: tuple[int, int] = (0, 0), motion: Motion | None = None) -> Course:
    """Return where a track is in a media of so many frames of (width, height)."""
    keys = track.keyframes
    own = np.array([key.frame for key in keys], np.int64)
    around = _without_gaps(_around(track))
    end = min(count - 1, int(own[-1])) if len(own) else -1
    frames = _frames(track, own, end) if len(around) else own[:0]
    key = np.searchsorted(own, frames, "right") - 1
    return Course(track, frames, _boxes(track, own, around, frames, key, motion), key, count, size, motion)


def _around(track: Track) -> Floats:
    """Return the boxes about the shapes of a track's keyframes (m, 4), NaN where there is none."""
    keys = track.keyframes
    if track.type == "rectangle" and all(len(key.points) == 2 for key in keys):
        flat = chain.from_iterable(chain.from_iterable(key.points for key in keys))
        corners = np.fromiter(flat, np.float64, 4 * len(keys)).reshape(-1, 2, 2)
        return np.hstack((corners.min(1), corners.max(1)))
    return np.array([box_around(track.type, key) or (np.nan,) * 4 for key in keys], np.float64).reshape(-1, 4)


def _frames(track: Track, own: Places, end: int) -> Places:
    """Return the frames up to `end` on which a track stands; `own` are those of its keyframes."""
    stretches = [(first, min(last, end)) for first, last in spans_of(track) if first <= end]
    if sum(last - first + 1 for first, last in stretches) > LARGEST:
        return own[np.array([not key.outside for key in track.keyframes]) & (own <= end)]
    parts = [np.arange(first, last + 1) for first, last in stretches]
    return np.concatenate([np.empty(0, np.int64), *parts]).astype(np.int64)


def _without_gaps(around: Floats) -> Floats:
    """Return boxes of keyframes, those that have none (outside ones without points) as the one before or after."""
    there = np.flatnonzero(~np.isnan(around[:, 0])) if len(around) else np.empty(0, np.int64)
    if not len(there):
        return np.empty((0, 4))
    nearest = np.clip(np.searchsorted(there, np.arange(len(around)), "right") - 1, 0, None)
    return np.asarray(around[there[nearest]])


def _boxes(track: Track, own: Places, around: Floats, frames: Places, key: Places, motion: Motion | None) -> Floats:
    """Return the boxes on some frames, each after the keyframe with the number `key`."""
    if len(frames) == 0 or (own[key] == frames).all():
        return np.asarray(around[key])
    following = np.minimum(key + 1, len(own) - 1)
    part = ((frames - own[key]) / np.maximum(own[following] - own[key], 1))[:, None]
    stay = np.array([track.type == "mask" or not one.points for one in track.keyframes], bool)
    if stay.any():
        part[stay[key]] = 0.0
    plain = around[key] * (1 - part) + around[following] * part
    if motion is None:
        return np.asarray(plain)
    steady = np.array([*ways(track, motion), False], bool)[key]
    return np.where(steady[:, None], _in_scene(own, around, frames, key, following, part, motion), plain)


def _in_scene(
    own: Places, around: Floats, frames: Places, key: Places, following: Places, part: Floats, motion: Motion
) -> Floats:
    turns, shifts = motion.since_start(own)
    middles = ((around[:, 0] + around[:, 2] + 1j * (around[:, 1] + around[:, 3])) / 2 - shifts) / turns
    sizes = (around[:, 2:] - around[:, :2]) / np.abs(turns)[:, None]
    turn, shift = motion.since_start(frames)
    along: Any = part[:, 0]
    middle = (middles[key] * (1 - along) + middles[following] * along) * turn + shift
    half = (sizes[key] * (1 - part) + sizes[following] * part) * np.abs(turn)[:, None] / 2
    there = np.stack([middle.real, middle.imag], 1)
    return np.hstack((there - half, there + half))
