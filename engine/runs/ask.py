"""Asking a person where a correction is worth most: in the middle of the longest stretch on which two passes disagree.

A filled track's keyframes have the agreement of the passes; a frame without one counts as the keyframe before it, which
is how thinned tracks are read. When no stretch is longer than `LONGEST` there is nothing left to ask.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.document import Track

BELOW, LONGEST = 0.5, 3
"""Agreement (IoU) below which the passes disagree, and frames of disagreement that are left alone."""


@dataclass(frozen=True, order=True)
class Stretch:
    """Frames in a row, both ends included, on which the passes disagree."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """Return how many frames it has."""
        return self.last - self.first + 1

    @property
    def middle(self) -> int:
        """Return the frame at which a correction helps most: it halves what is in doubt."""
        return (self.first + self.last) // 2


def agreements(track: Track) -> dict[int, float]:
    """Return the agreement of each frame on which a machine's keyframe says it, or the one before it does."""
    found = dict[int, float]()
    for place, key in enumerate(track.keyframes):
        if key.agreement is None or key.by == "human":
            continue
        end = track.keyframes[place + 1].frame if place + 1 < len(track.keyframes) else key.frame + 1
        found |= dict.fromkeys(range(key.frame, end), key.agreement)
    return found


def doubtful(agreement: Mapping[int, float], below: float = BELOW, longest: int = LONGEST) -> list[Stretch]:
    """Return the stretches of disagreement that are worth a question, the longest first."""
    stretches = list[Stretch]()
    for frame in sorted(frame for frame, value in agreement.items() if value < below):
        if stretches and stretches[-1].last == frame - 1:
            stretches[-1] = Stretch(stretches[-1].first, frame)
        else:
            stretches.append(Stretch(frame, frame))
    return sorted((one for one in stretches if one.length > longest), key=lambda one: (-one.length, one.first))


def ask(track: Track, below: float = BELOW, longest: int = LONGEST) -> int | None:
    """Return the frame on which a correction of this track is worth most; None if there is none left."""
    found = doubtful(agreements(track), below, longest)
    return found[0].middle if found else None
