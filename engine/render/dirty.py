"""Which rectangles of the view differ between two scenes' overlays.

Apart from the drawing because it decides how many bytes go to the terminal. Things are compared one by one; of a chain
of which some vertices moved, only the box round those and their neighbours is dirty: outline and filling are the same
elsewhere. Where a pattern of dashes would shift, all of the shape is dirty.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from engine.document import Box, Point
from engine.geometry import box_of, corners, ellipse_ring
from engine.handles import handles
from engine.prompt import Click
from engine.render.cache import Outlines
from engine.render.grid import shown_box
from engine.render.hints import hint_rect
from engine.render.marks import HOT_CLICK, has_dots
from engine.render.origins import mark_rect
from engine.render.shapes import REACH, crowded, plate_rect, view_box
from engine.render.strip import changed
from engine.render.text import Texts
from engine.render.trail import MARGIN, trail_box
from engine.scene import DraftView, PreviewView, Scene, ShapeView
from engine.viewport import Rect, rect_union

MOST = 24
"""Rectangles that are returned at most."""


def dirty_rects(old: Scene | None, new: Scene, outlines: Outlines, texts: Texts) -> list[Rect]:
    """Return the view rectangles in which the overlays may differ, none if they are equal; no two overlap much."""
    width, height = new.viewport.view_size
    if old is None or old.viewport != new.viewport or old.style != new.style:
        return [(0, 0, width, height)] if width and height else []
    if old is new:
        return []
    if old.shapes is not new.shapes and crowded(old, outlines) != crowded(new, outlines):
        return [(0, 0, width, height)]  # all the names go, or come
    found: list[Rect] = []
    for rect in _changes(old, new, outlines, texts):
        x1, y1 = max(rect[0], 0), max(rect[1], 0)
        x2, y2 = min(rect[0] + rect[2], width), min(rect[1] + rect[3], height)
        if x1 < x2 and y1 < y2:
            found.append((x1, y1, x2 - x1, y2 - y1))
    return merged(found)


def merged(rects: list[Rect]) -> list[Rect]:
    """Join rectangles that overlap, or whose common box is hardly larger than they are, and down to `MOST`."""
    slack = 1.2
    rects = _coarse(list(dict.fromkeys(rects)))
    while True:
        joined: list[Rect] = []
        for rect in rects:
            for index, other in enumerate(joined):
                both = rect_union(rect, other)
                if both[2] * both[3] <= slack * (rect[2] * rect[3] + other[2] * other[3]):
                    joined[index] = both
                    break
            else:
                joined.append(rect)
        if len(joined) == len(rects):
            if len(joined) <= MOST:
                return joined
            slack *= 2
        rects = joined


def _coarse(rects: list[Rect]) -> list[Rect]:
    """Join by coarse tiles where there are hundreds, because comparing each with each would take too long."""
    if len(rects) <= 100:
        return rects
    tiles: dict[tuple[int, int], Rect] = {}
    for rect in rects:
        key = ((rect[0] + rect[2] // 2) >> 7, (rect[1] + rect[3] // 2) >> 7)
        tiles[key] = rect_union(tiles[key], rect) if key in tiles else rect
    return list(tiles.values())


def _changes(old: Scene, new: Scene, outlines: Outlines, texts: Texts) -> Iterator[Rect]:
    if old.shapes is not new.shapes and not new.style.hidden:
        yield from _shape_changes(old, new, outlines, texts)
    if old.trail != new.trail:
        yield from (_rect(new, box, MARGIN) for trail in (old.trail, new.trail) if trail and (box := trail_box(trail)))
    if old.preview != new.preview:
        yield from _preview_changes(new, old.preview, new.preview)
    if old.draft != new.draft:
        yield from _draft_changes(new, old.draft, new.draft)
    yield from _prompt_changes(old, new)
    yield from set(old.covered) ^ set(new.covered)
    if old.reach != new.reach:
        yield from _borders(new, old.reach, new.reach)
    if old.brush != new.brush:
        for brush in (old.brush, new.brush):
            if brush is not None:
                (x, y), radius, _ = brush
                yield _rect(new, (x - radius, y - radius, x + radius, y + radius), 4)
    if old.strip != new.strip:
        yield from changed(old.strip, new.strip)
    for hint in set(old.hints) ^ set(new.hints):
        yield hint_rect(new, hint)
    if old.grid != new.grid:
        for grid in (old.grid, new.grid):
            if grid is not None:
                yield _whole(shown_box(new, grid), 2 * grid.text_size)  # a name may be larger than its place


def _rect(scene: Scene, box: Box, margin: float) -> Rect:
    """Return a frame box with a margin in view pixels, in whole view pixels."""
    if not all(map(math.isfinite, box)):
        return 0, 0, 0, 0
    return _whole(view_box(scene.viewport, box), margin)


def _whole(box: Box, margin: float) -> Rect:
    x1, y1, x2, y2 = box
    x, y = math.floor(x1 - margin), math.floor(y1 - margin)
    return x, y, math.ceil(x2 + margin) - x, math.ceil(y2 + margin) - y


def _shape_changes(old: Scene, new: Scene, outlines: Outlines, texts: Texts) -> Iterator[Rect]:
    first, last_old, last_new = _middle(old.shapes, new.shapes)
    before = {view.shape.id: view for view in old.shapes[first:last_old]}
    after = {view.shape.id: view for view in new.shapes[first:last_new]}
    order_old = [key for key in before if key in after]
    order_new = [key for key in after if key in before]
    unclear = len(before) + len(after) != last_old + last_new - 2 * first
    if order_old != order_new or unclear:
        for scene, views in ((old, old.shapes[first:last_old]), (new, new.shapes[first:last_new])):
            for view in views:
                yield from _all_of(scene, view, outlines, texts)
        return
    for key, view in before.items():
        if key not in after:
            yield from _all_of(old, view, outlines, texts)
    for key, view in after.items():
        if key not in before:
            yield from _all_of(new, view, outlines, texts)
        elif before[key] is not view:
            yield from _one_shape(old, new, before[key], view, outlines, texts)


def _middle(old: Sequence[ShapeView], new: Sequence[ShapeView]) -> tuple[int, int, int]:
    """Return where two sequences begin to differ, and where each one's differing part ends."""
    shorter = min(len(old), len(new))
    first = 0
    while first < shorter and (old[first] is new[first] or old[first] == new[first]):
        first += 1
    last = 0
    while last < shorter - first and (old[-1 - last] is new[-1 - last] or old[-1 - last] == new[-1 - last]):
        last += 1
    return first, len(old) - last, len(new) - last


