"""What is in the boxes of tracks, frame for frame: how it moves to the next frame, and how it looks.

Measured once for a box on a frame and kept by these, so that an edit has only what it touched measured again; frames
are read once for all tracks. Content is followed by points (`engine.runs.points`), looks are small colour patches.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from engine.document import Box
from engine.errors import MediaError
from engine.geometry import centre
from engine.tracks.course import Course, Floats

if TYPE_CHECKING:
    from engine.runs.points import Levels, Motion

Image = NDArray[np.uint8]
Pixels = Callable[[int], Image]
"""Gives a frame as RGB (H, W, 3)."""
Half = NDArray[np.float16]
SIDE = 12
"""Pixels of a look, each way."""
Step = tuple[int, Box, Box]
"""A frame, a box on it, the box on the next one."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What was seen in a box on a frame."""

    look: Half
    """(3 * SIDE * SIDE,), mean 0, length 1."""
    shift: tuple[float, float] = (np.nan, np.nan)
    """How far what is in it has moved on the next frame, in frame pixels; NaN where the points do not say."""
    back: tuple[float, float] = (np.nan, np.nan)
    """How far what is in the next frame's box has moved since this frame: the same seen backwards."""


@dataclass(frozen=True)
class Sights:
    """What was seen along a course of n frames."""

    looks: Floats
    """(n, 3 * SIDE * SIDE); NaN where nothing was looked at."""
    shifts: Floats
    """(n - 1, 2): how far what is in the box moved to the next frame, in frame pixels; NaN where it is not known."""
    backs: Floats
    """(n - 1, 2): the same, of what is in the next frame's box."""

    @property
    def alike(self) -> Floats:
        """Return how alike each look and the next one are (n - 1,), -1..1; NaN where one is not known."""
        return np.asarray((self.looks[1:] * self.looks[:-1]).sum(1))


class Seen:
    """Everything that was seen in a media's frames."""

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels
        self._known: dict[Step, Sight] = {}
        self.unread: dict[int, str] = {}
        """Frames that could not be read, and why."""

    def missing(self, courses: Iterable[Course]) -> list[Step]:
        """Return what was not looked at yet, in the order of frames."""
        return sorted({step for course in courses for step in steps(course) if step not in self._known})

    def look(self, courses: Iterable[Course], start: int = 0) -> Iterator[int]:
        """Look at what is missing, from a frame on and then before it; yield each frame that was read for it.

        May be left at any frame and gone on with.
        """
        held: tuple[int, Image, Levels] | None = None
        missing = self.missing(courses)
        split = bisect_left(missing, start, key=itemgetter(0))
        for frame, some in groupby(missing[split:] + missing[:split], itemgetter(0)):
            wanted = list(some)
            if held is None or held[0] != frame:
                held = self._read(frame)
            after = self._read(frame + 1) if any(step[2] != NOTHING for step in wanted) else None
            for step in wanted:
                self._known[step] = BLIND if held is None else _sight(step, held, after)
            held = after
            yield frame

    def _read(self, frame: int) -> tuple[int, Image, Levels] | None:
        """Return a frame, None if it cannot be read: that is noted, and nothing is seen there."""
        from engine.runs.points import levels

        try:
            image = self._pixels(frame)
        except MediaError as error:
            self.unread[frame] = f"{error.title}. {error.detail}".strip()
            return None
        return frame, image, levels(image)

    def of(self, course: Course) -> Sights:
        """Return what was seen along a course."""
        found = [self._known.get(step) for step in steps(course)]
        unseen = np.full(3 * SIDE * SIDE, np.nan, np.float16)
        nan = (np.nan, np.nan)
        looks = np.array([unseen if one is None else one.look for one in found], np.float64).reshape(-1, len(unseen))
        shifts = [nan if one is None else one.shift for one in found[:-1]]
        backs = [nan if one is None else one.back for one in found[:-1]]
        return Sights(looks, np.array(shifts, np.float64).reshape(-1, 2), np.array(backs, np.float64).reshape(-1, 2))

    def __len__(self) -> int:
        return len(self._known)


BLIND = Sight(np.full(3 * SIDE * SIDE, np.nan, np.float16))
"""What is seen in a box on a frame that cannot be read."""
NOTHING: Box = (0.0, 0.0, 0.0, 0.0)
"""The next frame's box where there is none."""


def steps(course: Course) -> list[Step]:
    """Return a course's boxes, each with the next frame's."""
    boxes: list[Box] = [(a, b, c, d) for a, b, c, d in course.boxes.tolist()]
    linked = [*course.linked.tolist(), False] if boxes else []
    following = [*boxes[1:], NOTHING] if boxes else []
    frames = course.frames.tolist()
    return [
        (frame, box, then if link else NOTHING)
        for frame, box, then, link in zip(frames, boxes, following, linked, strict=True)
    ]


def _sight(step: Step, here: tuple[int, Image, Levels], after: tuple[int, Image, Levels] | None) -> Sight:
    from engine.runs.points import motion

    _, box, then = step
    look = _look(here[1], box)
    if after is None or then == NOTHING:
        return Sight(look)
    back = _moved(motion(after[2], here[2], then), then)
    return Sight(look, _moved(motion(here[2], after[2], box), box), (-back[0], -back[1]))


def _moved(motion: Motion, box: Box) -> tuple[float, float]:
    """Return how far the box goes along, NaN where too few points agree."""
    if motion.share < SHARE or motion.agree < AGREE:
        return np.nan, np.nan
    there, here = centre(motion.moved(box)), centre(box)
    return there[0] - here[0], there[1] - here[1]


SHARE, AGREE = 0.3, 0.4
"""Part of the points in a box that must come back, and of these that must agree, to say how what is in it moves."""


def _look(image: Image, box: Box) -> Half:
    from engine.runs.likeness import SIDE as WHOLE
    from engine.runs.likeness import patch

    part = WHOLE // SIDE
    small = patch(image, box).reshape(SIDE, part, SIDE, part, 3).mean((1, 3)).ravel()
    length = float(np.linalg.norm(small))
    return np.asarray(small / length if length > 0 else small, np.float16)
