"""The strip of a review: which frames its crops are of, which part of each frame they show, and where they stand.

Pure. Crops stand in a row in the band at the view's lower edge, the entry's worst frame in the middle and the others
at equal distances, so that its range and some frames beside it are seen. The shown frame takes the nearest one's place,
and far from the entry the strip goes on by its whole length: a step changes one crop or two, not all of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median

from engine.document import Box, Track
from engine.memo import kept
from engine.outlines import shape_box
from engine.tracks import shape_at
from engine.tracks.motion import Motion
from engine.viewport import Rect

SHARE = 0.25
"""Part of the view's height that the band takes, in whole rows of the terminal."""
ROWS, LEAST_ROWS = (4, 9), 12
"""Rows of the band; of a view that has fewer than this it takes none."""
CROPS, NARROWEST = (3, 9), 24
"""How many crops there are, and view pixels of the narrowest."""
GAP, ABOVE, BELOW = 6, 4, 5
"""View pixels between crops, above them, and between them and their numbers."""
ASPECTS = (0.6, 0.8, 1.0, 1.25, 1.6)
"""Width by height of a crop: the one nearest to the object's."""
BESIDE = 2
"""Frames beside an entry that are seen at least."""
AROUND, OWN = 1.8, 1.25
"""How much higher than objects usually are a crop is, and than its own at least."""
STEPS = 3
"""Heights of crops to a doubling: what is edited by a little leaves the others as they are."""
SMALLEST = 16.0
"""Frame pixels of the lowest crop."""


@dataclass(frozen=True, slots=True)
class Window:
    """What a crop shows: a frame's part x, y, width, height in frame pixels, and where the track's box is there."""

    frame: int
    place: Rect
    box: Box | None
    """None where the track does not stand."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of crops: where they are, and what each shows; None before the first frame and after the last."""

    rects: tuple[Rect, ...]
    windows: tuple[Window | None, ...]


def band(view_size: tuple[int, int], cell: tuple[int, int]) -> int:
    """Return how many view pixels the strip takes of a view of that size; 0 of one too small for it."""
    rows = view_size[1] // max(cell[1], 1)
    if rows < LEAST_ROWS or view_size[0] < CROPS[0] * (NARROWEST + GAP) + GAP:
        return 0
    return min(max(round(rows * SHARE), ROWS[0]), ROWS[1]) * cell[1]


@kept
def strip_of(
    track: Track, first: int, last: int, worst: int, here: int, count: int, end: int | None, motion: Motion | None,
    width: int, height: int, high: int, caption: int,
) -> Strip:  # fmt: skip
    """Return the strip of a track's frames `first` to `last`, of media of `count` frames, while frame `here` is shown.

    The view has `width` x `height` pixels, the lowest `high` of them for the strip and of these `caption` for numbers;
    `end` and `motion` as in `shape_at`.
    """

    def box_at(frame: int) -> Box | None:
        shape = shape_at(track, frame, end, motion)
        return None if shape is None else shape_box(shape)

    known = box_at(worst) or next(filter(None, map(box_at, (first, last, here))), None) or (0.0, 0.0, 1.0, 1.0)
    rects = places((known[2] - known[0]) / max(known[3] - known[1], 1.0), width, height, high, caption)
    frames = frames_of(first, last, worst, here, len(rects), count)
    boxes = {frame: box_at(frame) for frame in frames if frame is not None}
    aspect = rects[0][2] / rects[0][3]
    return Strip(rects, tuple(None if frame is None else window(frame, boxes, known, aspect) for frame in frames))


def places(aspect: float, width: int, height: int, high: int, caption: int) -> tuple[Rect, ...]:
    """Return where crops of objects of an aspect stand, an odd number of them in the middle of the band."""
    tall = high - caption - ABOVE - BELOW
    aspect = min(ASPECTS, key=lambda one: abs(math.log(one / max(aspect, 1e-3))))
    wide = min(round(tall * aspect), (width - GAP) // CROPS[0] - GAP)
    number = min((width - GAP) // (wide + GAP), CROPS[1])
    number -= 1 - number % 2
    left = (width - number * (wide + GAP) + GAP) // 2
    return tuple((left + place * (wide + GAP), height - high + ABOVE, wide, tall) for place in range(number))


def frames_of(first: int, last: int, worst: int, here: int, number: int, count: int) -> tuple[int | None, ...]:
    """Return the frames of so many crops; None for those that media of `count` frames have not."""
    half = number // 2
    step = max(-(-(max(worst - first, last - worst) + BESIDE) // half), 1)
    length = step * number
    middle = worst + (here - worst + length // 2) // length * length
    nearest = min(max((2 * (here - middle) + step) // (2 * step), -half), half)
    found = [here if place == nearest else middle + step * place for place in range(-half, half + 1)]
    return tuple(frame if 0 <= frame < count else None for frame in found)


def window(frame: int, boxes: dict[int, Box | None], known: Box, aspect: float) -> Window:
    """Return what the crop of a frame shows; where the track does not stand, the place where it was nearest in time."""
    standing = {number: box for number, box in boxes.items() if box is not None}
    own = boxes[frame]
    near = standing[min(standing, key=lambda number: abs(number - frame))] if standing else known
    box = near if own is None else own
    usual = median(_needed(other, aspect) for other in standing.values() or (known,))
    tall = max(_stepped(max(usual * AROUND, SMALLEST)), _stepped(_needed(box, aspect) * OWN))
    wide = round(tall * aspect)
    x, y = (box[0] + box[2] - wide) / 2, (box[1] + box[3] - tall) / 2
    return Window(frame, (round(x), round(y), wide, tall), own)


def frame_at(shown: Strip, point: tuple[float, float]) -> int | None:
    """Return the frame of the crop at a view point, its number counting as a part of it."""
    for (x, y, width, _), seen in zip(shown.rects, shown.windows, strict=True):
        if seen is not None and x <= point[0] < x + width and point[1] >= y:
            return seen.frame
    return None


def _needed(box: Box, aspect: float) -> float:
    """Return the height of a window of an aspect about a box."""
    return max(box[3] - box[1], (box[2] - box[0]) / aspect)


def _stepped(height: float) -> int:
    return round(2 ** (math.ceil(STEPS * math.log2(max(height, SMALLEST))) / STEPS))
