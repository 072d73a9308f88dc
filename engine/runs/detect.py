"""Finding objects on frames with a detector, one frame at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine.tools.base import Detection, Detector, Image


@dataclass(frozen=True)
class Found:
    """What a detector found on one frame, best first."""

    frame: int
    detections: tuple[Detection, ...]


def detect(
    detector: Detector, pixels: Callable[[int], Image], frames: Sequence[int], threshold: float
) -> Iterator[Found]:
    """Run the detector on each frame; what scores less than `threshold` (0..1) is left out."""
    for frame in frames:
        yield Found(frame, tuple(detector.detect(pixels(frame), threshold)))
