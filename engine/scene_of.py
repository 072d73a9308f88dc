"""Session to Scene: what the canvas shows of what is open. Reads, never changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from statistics import median
from typing import Literal

from engine import items
from engine.actions import drawing, editing, prompts, scissors
from engine.document import Label, Shape
from engine.fitting import is_foreign
from engine.geometry import Size
from engine.jump import Jump, places_of
from engine.kept import kept
from engine.outlines import rings_of_mask, simplified, slider_epsilon
from engine.palette import label_color, rgb
from engine.prompt import Prompt
from engine.scene import Color, DraftView, GridView, PreviewView, Scene, ShapeView, Style
from engine.session import Session
from engine.shapes_from import mask_rings_of, rings_of, stays_mask
from engine.text import plain
from engine.work import Brush, Draw, Edit, Idle, Interact, Scissors, Work

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
    view, work, jump = session.view, session.work, session.view.jumping
    scene = Scene(
        picture=session.media.picture,
        viewport=view.viewport,
        shapes=shape_views(session, work),
        cursor=view.cursor if view.cursor_shown and jump is None else None,
        precise=view.precise,
        brightness=view.brightness,
        contrast=view.contrast,
        style=Style(fill=session.settings.fill, texts=session.settings.texts, hidden=view.hide_all),
    )
    scene = _with_work(session, scene, work)
    return scene if jump is None else replace(scene, grid=grid_view(jump))


def _with_work(session: Session, scene: Scene, work: Work) -> Scene:
    color = color_of(session, session.label)
    if isinstance(work, Interact):
        return replace(
            scene,
            prompt=_prompt(session, work),
            hot_click=None if work.boxing else prompts.hot_click(session),
            preview=interact_preview(session, work, color),
        )
    if isinstance(work, Scissors):
        return _with_scissors(session, scene, work, color)
    if isinstance(work, Draw):
        band = (session.view.cursor,) if work.points else ()
        hot = drawing.hot_vertex(session) if work.type != "points" else None
        draft = DraftView(work.type, work.points, color, closed=work.type == "polygon", hot=hot, band=band)
        return replace(scene, draft=draft)
    if isinstance(work, Brush):
        rings = tuple(tuple(ring) for ring in rings_of_mask(work.mask)) if work.mask is not None else ()
        preview = PreviewView(rings, color, vertices=False) if rings else None
        how: Literal["add", "remove"] = "remove" if work.erase else "add"
        return replace(scene, preview=preview, brush=(session.view.cursor, session.brush, how))
    return scene


def _prompt(session: Session, work: Interact) -> Prompt:
    if work.corner is None:
        return work.prompt
    from engine.geometry import box_from

    return work.prompt.with_box(box_from(work.corner, session.view.cursor))


def interact_preview(session: Session, work: Interact, color: Color) -> PreviewView | None:
    """Return the outlines of the shown answer, marked if it answers an older prompt."""
    chosen = work.chosen
    if chosen is None or not chosen.mask.any():
        return None
    stale = work.answered != work.prompt and not _is_replaced_at_once(session, work)
    if stays_mask(chosen, session.settings):
        rings = mask_rings_of(chosen, session.view.viewport.frame_size, session.settings)
        return PreviewView(tuple(rings), color, stale, vertices=False)
    return PreviewView(tuple(rings_of(chosen, session.settings, work.prompt.positive)), color, stale)


def _is_replaced_at_once(session: Session, work: Interact) -> bool:
    """Say whether an answer is on its way from a tool so quick that marking the old one would only delay the new."""
    speeds = session.speeds.get(work.tool, ())
    return "interact" in session.jobs.running and bool(speeds) and median(speeds) < BLINK


def _with_scissors(session: Session, scene: Scene, work: Scissors, color: Color) -> Scene:
    ring = scissors.ring_now(session, work)
    slider = slider_epsilon(session.settings.points)
    line = work.points[-1:] if ring else simplified(scissors.outline(work), slider, closed=False)
    hot = scissors.hot_point(session)
    closes = hot if ring and hot == 0 else None
    draft = DraftView("polyline", line, color, hot=closes, band=work.live[1:], anchors=work.points) if line else None
    prompt = Prompt()
    for point in work.points:
        prompt = prompt.add(point)
    return replace(
        scene,
        draft=draft,
        preview=PreviewView((ring,), color, filled=False) if ring else None,
        prompt=prompt,
        hot_click=hot if closes is None else None,
        reach=None if session.blocked else scissors.reach_box(session),
    )


def vertices_now(session: Session) -> int:
    """Return how many vertices the polygon in the making would have, 0 if there is none."""
    work = session.work
    if isinstance(work, Interact) and work.chosen is not None and session.settings.polygons:
        return sum(len(ring) for ring in rings_of(work.chosen, session.settings, work.prompt.positive))
    if isinstance(work, Scissors):
        return len(scissors.ring_now(session, work))
    return 0


def shape_views(session: Session, work: Work) -> tuple[ShapeView, ...]:
    """Return the shapes of the frame in drawing order, the one that is being redrawn left out.

    As long as nothing of it is different, the very same tuple: whoever draws it need not look at thousands of shapes.
    """
    # what was dropped is a change like any other: it is shown when it is safe
    in_hand = isinstance(work, Edit) and (work.grabbed or not session.safety.is_waiting)
    edited = work.shape if isinstance(work, Edit) and in_hand else None
    skipped = work.replaces if isinstance(work, Interact | Scissors | Draw | Brush) else None
    document, size = session.safety.document, session.view.viewport.frame_size
    shapes = items.on_frame(document, session.frame)
    plain = _plain_views(shapes, document.labels, session.hidden, session.locked, size)
    hot = editing.hot_vertex(session) if edited is not None else None
    return _marked_views(plain, session.selected, skipped, edited, hot, isinstance(work, Idle))


@kept
def _plain_views(
    shapes: tuple[Shape, ...],
    labels: tuple[Label, ...],
    hidden: frozenset[int],
    locked: frozenset[int],
    size: Size,
) -> tuple[ShapeView, ...]:
    """Return what is shown of shapes on a frame of that size, as if none were in hand."""
    colors = colors_by_name(labels)
    views = [
        ShapeView(shape, colors.get(shape.label, GREY), name_of(shape), locked=shape.id in locked)
        for shape in shapes
        if shape.id not in hidden and not is_foreign(shape, size)
    ]
    return tuple(sorted(views, key=lambda view: view.shape.z))


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
