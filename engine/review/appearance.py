"""What is in the box looks like something else, or is another thing from one frame to the next."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.review.base import Finding, FindingSpec, Given, Parameter, marked, of_pixels
from engine.runs.seen import Seen
from engine.tracks.course import Course, Floats
from engine.tracks.series import MAD

SPEC = FindingSpec(
    "appearance", "an object that looks like something else", 1.0, "unlikeness by the largest usual one", "tracks",
    "pixels",
    parameters=(
        Parameter("window", "frames before and after that say how it looks", "frames", 8),
        Parameter("least", "unlikeness that is never too much", "1 - correlation", 0.25),
        Parameter("spread", "standard deviations of its unlikeness that are usual", "", 4.0),
    ),
    reach=2, middle=0.8, width=0.2,
)  # fmt: skip


def in_pixels(course: Course, seen: Seen, given: Given) -> Iterator[Finding]:
    """Yield stretches in which the object looks unlike what it looks like about them."""
    if len(course) < 5:
        return
    unlike = unlikeness(seen.of(course).looks, int(given["window"]))
    known = unlike[np.isfinite(unlike)]
    if not len(known):
        return
    middle = float(np.median(known))
    usual = given["least"] + middle + given["spread"] * MAD * float(np.median(np.abs(known - middle)))
    scores = np.where(course.human, 0.0, np.nan_to_num(unlike / usual))
    text = "looks unlike itself (likeness {:.2f})"
    yield from marked(SPEC, course, scores, given, lambda place: text.format(1 - unlike[place]))


def unlikeness(looks: Floats, window: int) -> Floats:
    """Return by how much each look (n, d) is unlike those up to `window` frames before and after, their median (n,)."""
    count = len(looks)
    alike = np.full((count, 2 * window), np.nan)
    for away in range(1, min(window, count - 1) + 1):
        both = np.einsum("nd,nd->n", looks[away:], looks[:-away])
        alike[away:, away - 1] = both
        alike[:-away, window + away - 1] = both
    found = np.full(count, np.nan)
    known = np.isfinite(alike).any(1)
    found[known] = 1 - np.nanmedian(alike[known], axis=1)
    return found


find = of_pixels()
