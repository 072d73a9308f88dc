"""Whether what a tracker follows is still the object; trackers seldom know, and TrackerMIL never says so.

Three signs: the tracker's own word and score, how it looks (`looks`), and whether its points come back (`points`). One
alone is often wrong: a dog that turns looks different, and points on water never come back. The thresholds lie
where they part frames that are followed rightly from others in `benchmarks/trackers.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from engine.document import Box
from engine.runs.looks import Look, learned, likeness, look
from engine.runs.points import Motion
from engine.runs.search import CLEAR, LIKE
from engine.runs.upright import upright
from engine.tools.base import Image, Tracked

UNLIKE, UNSURE = 0.25, 0.5
"""Less likeness than this, and less than half of it sure, is a sign that it is something else."""
GONE = 0.2
"""A smaller share of points that come back is a sign that it is hidden or that the picture was cut."""
SCORE = 0.3
"""A tracker's score below this is a sign."""
PATIENCE = 4
"""Frames on end that look unlike the object, with no other sign, until it counts as lost."""
CARRY = 0.4
"""Share of points that come back, and of those that agree, from which on they carry an object that its tracker lost."""
SURE = 0.6
"""Share of points that come back from which on a new look is learned."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What the check knows of one object."""

    look: Look
    doubts: int = 0
    """Frames on end on which it has looked unlike itself."""
    own: float = 1.0
    """How like the object it looked last, -1..1."""


def watch(image: Image, box: Box) -> Watch:
    """Begin with an object in this box of an RGB frame."""
    return Watch(look(image, box))


def checked(known: Watch, image: Image, tracked: Tracked, motion: Motion) -> tuple[Watch, str]:
    """Return the check after a frame, and in words why the object counts as lost there, "" if it does not."""
    if tracked.target is None:
        return known, "the tracker has lost it"
    box = upright(tracked.target)
    like = likeness(known.look, image, box)
    unlike = like.own < UNLIKE or (like.own < 2 * UNLIKE and like.sure < UNSURE)
    doubts = known.doubts + 1 if unlike else 0
    weak = tracked.score is not None and tracked.score < SCORE
    gone = motion.share < GONE
    if gone:  # nothing but its look says that it is still there: as clearly as it must be to be found again
        unlike = unlike or like.own < LIKE or like.sure < CLEAR
    reason = _reason(unlike, gone, weak, doubts)
    if reason or unlike or motion.share < SURE:
        return replace(known, doubts=doubts, own=like.own), reason
    return Watch(learned(known.look, image, box, like), own=like.own), ""


def sure(motion: Motion) -> bool:
    """Say whether enough of an object's points come back, and agree, to say where it is."""
    return motion.share >= CARRY and motion.agree >= CARRY


def carried(known: Watch, image: Image, box: Box, motion: Motion) -> bool:
    """Say whether the object's points have surely carried it to this box, though its tracker says otherwise."""
    if not sure(motion):
        return False
    like = likeness(known.look, image, box)
    return like.own >= UNLIKE and like.sure >= UNSURE - 0.1


def _reason(unlike: bool, gone: bool, weak: bool, doubts: int) -> str:
    if unlike and weak:
        return "the tracker is unsure of it, and it looks unlike the object"
    if unlike and gone:
        return "its points are not found again, and it looks unlike the object"
    if gone and weak:
        return "the tracker is unsure of it, and its points are not found again"
    if doubts >= PATIENCE:
        return f"it has looked unlike the object for {doubts} frames"
    return ""
