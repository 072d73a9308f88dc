"""Finding objects on frames with a detector, some at a time where its network takes several."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from engine.tools.base import Detection, Detector, Image, Watcher
from engine.tools.registry import detectors

TOGETHER = 8
"""Frames at most that go to a detector at once: answers shall come while a person looks on."""


@dataclass(frozen=True)
class Found:
    """What a detector found on one frame, best first."""

    frame: int
    detections: tuple[Detection, ...]


def detect(
    detector: Detector | Watcher, pixels: Callable[[int], Image], frames: Sequence[int], threshold: float
) -> Iterator[Found]:
    """Run the detector on each frame; what scores less than `threshold` (0..1) is left out.

    A Watcher is shown as many frames as it needs before the first one, and all between two that are not further apart.
    """
    if hasattr(detector, "history"):
        yield from _watched(cast(Watcher, detector), pixels, frames, threshold)
        return
    each = detector
    step = min(getattr(each, "batch", 1) or TOGETHER, TOGETHER)
    for first in range(0, len(frames), step):
        some = frames[first : first + step]
        answers = each.detect([pixels(frame) for frame in some], threshold)
        for frame, found in zip(some, answers, strict=True):
            yield Found(frame, tuple(found))


def on_tiles(detector: Any, tool: str, size: int) -> Any:
    """Return the detector `tool` on tiles of `size` frame pixels and whole frames; the very one where that is 0."""
    if not size:
        return detector
    from engine.tools.detecting.tiles import tiled

    return tiled(detector, size, detectors()[tool].threshold)


def _watched(
    watcher: Watcher, pixels: Callable[[int], Image], frames: Sequence[int], threshold: float
) -> Iterator[Found]:
    """Run a Watcher; frames are best given in rising order."""
    detector, seen = watcher.begin(), -watcher.history - 2
    for frame in frames:
        if not seen < frame <= seen + watcher.history + 1:
            detector, seen = watcher.begin(), max(frame - watcher.history, 0) - 1
        for before in range(seen + 1, frame):
            detector.detect([pixels(before)], 1.0)
        seen = frame
        yield Found(frame, tuple(detector.detect([pixels(frame)], threshold)[0]))