def _all_of(scene: Scene, view: ShapeView, outlines: Outlines, texts: Texts) -> Iterator[Rect]:
    yield _rect(scene, outlines.entry(view.shape).box, REACH)
    plate = plate_rect(scene, view, outlines, texts)
    if plate is not None:
        yield plate


def _one_shape(old: Scene, new: Scene, a: ShapeView, b: ShapeView, outlines: Outlines, texts: Texts) -> Iterator[Rect]:
    if _look(a) != _look(b):
        yield from _all_of(old, a, outlines, texts)
        yield from _all_of(new, b, outlines, texts)
        return
    if a.hot != b.hot:
        for view in (a, b):
            points = handles(view.shape)
            if view.hot is not None and view.hot < len(points):
                yield _rect(new, (*points[view.hot], *points[view.hot]), REACH)
    if a.shape.points != b.shape.points:
        closed = b.shape.type != "polyline"
        box = _moved(a.shape.points, b.shape.points, closed=closed)
        if box is not None:
            yield _rect(new, box, REACH)
        yield from _plates(old, new, a, b, outlines, texts)
        marks = mark_rect(old, a, outlines), mark_rect(new, b, outlines)
        if marks[0] != marks[1]:
            yield from (mark for mark in marks if mark is not None)


def _plates(old: Scene, new: Scene, a: ShapeView, b: ShapeView, outlines: Outlines, texts: Texts) -> Iterator[Rect]:
    places = plate_rect(old, a, outlines, texts), plate_rect(new, b, outlines, texts)
    if places[0] != places[1]:
        yield from (place for place in places if place is not None)


def _look(view: ShapeView) -> tuple[object, ...]:
    """Return what makes all of a shape look different; without the points where a part of them can be redrawn."""
    shape = view.shape
    patterned = shape.occluded or view.locked
    whole = patterned or shape.type in ("rectangle", "ellipse")
    looks = (view.color, view.text, view.selected, view.locked, view.handles, view.origin, shape.type, shape.occluded)
    return (*looks, shape.rotation, shape.mask, shape.points if whole else None)


