"""The keys common to all gestures: click, finish, repeat, redraw, cancel, Block, the slider."""

from __future__ import annotations

from engine.actions import action, load_actions, review, snapping
from engine.gestures import Idle, Painting, dispatch, grid, painting, reopening
from engine.session import Session, stopping


@action("point.positive", "Click: a point inside, a vertex, a corner, or select")
def positive(session: Session) -> None:
    """Click at the cursor."""
    dispatch.click(session)


@action("point.negative", "Right click: a point outside")
def negative(session: Session) -> None:
    """Right-click at the cursor."""
    dispatch.click(session, positive=False)


@action("tool.finish", "Finish, or repeat the last tool")
def finish(session: Session) -> None:
    """Finish what is in hand; with nothing in hand, take the last tool again."""
    if isinstance(session.gesture, Idle) and session.hand.last_tool:
        grid.put_away(session)
        name, *args = session.hand.last_tool
        load_actions()[name].run(session, *args)
    else:
        dispatch.finish(session)


@action("tool.redraw", "Finish, or redraw the selected object with its own prompt")
def redraw(session: Session) -> None:
    """Finish what is in hand; with nothing in hand, reopen the selected object."""
    if isinstance(session.gesture, Idle):
        grid.put_away(session)
        reopening.reopen(session)
    else:
        dispatch.finish(session)


@action("tool.cancel", "Cancel one step: preview, prompt, tool")
def cancel(session: Session) -> None:
    """Go back one step: the grid, what the tool has, the tool, what runs, the review, the selection."""
    if session.view.jump is not None:
        grid.give_up(session)
    elif session.view.track_keys:
        session.view.track_keys = False
        session.changed()
    elif snapping.KIND in session.jobs.running:
        snapping.cancel(session)
    elif isinstance(session.gesture, Idle) and session.runs.busy:
        stopping.stop(session)
    elif isinstance(session.gesture, Idle) and session.review.on and session.selection.marked is None:
        review.close(session)
    else:
        dispatch.cancel(session)


@action("prompt.block", "Block: add points without a request")
def block(session: Session) -> None:
    """Toggle Block."""
    session.hand.block_on = not session.hand.block_on
    dispatch.unblocked(session)


@action("prompt.points", "Points of the polygon, or size of the brush, {0}")
def points(session: Session, change: str | int) -> None:
    """Move the slider of polygon points; in brush mode, the brush's size."""
    if isinstance(session.gesture, Painting):
        painting.resize(session, int(change))
        return
    value = min(max(session.settings.points + int(change), 0), 13)
    session.set(points=value)


@action("prompt.polygons", "Convert masks to polygons, or keep masks")
def polygons(session: Session) -> None:
    """Toggle the conversion."""
    session.set(polygons=not session.settings.polygons)
    session.tell("Masks become polygons" if session.settings.polygons else "Masks stay masks")
