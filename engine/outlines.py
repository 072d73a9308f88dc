"""Curves and regions: a mask's outline as polygons, a polygon's pixels as a mask, the outline of any shape.

Apart from masks (pixels only) and geometry (points only) because this is where the two meet, and OpenCV with them.
Convention: a pixel is the unit square from (x, y) to (x + 1, y + 1), and it belongs to a polygon if its centre does.
Outlines run along the cracks between pixels, so with epsilon 0 a polygon has exactly its mask's area and filling it
gives the mask back. `cv2.findContours` gives chains of border pixels, whose centres would make every polygon half a
pixel too small all round; the cracks follow from the directions in which a chain enters and leaves each pixel.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from engine.document import Box, Point, Rle, Shape
from engine.errors import EditError
from engine.geometry import box_from, box_of, corners, ellipse_ring, rounded
from engine.masks import BoolMask, bounds, encode_window, window
from engine.memo import ByIdentity

Ring = tuple[Point, ...]
SLIDER_MAX = 13
KNOWN = 20_000
"""Shapes whose boxes are kept."""
AT_ONCE = 4_000_000
"""Crossings of edges and scan lines that are worked out together, at some 100 bytes each."""
_CORNERS = np.array(((0, 0), (1, 0), (1, 1), (0, 1)))
_DIRECTIONS = np.array(((5, 6, 7), (4, -1, 0), (3, 2, 1)))
"""Number of a step's direction by its dy + 1 and dx + 1."""


def slider_epsilon(value: float) -> float:
    """Return the tolerance in pixels of the points slider's value 0..13 (CVAT's scale): 13 keeps every point."""
    d = SLIDER_MAX - value
    if d <= 0:
        return 0.0
    return (2.75 * d - 1) / 7 if d <= 8 else float(2 ** (d - 7))


def outlines(mask: BoolMask, origin: tuple[int, int] = (0, 0), epsilon: float = 0.0) -> list[Ring]:
    """Return the outer outline of every part of a mask, largest first, in frame pixels; holes are left out.

    Parts that touch only at a corner are one part. Simplified by Douglas and Peucker to within `epsilon` pixels; a part
    too thin for that gets a smaller epsilon, so that every ring has three points and an area, also that of one pixel.
    """
    return [_simplified(ring, epsilon) for ring in _cracks(mask, origin, holes=False)]


def simplified(points: Sequence[Point], epsilon: float, *, closed: bool = True) -> Ring:
    """Return a chain of points simplified to within `epsilon` pixels; a ring keeps three points and an area."""
    chain = np.asarray(points, np.float64).reshape(-1, 2)
    if epsilon <= 0 or len(chain) < 3:
        return tuple(points)
    if closed:
        return rounded(_simplified(chain, epsilon))
    import cv2

    local = (chain - chain[0]).astype(np.float32)
    return rounded(_points(cv2.approxPolyDP(local, epsilon, False).reshape(-1, 2).astype(np.float64) + chain[0]))


def rings_of_mask(rle: Rle) -> list[Ring]:
    """Return every outline of a mask, holes too, along the pixels' borders: to be filled by the even-odd rule."""
    mask, origin = window(rle)
    return [_points(ring) for ring in _cracks(mask, origin, holes=True)]


def has_holes(mask: BoolMask) -> bool:
    """Say whether a mask has a hole, which no single polygon can show; a gap that meets outside at a corner is one."""
    import cv2

    part = np.ascontiguousarray(mask, dtype=np.bool_).view(np.uint8)
    # holes as contours cost a tenth of counting the parts of the background
    _, parents = cv2.findContours(part, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_SIMPLE)
    return parents is not None and bool((parents[0, :, 3] >= 0).any())


def without_holes(mask: BoolMask, smaller_than: int) -> BoolMask:
    """Return a mask with its holes of fewer pixels filled; the very same mask where there are none such."""
    import cv2

    if smaller_than <= 1 or not has_holes(mask):
        return mask
    ground = np.pad(~np.asarray(mask, np.bool_), 1, constant_values=True).view(np.uint8)
    # a gap that meets the outside at a corner alone is a hole as well: see `has_holes`
    _, parts, facts, _ = cv2.connectedComponentsWithStats(ground, connectivity=4)
    small = facts[:, cv2.CC_STAT_AREA] < smaller_than
    small[[0, parts[0, 0]]] = False  # the object, and what is round it
    return np.asarray(mask | small[parts[1:-1, 1:-1]]) if small.any() else mask


