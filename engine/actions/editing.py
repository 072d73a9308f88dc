"""Changing a finished shape: vertices moved, put in, taken out; the whole moved; rectangles and ellipses turned."""

from __future__ import annotations

from dataclasses import replace

from engine import items
from engine.actions import action
from engine.actions.reach import REACH, reached
from engine.actions.taking import begin
from engine.document import Point, Shape
from engine.errors import EditError
from engine.fitting import moved_within, vertex_within
from engine.handles import deleted_vertex, handles, inserted_vertex, with_rotation
from engine.hits import hit, snap
from engine.session import Session
from engine.work import Edit, Idle


@action("edit.start", "Edit the selected object's vertices")
def start(session: Session) -> None:
    """Open the selected shape for editing."""
    from engine.actions.shapes import chosen, outlined

    shape = outlined(session, chosen(session))
    if shape is not None:
        begin(session, Edit(shape))


def hot_vertex(session: Session) -> int | None:
    """Return the vertex that the next action takes: the grabbed one, else the nearest to the cursor within reach."""
    work = session.work
    if not isinstance(work, Edit):
        return None
    if work.grabbed:
        return work.vertex
    return reached(session, handles(work.shape))


def click(session: Session, point: Point, positive: bool) -> None:
    """Grab what is at the cursor, or drop what is grabbed; a right click deletes the vertex."""
    work = session.work
    assert isinstance(work, Edit)
    if not positive:
        delete_vertex(session)
    elif work.grabbed:
        _drop(session, work)
    else:
        _grab(session, work, point)


def _grab(session: Session, work: Edit, point: Point) -> None:
    vertex = hot_vertex(session)
    if vertex is not None:
        x, y = handles(work.shape)[vertex]
        slack = (x - point[0], y - point[1])
        session.work = replace(work, vertex=vertex, grabbed=True, anchor=None, slack=slack, before=work.shape)
    else:
        found = hit(work.shape, point, REACH / session.view.viewport.scale)
        if found is None:
            session.selected = None
            session.take(Idle())
            return
        if found.part == "outline" and work.shape.type in ("polygon", "polyline"):
            longer = inserted_vertex(work.shape, found.index, point)
            session.work = Edit(longer, vertex=found.index + 1, grabbed=True, before=work.shape)
        else:
            session.work = replace(work, grabbed=True, vertex=None, anchor=point, before=work.shape)
    session.changed()


@action("edit.grab", "Grab the whole object, or drop it")
def grab_whole(session: Session) -> None:
    """Let the whole shape follow the cursor until it is dropped."""
    work = session.work
    if isinstance(work, Edit) and not work.grabbed:
        session.work = replace(work, grabbed=True, vertex=None, anchor=session.view.cursor, before=work.shape)
        session.changed()
    elif isinstance(work, Edit):
        _drop(session, work)


def moved(session: Session) -> None:
    """Let what is grabbed follow the cursor."""
    work = session.work
    assert isinstance(work, Edit)
    if not work.grabbed or work.before is None:
        return
    (x, y), size = session.view.cursor, session.view.viewport.frame_size
    if work.anchor is not None:
        shape = moved_within(work.before, x - work.anchor[0], y - work.anchor[1], size)
    else:
        assert work.vertex is not None
        shape = vertex_within(work.shape, work.vertex, (x + work.slack[0], y + work.slack[1]), size)
    session.work = replace(work, shape=shape)


def _drop(session: Session, work: Edit) -> None:
    _commit(session, "Edit", work.shape)


def _commit(session: Session, title: str, shape: Shape, vertex: int | None = None) -> None:
    """Commit a shape and let go of it; where it is refused, what is in hand stays as it is."""
    if shape != session.shape(shape.id):
        session.commit(f"{title} {shape.label} {shape.id}", *items.put(session.document, shape))
    session.work = Edit(session.shape(shape.id) or shape, vertex=vertex)
    session.changed()


def drags(session: Session, far: bool) -> bool:
    """Drop with the button what was grabbed with it."""
    return isinstance(session.work, Edit) and session.work.grabbed


