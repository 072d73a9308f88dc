"""Following in stretches of a fixed length, so that a run that was killed goes on and ends as one that was not.

At the end of each stretch all that is known of the objects is packed, and the run goes on from what was packed whether
it was interrupted or not. A tracker that can be packed does not notice. Those of OpenCV cannot: they begin anew there,
on the place that they had reached, while the check keeps how the object looked from its keyframe on. Either way a run
that is begun again at the last stretch makes the same keyframes as one that never ended.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from engine.checkpoints import Checkpoints
from engine.document import Document
from engine.errors import ToolError
from engine.runs.follow import Followed, ahead
from engine.runs.followers import Bare, Checked, Missing, One
from engine.runs.legs import Leg, Request
from engine.runs.looks import Look
from engine.runs.lost import Watch
from engine.runs.search import Sought
from engine.runs.steady import Window
from engine.tools.base import Image, Target, Tracker

STRETCH = 50
"""Frames from one point at which a run can go on to the next one."""
REFUSED = "the tracker cannot go on with it here"


class Array(msgspec.Struct, frozen=True, array_like=True):
    """An array as it is kept."""

    shape: tuple[int, ...]
    kind: str
    data: bytes


class Kept(msgspec.Struct, frozen=True, omit_defaults=True):
    """An object of a run as it is kept; without a look it is the bare tracker's."""

    key: int
    state: dict[str, Any] | None = None
    """What the tracker packed; None for one that is looked for, whose tracker begins anew."""
    box: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    rotation: float = 0.0
    look: tuple[Array, Array] | None = None
    doubts: int = 0
    own: float = 1.0
    pattern: Array | None = None
    sought: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    window: tuple[tuple[float, float], float, tuple[int, int]] | None = None
    missing: int | None = None
    """For how many frames it has been looked for."""


class Checkpoint(msgspec.Struct, frozen=True):
    """How far a run over a document has come."""

    request: Request
    stretch: int
    media: str
    """The digest of the media's reference."""
    weights: str
    legs: tuple[Leg, ...]
    leg: int = 0
    frame: int = 0
    """Of that leg; everything up to it is in the journal."""
    objects: bytes = b""
    """Its objects there, b"" on its first frame."""
    mark: str = ""
    """What `marked` said of the document."""
    thinned: str = ""
    """What `marked` will say once it has been thinned; "" before that."""


CHECKPOINTS = Checkpoints("tracking", Checkpoint, 1 << 30)


def follow_on(
    tracker: Tracker, pixels: Callable[[int], Image], frames: Sequence[int], begin: Mapping[int, Target] | bytes, *,
    check: bool,
) -> Generator[Followed, None, bytes]:  # fmt: skip
    """Follow objects, given as they stand on frames[0] or as packed there, over the other frames; return them packed.

    Raise ToolError where the tracker cannot begin.
    """
    repeatable(frames[0])
    with closing(ahead(pixels, frames)) as images:
        followers, refused = _followers(tracker, next(images), begin, check=check)
        with closing(followers):
            for frame in frames[1:]:
                if not followers.busy:
                    break
                targets, scores, lost = followers.step(next(images))
                lost |= {key: REFUSED for key in refused if key not in targets}
                refused = ()
                yield Followed(frame, targets, scores, lost)
            return msgspec.msgpack.encode(_kept(tracker, followers), enc_hook=_plain)


def repeatable(seed: int) -> None:
    """Let what OpenCV's trackers draw by chance come out the same each time: some ask OpenCV, some the C library."""
    import ctypes

    import cv2

    cv2.setRNGSeed(seed + 1)
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).srand(seed + 1)


