"""A track that a machine left standing: no keyframe ends it, and there are frames after its last one."""

from __future__ import annotations

from collections.abc import Iterator

from engine.review.base import Finding, FindingSpec, Given, called, of_tracks
from engine.tracks.course import Course

SPEC = FindingSpec(
    "standing", "an object that stands still after its last keyframe", 5.0, "frames", "tracks",
    reach=3, middle=10.0, width=8.0,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield what comes after the last keyframe, where a machine made that and others before."""
    keys = course.track.keyframes
    if len(keys) < 2 or keys[-1].by == "human" or course.tail < given["threshold"]:
        return
    first, last = keys[-1].frame + 1, course.count - 1
    text = f"{called(course)} stands still for {last - first + 1} frames after its last keyframe"
    yield Finding(SPEC.id, first, last, first, (course.track.id,), float(course.tail), text)


find = of_tracks(SPEC, in_track)
