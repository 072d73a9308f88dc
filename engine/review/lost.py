"""An object that a machine has lost before a person's keyframe on which it stands again: nobody has said it was gone.

However it left, which `ended` goes by: the person's keyframe says that it came back, and the tracker that it looked in
vain for reasons of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from engine.counting import counted
from engine.review.base import Finding, FindingSpec, Given, called, of_tracks
from engine.tracks.course import Course

SPEC = FindingSpec(
    "lost", "an object that a tracker lost before a keyframe of a person", 1.0, "frames without it", "tracks",
    middle=0.0, width=3.0,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield the gaps, to be looked at in their middles: from there both sides are filled."""
    for key, after in pairwise(course.track.keyframes):
        length = after.frame - key.frame
        is_lost = key.outside and key.by != "human" and after.by == "human" and not after.outside
        if is_lost and length >= given["threshold"]:
            middle, ids = (key.frame + after.frame) // 2, (course.track.id,)
            text = f"{called(course)} was lost for {length} frames, up to your keyframe on {counted(after.frame)}"
            yield Finding(SPEC.id, key.frame, after.frame - 1, middle, ids, float(length), text)


find = of_tracks(SPEC, in_track)