def _followers(
    tracker: Tracker, image: Image, begin: Mapping[int, Target] | bytes, *, check: bool
) -> tuple[Bare | Checked, tuple[int, ...]]:
    """Return what follows from this frame on, and the keys of objects with which the tracker cannot go on."""
    if not isinstance(begin, bytes):
        return (Checked if check else Bare)(tracker, image, begin), ()
    kept = msgspec.msgpack.decode(begin, type=tuple[Kept, ...])
    states, refused = dict[int, Any](), list[int]()
    for one in kept:
        if one.state is None:
            continue
        try:
            window = None if one.window is None else Window(*one.window)
            states[one.key] = tracker.unpack(one.state, image if window is None else window.cut(image))
        except ToolError:
            refused.append(one.key)
    if not check:
        return Bare.going_on(tracker, image, states), tuple(refused)
    ones = {one.key: _one(one, states.get(one.key)) for one in kept}
    followed = {key: one for key, one in ones.items() if key in states}
    missing = {one.key: Missing(ones[one.key], one.missing or 0) for one in kept if one.key not in states}
    return Checked.going_on(tracker, image, followed, missing), tuple(refused)


def _kept(tracker: Tracker, followers: Bare | Checked) -> tuple[Kept, ...]:
    if isinstance(followers, Bare):
        return tuple(Kept(key, tracker.pack(state)) for key, state in followers.states.items())
    followed, missing = followers.held
    still = [_of_one(key, one, tracker.pack(one.state), None) for key, one in followed.items()]
    return (*still, *(_of_one(key, gone.one, None, gone.frames) for key, gone in missing.items()))


def _of_one(key: int, one: One, state: dict[str, Any] | None, missing: int | None) -> Kept:
    look, window, sought = one.watch.look, one.window, one.sought
    return Kept(
        key, state, one.before.box, one.before.rotation, (_array(look.views), _array(look.others)), one.watch.doubts,
        one.watch.own, None if sought is None else _array(sought.pattern), (0.0,) * 4 if sought is None else sought.box,
        None if window is None else (window.middle, window.scale, window.size), missing,
    )  # fmt: skip


def _one(kept: Kept, state: Any) -> One:
    assert kept.look is not None
    views, others = (_array_of(one) for one in kept.look)
    known = Watch(Look(views, others), kept.doubts, kept.own)
    what = None if kept.pattern is None else Sought(_array_of(kept.pattern), kept.sought)
    window = None if kept.window is None else Window(*kept.window)
    return One(state, Target(kept.box, kept.rotation), known, what, window)


def _array(array: NDArray[Any]) -> Array:
    return Array(array.shape, array.dtype.str, np.ascontiguousarray(array).tobytes())


def _array_of(kept: Array) -> NDArray[Any]:
    return np.frombuffer(kept.data, np.dtype(kept.kind)).reshape(kept.shape).copy()


def _plain(value: object) -> object:
    """Return a number of numpy's as Python's."""
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"a tracker packs {type(value).__name__}, which is no plain value")


def marked(document: Document, checkpoint: Checkpoint) -> str:
    """Return a fingerprint of all in a document that a run builds on or has made up to a checkpoint.

    What it has put beyond that is left out: it comes again, the same.
    """
    found = hashlib.blake2b(digest_size=16)
    reached = dict[int, int]()
    for number, leg in enumerate(checkpoint.legs):
        at = leg.last if number < checkpoint.leg else checkpoint.frame if number == checkpoint.leg else leg.first
        reached |= dict.fromkeys(leg.tracks, -1 if leg.fill else at)
    for number in sorted(reached):
        track = document.tracks.get(number)
        if track is not None:
            keys = [key for key in track.keyframes if key.by == "human" or key.frame <= reached[number]]
            found.update(msgspec.json.encode((number, track.type, track.label, keys)))
    return found.hexdigest()


def whole(document: Document, legs: Sequence[Leg]) -> str:
    """Return a fingerprint of the tracks of some legs with all their keyframes."""
    tracks = [document.tracks.get(number) for number in sorted({number for leg in legs for number in leg.tracks})]
    return hashlib.blake2b(msgspec.json.encode(tracks), digest_size=16).hexdigest()