def _moved(old: Sequence[Point], new: Sequence[Point], *, closed: bool) -> Box | None:
    """Return the box round the vertices that changed and their neighbours: nothing differs outside it."""
    shorter = min(len(old), len(new))
    first = next((i for i in range(shorter) if old[i] != new[i]), shorter)
    last = next((i for i in range(shorter - first) if old[-1 - i] != new[-1 - i]), shorter - first)
    points: list[Point] = []
    for chain in (old, new):
        start, end = first - 1, len(chain) - last + 1
        points += chain[max(start, 0) : end]
        if closed and chain and (start < 0 or end > len(chain)):
            points += (chain[-1], chain[0])
    return box_of(points)


def _preview_changes(scene: Scene, old: PreviewView | None, new: PreviewView | None) -> Iterator[Rect]:
    same_look = old is not None and new is not None and _preview_look(old) == _preview_look(new)
    kept = set(old.rings) & set(new.rings) if same_look and old is not None and new is not None else set()
    for preview in (old, new):
        for ring in preview.rings if preview is not None else ():
            box = box_of(ring)
            if box is not None and ring not in kept:
                yield _rect(scene, box, 6)


def _preview_look(preview: PreviewView) -> tuple[object, ...]:
    return preview.color, preview.stale, preview.vertices, preview.filled


def _draft_changes(scene: Scene, old: DraftView | None, new: DraftView | None) -> Iterator[Rect]:
    if old is None or new is None or _draft_look(scene, old) != _draft_look(scene, new):
        for draft in (old, new):
            box = _draft_box(draft)
            if box is not None:
                yield _rect(scene, box, REACH)
        return
    chains = (*old.points, *old.band), (*new.points, *new.band)
    box = _moved(*chains, closed=new.closed) if chains[0] != chains[1] else None
    if box is not None:
        yield _rect(scene, box, REACH)
    # where the fixed part ends the line's width changes, and a dot appears
    if len(old.points) != len(new.points):
        ends = box_of((*old.points[-1:], *old.band, *new.points[-1:], *new.band))
        if ends is not None:
            yield _rect(scene, ends, REACH)
    for draft in (old, new):
        marked = draft.points if draft.anchors is None else draft.anchors
        if old.hot != new.hot and draft.hot is not None and draft.hot < len(marked):
            point = marked[draft.hot]
            yield _rect(scene, (*point, *point), REACH)


def _draft_look(scene: Scene, draft: DraftView) -> tuple[object, ...]:
    plain = draft.type in ("polygon", "polyline", "points")
    several = len(draft.points) + len(draft.band) > 2
    points = None if plain else (draft.points, draft.band)
    return draft.type, draft.color, draft.closed, draft.anchors, has_dots(scene, draft), several, points


def _draft_box(draft: DraftView | None) -> Box | None:
    if draft is None:
        return None
    points = (*draft.points, *draft.band, *(draft.anchors or ()))
    if draft.type == "ellipse" and len(points) > 1:
        a, b = points[0], points[-1]
        points = (*points, *ellipse_ring(a, (b[0] - a[0], b[1] - a[1])))
    return box_of(points)


def _prompt_changes(old: Scene, new: Scene) -> Iterator[Rect]:
    if old.prompt.box != new.prompt.box:
        yield from _borders(new, old.prompt.box, new.prompt.box)
    if old.prompt.clicks == new.prompt.clicks and old.hot_click == new.hot_click:
        return
    ours, theirs = _click_looks(old), _click_looks(new)
    for index in range(max(len(ours), len(theirs))):
        pair = ours[index : index + 1], theirs[index : index + 1]
        if pair[0] != pair[1]:
            for click, _ in (*pair[0], *pair[1]):
                x, y, width, height = _rect(new, (*click.point, *click.point), HOT_CLICK + 4)
                number = len(str(index + 1)) * new.style.text_size + 12
                yield x, y - new.style.text_size, width + number, height + new.style.text_size


def _click_looks(scene: Scene) -> list[tuple[Click, bool]]:
    return [(click, index == scene.hot_click) for index, click in enumerate(scene.prompt.clicks)]


def _borders(scene: Scene, *boxes: Box | None) -> Iterator[Rect]:
    """Yield the four sides of boxes: their insides stay as they are."""
    for box in boxes:
        if box is not None:
            ring = corners(box)
            for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
                yield _rect(scene, box_of((a, b)) or box, 4)
