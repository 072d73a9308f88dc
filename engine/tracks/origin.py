"""Where a track's shape on a frame comes from: a person, a tracker, two passes of one, or the keyframes around it."""

from __future__ import annotations

from typing import Literal

from engine.counting import counted
from engine.document import Keyframe, Track
from engine.tracks.at_frame import keyframe_at, neighbours

Origin = Literal["human", "machine", "filled", "between"]
FILL = "fill"
"""`by` of a keyframe where two passes met, or that an edit of whole tracks needed."""


def origin(track: Track, frame: int) -> Origin:
    """Return where a track's shape on a frame comes from; where there is no keyframe, from those around it."""
    found = keyframe_at(track, frame)
    return "between" if found is None else made_by(found)


def made_by(keyframe: Keyframe) -> Origin:
    """Return who made a keyframe."""
    if keyframe.by == "human":
        return "human"
    return "filled" if keyframe.by == FILL else "machine"


def told(track: Track, frame: int) -> str:
    """Return in words what a track is on a frame: whose keyframe with its score and agreement, or between which."""
    found = keyframe_at(track, frame)
    if found is None:
        return _between(track, frame)
    words = {"human": "your keyframe", "filled": "filled"}.get(made_by(found), f"keyframe by {found.by}")
    words += ", outside" if found.outside else ""
    words += f", score {found.score:.2f}" if found.score is not None else ""
    return words + (f", agreement {found.agreement:.2f}" if found.agreement is not None else "")


def _between(track: Track, frame: int) -> str:
    left, right = neighbours(track, frame)
    if left is None:
        return "not begun" if right is None else f"begins at {counted(right.frame)}"
    if left.outside:
        return f"outside since {counted(left.frame)}"
    if right is None or track.type == "mask":
        return f"as on {counted(left.frame)}"
    return f"between {counted(left.frame)} and {counted(right.frame)}"
