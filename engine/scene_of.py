"""Session to Scene: what the canvas shows of what is open. Reads, never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from statistics import median
from typing import Literal

from engine import items
from engine.document import Label, Shape, Track
from engine.frame_bounds import is_foreign
from engine.geometry import Size, box_from
from engine.gestures import (
    Certifying,
    Drawing,
    Editing,
    Gesture,
    Hinting,
    Idle,
    Painting,
    Prompting,
    Sifting,
    Tracing,
    drawing,
    editing,
    prompting,
    tracing,
)
from engine.jump import Jump, places_of
from engine.memo import kept
from engine.outlines import rings_of_mask, simplified, slider_epsilon
from engine.palette import label_color, rgb
from engine.prompt import Prompt
from engine.scene import Color, DraftView, GridView, PreviewView, Scene, ShapeView, Style, TrailView
from engine.scene_found import with_found
from engine.scene_sheet import with_sheet
from engine.scene_strip import strip_view
from engine.session import Session
from engine.shapes_from import mask_rings_of, rings_of, stays_mask
from engine.text import plain
from engine.tracks.cut import end_of
from engine.tracks.origin import Origin, origin
from engine.tracks.trail import trail

GREY: Color = (200, 200, 200)
"""Of what bears no label that there is."""
NAME = 18
"""Characters of a label's name at a shape."""
LETTER = (1.15, 0.6)
"""Size of the grid's letters, in columns and in rows of the terminal: the smaller of the two."""
BLINK = 0.3
"""Seconds: of a preview that is replaced sooner, nobody needs to see that it is an old one."""


def scene_of(session: Session) -> Scene:
    """Return what is to be shown now."""
    view, held, jump = session.view, session.gesture, session.view.jumping
    scene = Scene(
        picture=session.media.picture,
        viewport=view.viewport,
        shapes=shape_views(session, held),
        trail=trail_view(session),
        strip=strip_view(session, colors_of(session)),
        cursor=view.cursor if jump is None and (view.cursor_shown or not isinstance(held, Idle)) else None,
        precise=view.precise,
        brightness=view.brightness,
        contrast=view.contrast,
        style=Style(fill=session.settings.fill, texts=session.settings.texts, hidden=view.hide_all),
    )
    scene = _with_gesture(session, scene, held)
    return scene if jump is None else replace(scene, grid=grid_view(jump), hints=())


def _with_gesture(session: Session, scene: Scene, held: Gesture) -> Scene:
    color = color_of(session, session.label)
    if isinstance(held, Hinting | Sifting):
        return with_found(session, scene, held, colors_of(session))
    if isinstance(held, Certifying):
        return with_sheet(session, scene, held, colors_of(session))
    if isinstance(held, Prompting):
        return replace(
            scene,
            prompt=_prompt(session, held),
            hot_click=None if held.boxing else prompting.hot_click(session, held),
            preview=interact_preview(session, held, color),
        )
    if isinstance(held, Tracing):
        return _with_path(session, scene, held, color)
    if isinstance(held, Drawing):
        band = (session.view.cursor,) if held.points else ()
        hot = drawing.hot_vertex(session, held) if held.type != "points" else None
        draft = DraftView(held.type, held.points, color, closed=held.type == "polygon", hot=hot, band=band)
        return replace(scene, draft=draft)
    if isinstance(held, Painting):
        rings = tuple(tuple(ring) for ring in rings_of_mask(held.mask)) if held.mask is not None else ()
        preview = PreviewView(rings, color, vertices=False) if rings else None
        how: Literal["add", "remove"] = "remove" if held.erase else "add"
        return replace(scene, preview=preview, brush=(session.view.cursor, session.hand.brush, how))
    return scene


def _prompt(session: Session, held: Prompting) -> Prompt:
    if held.corner is None:
        return held.prompt
    return held.prompt.with_box(box_from(held.corner, session.view.cursor))


def interact_preview(session: Session, held: Prompting, color: Color) -> PreviewView | None:
    """Return the outlines of the shown answer, marked if it answers an older prompt."""
    chosen = held.chosen
    if chosen is None or not chosen.mask.any():
        return None
    stale = held.answered != held.prompt and not _is_replaced_at_once(session, held)
    if stays_mask(chosen, session.settings):
        rings = mask_rings_of(chosen, session.view.viewport.frame_size, session.settings)
        return PreviewView(tuple(rings), color, stale, vertices=False)
    return PreviewView(tuple(rings_of(chosen, session.settings, held.prompt.positive)), color, stale)


def _is_replaced_at_once(session: Session, held: Prompting) -> bool:
    """Say whether an answer is on its way from a tool so quick that marking the old one would only delay the new."""
    speeds = session.hand.speeds.get(held.tool, ())
    return "interact" in session.jobs.running and bool(speeds) and median(speeds) < BLINK


