"""Masks as COCO run lengths: the codec, and arithmetic on them that decodes no more of a frame than it must.

Apart from outlines because a mask is pixels, not a curve. A mask pixel (column x, row y) covers the square from (x, y)
to (x + 1, y + 1) of the frame. Inside this file a mask is a list of spans: [start, end) positions in column-major
order, position = x * height + y, sorted and not touching. A window is a bool array (h, w) with the frame pixel
`origin` = (x, y) at its upper left corner.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine import run_lengths
from engine.document import Point, Rle
from engine.errors import FormatError
from engine.geometry import PixelBox, box_union

BoolMask = NDArray[np.bool_]
Ints = NDArray[np.int64]
Origin = tuple[int, int]


def counts_of(rle: Rle) -> Ints:
    """Return the run lengths (zeros first) of a compressed mask; FormatError if they do not fit its size."""
    height, width = rle.size
    counts = run_lengths.read(rle.counts)
    # the test for too long ones is there because a hostile string can make the sum wrap round
    if counts is None or height < 0 or width < 0 or (counts < 0).any() or (counts > height * width).any():
        raise _broken(rle)
    if int(counts.sum()) != height * width:
        raise _broken(rle)
    return counts


def rle_of(counts: Ints, size: tuple[int, int]) -> Rle:
    """Return run lengths (zeros first) of a mask of `size` = (height, width) as COCO's compressed string."""
    values = counts.astype(np.int64)
    values[3:] -= counts[1:-2]
    shifts = 5 * np.arange(13)
    groups = values[:, None] >> shifts
    # a number is complete when what is left is only the sign that bit 4 of its last group already tells
    done = np.where(groups & 16, groups >> 5 == -1, groups >> 5 == 0)
    length = np.argmax(done, axis=1) + 1
    used = np.arange(13) < length[:, None]
    more = np.arange(13) < length[:, None] - 1
    codes = ((groups & 31) | np.where(more, 32, 0)) + 48
    return Rle(size, codes[used].astype(np.uint8).tobytes().decode("ascii"))


def encode(mask: BoolMask) -> Rle:
    """Return a whole frame's mask (H, W) as Rle."""
    return encode_window(mask, (0, 0), (mask.shape[0], mask.shape[1]))


def decode(rle: Rle) -> BoolMask:
    """Return the whole frame's mask (H, W)."""
    height, width = rle.size
    return _columns(spans(rle), height, 0, width)


def encode_window(mask: BoolMask, origin: Origin, size: tuple[int, int]) -> Rle:
    """Return a window of a frame of `size` = (height, width) as Rle; what lies outside the frame is cut off."""
    inside, (x, y) = clipped(mask, origin, size)
    return _rle(_window_spans(inside, x, y, size[0]), size)


def window(rle: Rle) -> tuple[BoolMask, Origin]:
    """Return the mask in its bounding box and the box's origin; a 0 x 0 array for an empty mask."""
    box = bounds(rle)
    if box is None:
        return np.zeros((0, 0), bool), (0, 0)
    return crop(rle, box), (box[0], box[1])


def crop(rle: Rle, box: PixelBox) -> BoolMask:
    """Return the mask inside a pixel box; pixels of the box outside the frame are False."""
    height, width = rle.size
    x1, y1, x2, y2 = box
    result = np.zeros((max(y2 - y1, 0), max(x2 - x1, 0)), bool)
    left, top, right, bottom = max(x1, 0), max(y1, 0), min(x2, width), min(y2, height)
    if left < right and top < bottom:
        columns = _columns(spans(rle), height, left, right)
        result[top - y1 : bottom - y1, left - x1 : right - x1] = columns[top:bottom]
    return result


def mask_area(rle: Rle) -> int:
    """Return the number of pixels in a mask."""
    return int(counts_of(rle)[1::2].sum())


