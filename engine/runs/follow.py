"""Following objects over frames with a tracker, one frame at a time.

A check of each object (`lost`) ends what is no longer followed rightly, and looks for it again on the frames after; a
tracker that takes each object apart gets it in a window of its own that goes along (`steady`).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field

from engine.runs.base import Followers
from engine.tools.base import Image, Target, Tracker


@dataclass(frozen=True)
class Followed:
    """What came of one frame: for each object that is followed there, its target and score."""

    frame: int
    targets: Mapping[int, Target] = field(default_factory=dict)
    scores: Mapping[int, float | None] = field(default_factory=dict)
    lost: Mapping[int, str] = field(default_factory=dict)
    """Objects that were lost on this frame, with the reason in words. With a check they are looked for on the frames
    after, and stand among `targets` again from the frame on where they are found; without one they are gone."""
    refused: frozenset[int] = frozenset()
    """Those lost with which the tracker could not begin, said once with the first frame: they were never followed."""


def follow(
    tracker: Tracker,
    pixels: Callable[[int], Image],
    frames: Sequence[int],
    starts: Mapping[int, Target],
    *,
    check: bool = True,
) -> Iterator[Followed]:
    """Follow objects, given by key as they stand on frames[0], over the other frames, which may run backwards.

    `check` False asks the bare tracker. The next frame is decoded while one is worked on; closing ends both. Raise
    ToolError where the tracker can begin with none of them.
    """
    with (
        closing(ahead(pixels, frames)) as images,
        closing(beginning(tracker, next(images), starts, check=check)) as followers,
    ):
        yield from over(followers, images, frames[1:])


def beginning(tracker: Tracker, image: Image, starts: Mapping[int, Target], *, check: bool) -> Followers:
    """Return what follows objects from this frame on; raise ToolError where the tracker can begin with none of them."""
    from engine.runs.followers import Bare, Checked

    return Checked(tracker, image, starts) if check else Bare(tracker, image, starts)


def over(followers: Followers, images: Iterator[Image], frames: Sequence[int]) -> Iterator[Followed]:
    """Let followers go on over frames, as long as anything is left to follow; `images` has the frames' pictures."""
    refused = followers.refused
    for frame in frames:
        if not followers.busy:
            return
        targets, scores, lost = followers.step(next(images))
        yield Followed(frame, targets, scores, lost | refused, frozenset(refused))
        refused = {}


def ahead(pixels: Callable[[int], Image], frames: Sequence[int]) -> Generator[Image, None, None]:
    """Yield the frames' pictures, each asked for in a thread while the one before is in use; close it to end that."""
    with ThreadPoolExecutor(1, "frames ahead") as pool:
        waiting = pool.submit(pixels, frames[0])
        for frame in frames[1:]:
            image, waiting = waiting.result(), pool.submit(pixels, frame)
            yield image
        yield waiting.result()
