"""Following objects over frames with a tracker, one frame at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.tools.base import Image, Target, Tracker


@dataclass(frozen=True)
class Followed:
    """What came of one frame: for each object that is still followed, its target and score."""

    frame: int
    targets: Mapping[int, Target] = field(default_factory=dict)
    scores: Mapping[int, float | None] = field(default_factory=dict)
    lost: Mapping[int, str] = field(default_factory=dict)
    """Objects that were lost on this frame, with the reason in words; they are followed no further."""


def follow(
    tracker: Tracker, pixels: Callable[[int], Image], frames: Sequence[int], starts: Mapping[int, Target]
) -> Iterator[Followed]:
    """Follow objects, given by key as they stand on frames[0], over the other frames, which may run backwards."""
    first = pixels(frames[0])
    states = {key: tracker.start(first, target) for key, target in starts.items()}
    for frame in frames[1:]:
        if not states:
            return
        tracked = dict(zip(states, tracker.step(pixels(frame), list(states.values())), strict=True))
        found = {key: one.target for key, one in tracked.items() if one.target is not None}
        lost = {key: "the tracker has lost it" for key in tracked if key not in found}
        states = {key: tracked[key].state for key in found}
        yield Followed(frame, found, {key: tracked[key].score for key in found}, lost)