def _with_path(session: Session, scene: Scene, held: Tracing, color: Color) -> Scene:
    ring = tracing.ring_now(session, held)
    slider = slider_epsilon(session.settings.points)
    line = held.points[-1:] if ring else simplified(held.path, slider, closed=False)
    hot = tracing.hot_point(session, held)
    closes = hot if ring and hot == 0 else None
    draft = DraftView("polyline", line, color, hot=closes, band=held.live[1:], anchors=held.points) if line else None
    prompt = Prompt()
    for point in held.points:
        prompt = prompt.add(point)
    return replace(
        scene,
        draft=draft,
        preview=PreviewView((ring,), color, filled=False) if ring else None,
        prompt=prompt,
        hot_click=hot if closes is None else None,
        reach=None if session.hand.blocked else tracing.reach_box(session),
    )


def vertices_now(session: Session) -> int:
    """Return how many vertices the polygon in the making would have, 0 if there is none."""
    held = session.gesture
    if isinstance(held, Prompting) and held.chosen is not None and session.settings.polygons:
        return sum(len(ring) for ring in rings_of(held.chosen, session.settings, held.prompt.positive))
    if isinstance(held, Tracing):
        return len(tracing.ring_now(session, held))
    return 0


def shape_views(session: Session, held: Gesture) -> tuple[ShapeView, ...]:
    """Return the shapes of the frame in drawing order, the one that is being redrawn left out.

    As long as nothing of it is different, the very same tuple: whoever draws it need not look at thousands of shapes.
    """
    # what was dropped is a change like any other: it is shown when it is safe
    in_hand = isinstance(held, Editing) and (held.grabbed or not session.safety.is_waiting)
    edited = held.shape if isinstance(held, Editing) and in_hand else None
    document, size = session.safety.document, session.view.viewport.frame_size
    shapes = items.on_frame(document, session.frame)
    plain = _plain_views(
        shapes, document.labels, session.selection.hidden, session.selection.locked, size, document.tracks
    )
    hot = editing.hot_vertex(session, held) if edited is not None and isinstance(held, Editing) else None
    return _marked_views(plain, session.selection.selected, held.reopened, edited, hot, isinstance(held, Idle))


@kept
def _plain_views(
    shapes: tuple[Shape, ...],
    labels: tuple[Label, ...],
    hidden: frozenset[int],
    locked: frozenset[int],
    size: Size,
    tracks: Mapping[int, Track],
) -> tuple[ShapeView, ...]:
    """Return what is shown of shapes on a frame of that size, as if none were in hand."""
    colors = colors_by_name(labels)

    def whose(shape: Shape) -> Origin | Literal[""]:
        track = tracks.get(shape.id)
        return "" if track is None else origin(track, shape.frame)

    views = [
        ShapeView(shape, colors.get(shape.label, GREY), name_of(shape), locked=shape.id in locked, origin=whose(shape))
        for shape in shapes
        if shape.id not in hidden and not is_foreign(shape, size)
    ]
    return tuple(sorted(views, key=lambda view: view.shape.z))


def trail_view(session: Session) -> TrailView | None:
    """Return the selected track's trail, None where no track is selected or no trail wanted."""
    number, document, reach = session.selection.selected, session.safety.document, session.settings.trail
    track = None if number is None else document.tracks.get(number)
    if track is None or not reach or number in session.selection.hidden:
        return None
    places = trail(track, session.frame, reach, len(session.media.frames), end_of(document), document.motion)
    return TrailView(places, reach, color_of(session, track.label)) if len(places) > 1 else None


def name_of(shape: Shape) -> str:
    """Return what stands at a shape: its label, a long one cut so that it hides less and the number is seen."""
    return f"{plain(shape.label, NAME)} {shape.id}"


@kept
def _marked_views(
    plain: tuple[ShapeView, ...], selected: int | None, skipped: int | None, edited: Shape | None, hot: int | None,
    idle: bool,
) -> tuple[ShapeView, ...]:  # fmt: skip
    """Return the views with the selected and the edited shape marked, and without the one that is redrawn."""
    held = edited.id if edited is not None else None

    def marked(view: ShapeView) -> ShapeView:
        number, shown = view.shape.id, view.shape
        if number == held and edited is not None:
            shown = edited
        elif number != selected:
            return view
        is_held = shown is edited
        handles = is_held or (number == selected and idle)
        return replace(view, shape=shown, selected=number == selected, handles=handles, hot=hot if is_held else None)

    if selected is None and skipped is None and edited is None:
        return plain
    return tuple(marked(view) for view in plain if view.shape.id != skipped)


def colors_of(session: Session) -> Mapping[str, Color]:
    """Return the colour of every label by name."""
    return colors_by_name(session.safety.document.labels)


@kept
def colors_by_name(labels: tuple[Label, ...]) -> dict[str, Color]:
    """Return the colours of labels by name."""
    return {label.name: rgb(label.color or label_color(i)) for i, label in enumerate(labels)}


def color_of(session: Session, name: str) -> Color:
    """Return one label's colour."""
    return colors_of(session).get(name, GREY)


@kept
def grid_view(jump: Jump) -> GridView:
    """Return the jump's grid: over the view at first, then of the chosen cell, in a lens."""
    places = places_of(jump)
    size = max(round(min(LETTER[0] * jump.cell[0], LETTER[1] * jump.cell[1])), 9)
    return GridView(
        places.box,
        places.columns,
        places.rows,
        tuple(name.upper() for name in places.names()),
        jump.pending.upper(),
        places.lens,
        text_size=size,
    )
