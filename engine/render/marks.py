"""What is drawn besides shapes: preview, draft, prompt, reach, brush; the jump's grid last.

Apart from the shapes because there is one of each at most, and each has a look of its own. Every function takes frame
points and draws what touches the layer.
"""

from __future__ import annotations

import numpy as np

from engine.document import Box
from engine.geometry import box_from, corners, ellipse_ring
from engine.prompt import Prompt
from engine.render.grid import AMBER, paint_grid
from engine.render.hints import paint_hints
from engine.render.layer import Layer
from engine.render.shapes import (
    BOX_FILL,
    HALO,
    HALO_ALPHA,
    WHITE,
    brighter,
    dot,
    handle,
    paint_outline,
    to_view,
)
from engine.render.text import Texts
from engine.render.thin import Chain, chains_of, dense, spread, thinned
from engine.scene import Color, DraftView, PreviewView, Scene
from engine.viewport import Rect

GREEN: Color = (40, 200, 90)
RED: Color = (235, 60, 60)
CLICK = 7.0
HOT_CLICK = 11.0
DASH = (8.0, 5.0)
DRAFT_FILL = 0.15
CLOSE = 3.0
"""Mean distance in view pixels under which a draft's points get no dots."""


def paint_marks(layer: Layer, scene: Scene, texts: Texts) -> None:
    """Draw everything that is not a shape, the grid last."""
    if scene.preview is not None:
        _preview(layer, scene, scene.preview)
    if scene.draft is not None:
        _draft(layer, scene, scene.draft)
    if scene.reach is not None:
        _rectangle(layer, scene, scene.reach, RED, dash=None)
    if scene.prompt.box is not None:
        _rectangle(layer, scene, scene.prompt.box, AMBER, dash=DASH)
    _clicks(layer, scene, scene.prompt, texts)
    if scene.brush is not None:
        _brush(layer, scene)
    paint_hints(layer, scene)
    if scene.grid is not None:
        paint_grid(layer, scene, scene.grid)


def _chain(scene: Scene, points: object) -> Chain:
    return to_view(scene.viewport, np.asarray(points, np.float64).reshape(-1, 2))


def _preview(layer: Layer, scene: Scene, preview: PreviewView) -> None:
    whole = [to_view(scene.viewport, ring) for ring in chains_of([ring for ring in preview.rings if ring])]
    rings = thinned(whole, scene.viewport.view_size)
    if preview.filled:
        layer.fill(rings, preview.color, 0.22 if preview.stale else 0.38)
    dash = DASH if preview.stale else None
    paint_outline(layer, rings, brighter(preview.color), scene.style.outline, closed=True, dash=dash)
    if preview.vertices and not dense(rings):
        corners_seen = np.concatenate([ring[_close(ring, layer.rect)] for ring in rings or [np.zeros((0, 2))]])
        layer.rimmed_discs(spread(corners_seen, CLOSE), (2.6, 1.6), (HALO, WHITE))