@action("edit.vertex", "Jump to the {0} vertex")
def next_vertex(session: Session, direction: str | int = 1) -> None:
    """Move the cursor to the next (1) or previous (-1) vertex."""
    from engine.actions.view import point_at

    work = session.work
    if not isinstance(work, Edit) or work.grabbed:
        return
    points = handles(work.shape)
    if not points:
        return
    here = work.vertex if work.vertex is not None else -1
    number = (here + int(direction)) % len(points)
    session.work = replace(work, vertex=number)
    point_at(session, points[number])


@action("edit.insert", "Put a vertex into the outline at the cursor")
def insert_vertex(session: Session) -> None:
    """Insert a vertex on the edge that is nearest to the cursor, at the cursor."""
    from engine.hits import nearest_on

    work = session.work
    if not isinstance(work, Edit) or work.grabbed:
        return
    found = nearest_on(work.shape.points, session.view.cursor, closed=work.shape.type != "polyline")
    if work.shape.type not in ("polygon", "polyline") or found is None:
        session.tell("Only polygons and polylines take further vertices", "warning")
        return
    longer = inserted_vertex(work.shape, found.index, session.view.cursor)
    _commit(session, "Insert vertex", longer, found.index + 1)


@action("edit.delete", "Delete the vertex at the cursor")
def delete_vertex(session: Session) -> None:
    """Delete the vertex at the cursor, or the one that Tab led to."""
    work = session.work
    if not isinstance(work, Edit) or work.grabbed:
        return
    number = hot_vertex(session)
    if number is None:
        session.tell("No vertex at the cursor: Tab jumps to the next one", "warning")
        return
    try:
        shorter = deleted_vertex(work.shape, number)
    except EditError as error:
        session.tell(f"{error.title}: {error.detail}", "warning")
        return
    if shorter is None:
        gone = work.shape
        session.commit(f"Delete {gone.label} {gone.id}", *items.drop(session.document, gone.frame, gone.id))
        session.take(Idle())
        return
    _commit(session, "Delete vertex", shorter)


@action("edit.snap", "Snap the vertex to the nearest outline of another object")
def snap_vertex(session: Session) -> None:
    """Move the vertex at the cursor onto the nearest neighbour's outline within 20 view pixels."""
    from engine.actions.shapes import is_here
    from engine.actions.view import point_at

    work, number = session.work, hot_vertex(session)
    if not isinstance(work, Edit) or number is None:
        return
    others = [shape for shape in session.shapes if shape.id != work.shape.id and shape.id not in session.hidden]
    others = [shape for shape in others if is_here(session, shape)]
    point = snap(session.view.cursor, others, 20 / session.view.viewport.scale)
    if point is None:
        session.tell("No other outline is near", "warning")
        return
    shape = vertex_within(work.shape, number, point, session.view.viewport.frame_size)
    _commit(session, "Snap", shape, number)
    point_at(session, point)


@action("edit.rotate", "Turn a rectangle or ellipse by {0}°")
def rotate(session: Session, degrees: str | float) -> None:
    """Turn the shape by so many degrees; by a tenth of that in precise mode."""
    work = session.work
    if not isinstance(work, Edit) or work.grabbed:
        return
    if work.shape.type not in ("rectangle", "ellipse"):
        session.tell("Only rectangles and ellipses turn", "warning")
        return
    turn = float(degrees) / (10 if session.view.precise else 1)
    shape = with_rotation(work.shape, work.shape.rotation + turn)
    _commit(session, "Turn", shape)


def finish(session: Session) -> None:
    """Drop what is grabbed and close the shape."""
    work = session.work
    assert isinstance(work, Edit)
    if work.grabbed:
        _drop(session, work)
    session.take(Idle())


def cancel(session: Session) -> None:
    """Put back what is grabbed, else close the shape."""
    work = session.work
    assert isinstance(work, Edit)
    if work.grabbed and work.before is not None:
        session.work = Edit(work.before)
        session.changed()
    else:
        session.take(Idle())
