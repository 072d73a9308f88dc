"""A tracker that says itself that it is unsure: a low score, or one that falls below what it was."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, marked, of_tracks
from engine.tracks.course import Course

SPEC = FindingSpec(
    "score", "an object that its tracker is unsure of", 0.5, "1 - score by the track's median", "tracks",
    parameters=(Parameter("low", "a score that is low whatever the track's others are", "score, 0..1", 0.2),),
    reach=2, middle=0.75, width=0.15,
)  # fmt: skip


def in_track(course: Course, given: Given) -> Iterator[Finding]:
    """Yield stretches of machines' keyframes with low scores."""
    score = np.where(course.keyed & ~course.human, course.value("score"), np.nan)
    if not np.isfinite(score).any():
        return
    usual = max(float(np.nanmedian(score)), 1e-6)
    fallen = 1 - np.clip(score / usual, 0, 1)
    low = np.where(score < given["low"], 1 - score, 0.0)
    scores = np.nan_to_num(np.fmax(fallen, low))
    yield from marked(
        SPEC, course, scores, given, lambda place: f"has a score of {score[place]:.2f} (as a rule {usual:.2f})"
    )


find = of_tracks(SPEC, in_track)