def fill(rings: Iterable[Sequence[Point]], size: tuple[int, int]) -> tuple[BoolMask, tuple[int, int]]:
    """Return the pixels of a frame of `size` = (height, width) whose centres are inside rings, as window and origin.

    Even-odd: a ring in a ring is a hole. Exact, unlike `cv2.fillPoly`, which adds every pixel that the border touches.
    """
    listed = [np.asarray(ring, np.float64).reshape(-1, 2) for ring in rings if len(ring) > 2]
    if not listed:
        return np.zeros((0, 0), bool), (0, 0)
    height, width = size
    every = np.concatenate(listed)
    low = np.clip(np.floor(every.min(axis=0)), 0, (width, height)).astype(int)
    high = np.clip(np.ceil(every.max(axis=0)), 0, (width, height)).astype(int)
    columns, rows = (max(int(length), 0) for length in high - low)
    a = every - low
    b = np.concatenate([np.roll(ring, -1, axis=0) for ring in listed]) - low
    inside, step = np.zeros((rows, columns), bool), max(AT_ONCE // max(rows, 1), 1)
    for first in range(0, len(a), step):  # a million edges may cross every line
        inside ^= _scan(a[first : first + step], b[first : first + step], rows, columns)
    return inside, (int(low[0]), int(low[1]))


def fill_rle(rings: Iterable[Sequence[Point]], size: tuple[int, int]) -> Rle:
    """Return the inside of rings as a mask of a frame of `size` = (height, width)."""
    mask, origin = fill(rings, size)
    return encode_window(mask, origin, size)


def shape_rings(shape: Shape, *, tolerance: float = 0.1) -> list[Ring]:
    """Return a shape's outline: closed rings, or for a polyline its one open chain; nothing for points.

    An ellipse's ring strays from it by at most `tolerance` pixels.
    """
    if shape.type == "mask":
        return rings_of_mask(shape.mask) if shape.mask is not None else []
    if shape.type == "rectangle":
        return [corners(box_from(*pair(shape)), shape.rotation)]
    if shape.type == "ellipse":
        middle, corner = pair(shape)
        radii = (corner[0] - middle[0], corner[1] - middle[1])
        return [ellipse_ring(middle, radii, shape.rotation, tolerance=tolerance)]
    return [shape.points] if shape.type != "points" and shape.points else []


def shape_mask(shape: Shape, size: tuple[int, int]) -> Rle:
    """Return a closed shape's pixels in a frame of `size` = (height, width); EditError for points and polylines."""
    if shape.mask is not None:
        return shape.mask
    if shape.type in ("points", "polyline"):
        raise EditError("This shape has no inside", f"shape {shape.id} is a {shape.type}")
    return fill_rle(shape_rings(shape), size)


def shape_box(shape: Shape) -> Box | None:
    """Return the smallest upright box round a shape, None for an empty one."""
    if shape.type == "mask":
        found = bounds(shape.mask) if shape.mask is not None else None
        return None if found is None else (float(found[0]), float(found[1]), float(found[2]), float(found[3]))
    if shape.type == "ellipse":
        return _ellipse_box(shape)
    return box_of(point for ring in shape_rings(shape) or [shape.points] for point in ring)


known_box = ByIdentity(shape_box, KNOWN)
"""`shape_box` of a shape that is in the document, worked out once: a click asks for thousands."""


def pair(shape: Shape) -> tuple[Point, Point]:
    """Return the two points of a rectangle or ellipse; EditError if it has not two."""
    if len(shape.points) != 2:
        raise EditError(f"A {shape.type} needs two points", f"shape {shape.id} has {len(shape.points)}")
    return shape.points[0], shape.points[1]


def _ellipse_box(shape: Shape) -> Box:
    """Return the exact box: half its width is the length of (rx cos, ry sin)."""
    (cx, cy), corner = pair(shape)
    rx, ry, turn = corner[0] - cx, corner[1] - cy, np.deg2rad(shape.rotation)
    half_width = float(np.hypot(rx * np.cos(turn), ry * np.sin(turn)))
    half_height = float(np.hypot(rx * np.sin(turn), ry * np.cos(turn)))
    return cx - half_width, cy - half_height, cx + half_width, cy + half_height


def _cracks(mask: BoolMask, origin: tuple[int, int], *, holes: bool) -> list[NDArray[np.float64]]:
    """Return the borders between True and False pixels as rings of corners, largest ring first."""
    import cv2

    if not mask.size:
        return []
    part = np.ascontiguousarray(mask, dtype=np.bool_).view(np.uint8)
    mode = cv2.RETR_CCOMP if holes else cv2.RETR_EXTERNAL
    contours, _ = cv2.findContours(part, mode, cv2.CHAIN_APPROX_NONE)
    rings = [_corners_only(_around(c.reshape(-1, 2).astype(np.int64))) for c in contours]
    rings = [ring + np.array(origin) for ring in rings if len(ring) > 2]
    return sorted((ring.astype(np.float64) for ring in rings), key=_ring_area, reverse=True)


def _around(chain: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the pixel corners that a closed chain of border pixels passes, the object on their right.

    OpenCV walks with the outside on its right, so the chain is turned round. With directions 0..7 clockwise from east
    and corners 0..3 clockwise from the upper left, a pixel entered in direction d is met at corner d // 2 and left in
    direction d at corner (d + 1) // 2 + 1; between them the border runs clockwise along at least one of its sides.
    """
    chain = chain[::-1]
    if len(chain) == 1:
        return np.asarray(chain + _CORNERS)
    step = np.roll(chain, -1, axis=0) - chain
    leaves = _DIRECTIONS[step[:, 1] + 1, step[:, 0] + 1]
    enters = np.roll(leaves, 1)
    start = enters // 2
    sides = ((leaves + 1) // 2 - start) % 4 + 1
    pixel = np.repeat(np.arange(len(chain)), sides)
    nth = np.arange(len(pixel)) - np.repeat(np.cumsum(sides) - sides, sides)
    return np.asarray(chain[pixel] + _CORNERS[(start[pixel] + nth) % 4])


def _corners_only(ring: NDArray[np.int64]) -> NDArray[np.int64]:
    """Drop repeated points and points within straight runs."""
    ring = ring[(ring != np.roll(ring, 1, axis=0)).any(axis=1)]
    before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    bends: NDArray[np.bool_] = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    return np.asarray(ring[bends])


def _ring_area(ring: NDArray[np.float64]) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return abs(float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1)))) / 2


def _simplified(ring: NDArray[np.float64], epsilon: float) -> Ring:
    import cv2

    offset = ring[0]
    local = (ring - offset).astype(np.float32)  # float32 keeps 0.01 px only near zero
    while epsilon > 0.05:
        simple = cv2.approxPolyDP(local, epsilon, True).reshape(-1, 2).astype(np.float64)
        if len(simple) > 2 and _ring_area(simple) > 0:
            return _points(simple + offset)
        epsilon /= 2
    return _points(ring)


def _points(ring: NDArray[np.float64]) -> Ring:
    return tuple((x, y) for x, y in ring.tolist())


def _scan(a: NDArray[np.float64], b: NDArray[np.float64], rows: int, columns: int) -> BoolMask:
    """Fill by scan lines through pixel centres: each edge toggles all pixels right of where it crosses the line."""
    swap = a[:, 1] > b[:, 1]
    top, bottom = np.where(swap[:, None], b, a), np.where(swap[:, None], a, b)
    first = np.clip(np.ceil(top[:, 1] - 0.5), 0, rows).astype(np.int64)
    last = np.clip(np.ceil(bottom[:, 1] - 0.5), 0, rows).astype(np.int64)
    lines = last - first
    edge = np.repeat(np.arange(len(a)), lines)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(lines) - lines, lines) + first[edge]
    slope = (bottom[:, 0] - top[:, 0]) / np.where(lines > 0, bottom[:, 1] - top[:, 1], 1)
    x = top[edge, 0] + (row + 0.5 - top[edge, 1]) * slope[edge]
    column = np.clip(np.ceil(x - 0.5), 0, columns).astype(np.int64)
    toggles = np.bincount(row * (columns + 1) + column, minlength=rows * (columns + 1)).reshape(rows, columns + 1)
    inside: BoolMask = np.cumsum(toggles[:, :columns], axis=1) % 2 == 1
    return inside