def _close(chain: Chain, rect: Rect) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Say for each point whether its dot may touch a rectangle."""
    x, y, width, height = rect
    inside = (chain[:, 0] > x - 16) & (chain[:, 0] < x + width + 16)
    return np.asarray(inside & (chain[:, 1] > y - 16) & (chain[:, 1] < y + height + 16))


def _draft(layer: Layer, scene: Scene, draft: DraftView) -> None:
    color, width = brighter(draft.color), scene.style.outline
    every = (*draft.points, *draft.band)
    if draft.type in ("rectangle", "ellipse"):
        if len(every) > 1:
            a, b = every[0], every[-1]
            radii = (b[0] - a[0], b[1] - a[1])
            ring = corners(box_from(a, b)) if draft.type == "rectangle" else ellipse_ring(a, radii)
            opacity = scene.style.fill * BOX_FILL if draft.type == "rectangle" else DRAFT_FILL
            layer.fill([_chain(scene, ring)], draft.color, opacity)
            paint_outline(layer, [_chain(scene, ring)], color, width, closed=True)
    elif draft.type != "points" and every:
        chain = _chain(scene, every)
        if draft.closed and len(chain) > 2:
            layer.fill([chain], draft.color, DRAFT_FILL)
            paint_outline(layer, [chain[[-1, 0]]], color, 1, closed=False, dash=DASH)
        fixed = max(len(draft.points), 1)
        paint_outline(layer, [chain[:fixed]], color, width, closed=False)
        if draft.band:
            paint_outline(layer, [chain[fixed - 1 :]], color, max(width - 1, 1), closed=False)
    _draft_dots(layer, scene, draft)


def _draft_dots(layer: Layer, scene: Scene, draft: DraftView) -> None:
    chain = _chain(scene, draft.points if draft.anchors is None else draft.anchors)
    if not len(chain) or not has_dots(scene, draft):
        return
    for index in np.flatnonzero(_close(chain, layer.rect)):
        x, y = chain[index].tolist()
        if draft.type == "points":
            dot(layer, (x, y), 6.5 if index == draft.hot else 4.0, draft.color)
        else:
            handle(layer, (x, y), draft.color, hot=bool(index == draft.hot))


def has_dots(scene: Scene, draft: DraftView) -> bool:
    """Say whether a draft's points are marked: not those of a dense line, where they would hide it."""
    if draft.anchors is not None or draft.type == "points" or len(draft.points) < 8:
        return True
    chain = _chain(scene, draft.points)
    return bool(np.hypot(*np.diff(chain, axis=0).T).mean() >= CLOSE)


def _rectangle(layer: Layer, scene: Scene, box: Box, color: Color, *, dash: tuple[float, float] | None) -> None:
    paint_outline(layer, [_chain(scene, corners(box))], color, 2, closed=True, dash=dash)


def _clicks(layer: Layer, scene: Scene, prompt: Prompt, texts: Texts) -> None:
    x, y, width, height = layer.rect
    for index, click in enumerate(prompt.clicks):
        px, py = scene.viewport.to_view(click.point)
        if not (x - 48 < px < x + width + 48 and y - 32 < py < y + height + 32):
            continue
        hot = index == scene.hot_click
        _click(layer, (px, py), click.positive, hot=hot)
        plate = texts.plate(str(index + 1), max(scene.style.text_size - 2, 9), WHITE, alpha=150)
        layer.paste(plate, number_place((px, py), plate.shape[0], hot=hot))


def number_place(point: tuple[float, float], height: int, *, hot: bool) -> tuple[int, int]:
    """Return where a click's number stands: right of it, above its middle."""
    radius = HOT_CLICK if hot else CLICK
    return round(point[0] + radius + 2), round(point[1] - radius - height / 3)


def _click(layer: Layer, point: tuple[float, float], positive: bool, *, hot: bool) -> None:
    """Draw a click: the sign tells inside from outside where the colours do not, a cross says that it would go."""
    radius, color = (HOT_CLICK if hot else CLICK), (GREEN if positive else RED)
    layer.disc(point, radius + 1.5, HALO, alpha=HALO_ALPHA)
    layer.disc(point, radius, WHITE)
    layer.disc(point, radius - 1.7, color)
    x, y = point
    arm = radius * 0.5
    across = [((x - arm, y), (x + arm, y))]
    if positive:
        across.append(((x, y - arm), (x, y + arm)))
    if hot:
        across = [((x - arm, y - arm), (x + arm, y + arm)), ((x - arm, y + arm), (x + arm, y - arm))]
    layer.lines([np.array(line) for line in across], WHITE, 2)


def _brush(layer: Layer, scene: Scene) -> None:
    if scene.brush is None:
        return
    point, radius, what = scene.brush
    color = GREEN if what == "add" else RED
    ring = _chain(scene, ellipse_ring(point, (radius, radius), tolerance=0.2 / scene.viewport.scale))
    layer.fill([ring], color, 0.12)
    paint_outline(layer, [ring], color, 1, closed=True)
