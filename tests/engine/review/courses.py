"""Tracks that go their way, to be spoiled: what tests of kinds of trouble begin with."""

from __future__ import annotations

from collections.abc import Callable

from immutables import Map
from msgspec.structs import replace

from engine.document import Document, Keyframe, Label, MediaInfo, Shape, Track

COUNT, WIDTH, HEIGHT = 60, 640, 480
Box = tuple[float, float, float, float]


def straight(frame: int) -> Box:
    """Return a box of 60 x 40 that goes 2 pixels to the right a frame, and trembles by a fifth of a pixel."""
    x, y = 100 + 2 * frame + 0.2 * (frame % 3), 200 + 0.2 * (frame % 2)
    return x, y, x + 60, y + 40


def key(frame: int, box: Box, by: str = "csrt", **more: object) -> Keyframe:
    x1, y1, x2, y2 = box
    return Keyframe(frame, ((x1, y1), (x2, y2)), by=by, **more)


def track(
    number: int = 1, spoiled: dict[int, Box] | None = None, way: Callable[[int], Box] = straight,
    frames: range = range(COUNT), label: str = "car",
) -> Track:  # fmt: skip
    """Return a track with a person's keyframes at its ends, machines' between, some of them spoiled."""
    boxes = {frame: way(frame) for frame in frames} | (spoiled or {})
    ends = frames[0], frames[-1]
    keys = tuple(key(frame, box, "human" if frame in ends else "csrt") for frame, box in boxes.items())
    return Track(number, label, "rectangle", keyframes=keys)


def moved(box: Box, x: float, y: float) -> Box:
    return box[0] + x, box[1] + y, box[2] + x, box[3] + y


def document(*tracks: Track, shapes: tuple[Shape, ...] = ()) -> Document:
    frames: dict[int, tuple[Shape, ...]] = {}
    for shape in shapes:
        frames[shape.frame] = (*frames.get(shape.frame, ()), shape)
    media = MediaInfo("c.mp4", "video", COUNT, WIDTH, HEIGHT)
    return Document(media, (Label("car"), Label("bus")), Map(frames), Map({one.id: one for one in tracks}), next_id=99)


def with_keys(one: Track, *keys: Keyframe) -> Track:
    """Return a track with keyframes more, or in place of those on the same frames."""
    own = {frame.frame: frame for frame in one.keyframes} | {frame.frame: frame for frame in keys}
    return replace(one, keyframes=tuple(own[frame] for frame in sorted(own)))
