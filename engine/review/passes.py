"""Two passes of a tracker that disagree on where the object is: of all signs the one to trust most.

Where both agreed (IoU over 0.5) 0.2 % of frames were wrong, elsewhere 21 % and more (`benchmarks/fill.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, marked, of_tracks
from engine.tracks.course import Course

SPEC = FindingSpec(
    "passes", "an object that two passes place differently", 0.5, "1 - IoU of the passes", "tracks",
    reach=2, middle=0.7, width=0.15,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield stretches on which the passes disagree, also those that thinning has left without keyframes."""
    agreement = course.value("agreement")
    scores = np.where(course.human, 0.0, np.nan_to_num(1 - agreement))
    text = "is placed differently by two passes (agreement {:.2f})"
    yield from marked(SPEC, course, scores, given, lambda place: text.format(agreement[place]))


find = of_tracks(SPEC, in_track)