def bounds(rle: Rle) -> PixelBox | None:
    """Return the smallest box round a mask's pixels, None for an empty mask; nothing is decoded."""
    found = spans(rle)
    if not found.size:
        return None
    height = rle.size[0]
    first, last = found[:, 0], found[:, 1] - 1
    wraps = bool((first // height != last // height).any())
    top = 0 if wraps else int((first % height).min())
    bottom = height if wraps else int((last % height).max()) + 1
    return int(first[0] // height), top, int(last[-1] // height) + 1, bottom


def pixel_at(rle: Rle, point: Point) -> bool:
    """Say whether a frame point lies on one of the mask's pixels."""
    height, width = rle.size
    x, y = int(np.floor(point[0])), int(np.floor(point[1]))
    if not (0 <= x < width and 0 <= y < height):
        return False
    found = spans(rle)
    index = int(np.searchsorted(found[:, 0], x * height + y, side="right")) - 1
    return index >= 0 and bool(x * height + y < found[index, 1])


def union(a: Rle, b: Rle) -> Rle:
    """Return the pixels of either mask; both must have one size."""
    if a.size != b.size:
        raise FormatError("Two masks of different frames", f"{a.size} and {b.size} (height, width)")
    box, other = bounds(a), bounds(b)
    if box is None or other is None:
        return b if box is None else a
    box = box_union(box, other)
    return encode_window(crop(a, box) | crop(b, box), (box[0], box[1]), a.size)


def iou(a: Rle, b: Rle) -> float:
    """Return the intersection over the union of two masks, 0..1; 1 for two empty ones."""
    both = mask_area(union(a, b))
    return (mask_area(a) + mask_area(b) - both) / both if both else 1.0


def moved(rle: Rle, dx: int, dy: int) -> Rle:
    """Return a mask moved by whole pixels; what leaves the frame is cut off."""
    mask, (x, y) = window(rle)
    return encode_window(mask, (x + dx, y + dy), rle.size)


def brush(rle: Rle, start: Point, end: Point, *, radius: float, add: bool) -> Rle:
    """Return a mask with a stroke painted or erased: all pixels whose centres are within `radius` of start-end.

    Only the stroke's columns are decoded, so the cost follows the stroke. A radius under half a pixel takes the pixels
    under the two points, so that the smallest brush never misses.
    """
    height, width = rle.size
    x1 = max(int(np.floor(min(start[0], end[0]) - radius)), 0)
    x2 = min(int(np.ceil(max(start[0], end[0]) + radius)) + 1, width)
    if x1 >= x2:
        return rle
    found = spans(rle)
    columns = _columns(found, height, x1, x2)
    y1 = min(max(int(np.floor(min(start[1], end[1]) - radius)), 0), height)
    y2 = min(int(np.ceil(max(start[1], end[1]) + radius)) + 1, height)
    columns[y1:y2][_stroke(start, end, radius, (x1, y1, x2, y2))] = add
    before = _between(found, 0, x1 * height)
    after = _between(found, x2 * height, width * height)
    return _rle(np.concatenate((before, _window_spans(columns, x1, 0, height), after)), rle.size)


def spans(rle: Rle) -> Ints:
    """Return the mask's spans: an (n, 2) array of start and end positions in column-major order."""
    ends = np.cumsum(counts_of(rle))
    pairs = ends[: len(ends) // 2 * 2].reshape(-1, 2)
    return pairs[pairs[:, 0] < pairs[:, 1]]


def _stroke(start: Point, end: Point, radius: float, box: PixelBox) -> BoolMask:
    x = np.arange(box[0], box[2])[None, :] + 0.5
    y = np.arange(box[1], box[3])[:, None] + 0.5
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    t = np.clip(((x - start[0]) * dx + (y - start[1]) * dy) / length, 0, 1) if length else np.zeros((1, 1))
    mask = np.asarray((x - start[0] - t * dx) ** 2 + (y - start[1] - t * dy) ** 2 <= radius * radius)
    for point in (start, end):
        column, row = int(np.floor(point[0])) - box[0], int(np.floor(point[1])) - box[1]
        if 0 <= row < mask.shape[0] and 0 <= column < mask.shape[1]:
            mask[row, column] = True
    return mask


def _columns(found: Ints, height: int, first: int, last: int) -> BoolMask:
    """Decode the columns first..last - 1: an array (height, last - first)."""
    inside = _between(found, first * height, last * height) - first * height
    steps = np.zeros((last - first) * height + 1, np.int8)
    steps[inside[:, 0]] = 1
    steps[inside[:, 1]] = -1
    flat: BoolMask = np.cumsum(steps[:-1], dtype=np.int8).view(np.bool_)
    return flat.reshape(last - first, height).T


def _between(found: Ints, start: int, end: int) -> Ints:
    """Return the parts of spans that lie in [start, end)."""
    first = np.searchsorted(found[:, 1], start, side="right")
    last = np.searchsorted(found[:, 0], end, side="left")
    return np.clip(found[first:last], start, end)


def _window_spans(mask: BoolMask, x: int, y: int, height: int) -> Ints:
    """Return the spans of a window that lies wholly in a frame of that height."""
    rows, columns = mask.shape
    padded = np.zeros((columns, rows + 1), np.int8)
    padded[:, :rows] = mask.T
    flat = padded.ravel()
    edges = np.flatnonzero(np.diff(flat, prepend=np.int8(0)))
    place = (x + edges // (rows + 1)) * height + y + edges % (rows + 1)
    found: Ints = place.reshape(-1, 2).astype(np.int64)
    return found


def _rle(found: Ints, size: tuple[int, int]) -> Rle:
    """Compress sorted spans, joining those that touch (a column's end with the next one's beginning)."""
    if len(found) > 1:
        apart = found[1:, 0] > found[:-1, 1]
        found = np.stack((found[np.append(True, apart), 0], found[np.append(apart, True), 1]), axis=1)
    total = size[0] * size[1]
    ends = found.ravel() if found.size and found[-1, 1] == total else np.append(found.ravel(), total)
    return rle_of(np.diff(ends, prepend=0), size)


def heart(mask: BoolMask, origin: Origin) -> Point:
    """Return the frame point deepest in a mask's window; of a large one, as far as every few pixels tell."""
    import cv2

    step = max(1, max(mask.shape) // 100)
    inside = np.pad(mask[::step, ::step].astype(np.uint8), 1)
    deep = cv2.distanceTransform(inside, cv2.DIST_L2, 3)[1:-1, 1:-1]
    row, column = divmod(int(deep.argmax()), deep.shape[1])
    return origin[0] + column * step + 0.5, origin[1] + row * step + 0.5


def clipped(mask: BoolMask, origin: Origin, size: tuple[int, int]) -> tuple[BoolMask, Origin]:
    """Return the part of a window that lies in a frame of `size` = (height, width), and its origin."""
    (x, y), (height, width) = origin, size
    left, top = max(-x, 0), max(-y, 0)
    right, bottom = max(min(mask.shape[1], width - x), left), max(min(mask.shape[0], height - y), top)
    return mask[top:bottom, left:right], (x + left, y + top)


def _broken(rle: Rle) -> FormatError:
    height, width = rle.size
    detail = f"{width} x {height} pixels, {len(rle.counts)} bytes of run lengths"
    return FormatError("A mask's run lengths do not fit its size", detail)
