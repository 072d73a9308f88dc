"""The mouse to actions: clicks, drags, wheel, Block by Ctrl. View pixels come in, frame points go on."""

from __future__ import annotations

from engine.actions import view
from engine.document import Point
from engine.gestures import Editing, Idle, Prompting, Tracing, dispatch, editing, grid
from engine.session import Session

FAR = 6.0
"""View pixels from press to release that make a drag of a click."""
PAN_WHEEL = 60.0


class Pointer:
    """Where the mouse went down, and what it means when it moves or goes up."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._pressed: Point | None = None
        self._last: Point = (0.0, 0.0)
        self._panning = False
        self.ctrl_is_reported = False
        """The terminal says when Ctrl goes down and up, so mouse events need not be asked."""

    def moved(self, point: Point, button: int, *, ctrl: bool) -> None:
        """Let the cursor follow, or the view if the middle button is held."""
        self._block(ctrl)
        if self._panning and button == 2:
            view.drag(self._session, self._last[0] - point[0], self._last[1] - point[1])
            self._last = point
            return
        self._panning = False
        if self._session.view.jump is not None:
            return
        if button == 1 and self._pressed is not None and _is_far(self._pressed, point):
            self._drag_selected(self._pressed)
        self._to(point)

    def _drag_selected(self, start: Point) -> None:
        """Let a drag that began on the selected shape take its vertex, or the whole of it, along."""
        session = self._session
        shape = session.shape(session.selection.selected)
        if isinstance(session.gesture, Idle) and shape is not None and shape.id not in session.selection.locked:
            editing.start(session)
        if isinstance(session.gesture, Editing) and not session.gesture.grabbed:
            self._to(start)
            editing.click(session, session.gesture, session.view.cursor, True)

    def pressed(self, point: Point, button: int, *, ctrl: bool) -> str | None:
        """Return the action that a press means, if any."""
        self._last = point
        if button == 2:
            self._panning = True
            return None
        self._block(ctrl)
        grid.put_away(self._session)
        self._to(point)
        self._pressed = point if button == 1 else None
        return "point.positive" if button == 1 else "point.negative"

    def released(self, point: Point, button: int, *, ctrl: bool) -> None:
        """Let a drag end as a click where what is in hand takes drags."""
        self._panning = False
        self._unblock(ctrl)
        if button != 1 or self._pressed is None:
            return
        start, self._pressed = self._pressed, None
        self._to(point)
        dispatch.release(self._session, _is_far(start, point))

    def scrolled(self, point: Point, steps: int, *, ctrl: bool) -> tuple[str, ...] | None:
        """Return the action that the wheel means: zoom, the scissors' square with Ctrl."""
        session = self._session
        self._unblock(ctrl)
        if ctrl and isinstance(session.gesture, Tracing):
            return "scissors.reach", str(1 if steps > 0 else -1)
        if self._panning:
            view.drag(session, 0.0, -steps * PAN_WHEEL)
            return None
        view.zoom(session, "in" if steps > 0 else "out", session.view.viewport.to_frame(point))
        return None

    def _to(self, point: Point) -> None:
        session = self._session
        x, y = session.view.viewport.to_frame(point)
        width, height = session.view.viewport.frame_size
        session.view.cursor = (min(max(x, 0.0), float(width)), min(max(y, 0.0), float(height)))
        session.view.cursor_shown = True
        dispatch.moved(session)
        session.changed()

    def _block(self, ctrl: bool) -> None:
        """Hold Block as long as mouse events come with Ctrl; where the terminal reports Ctrl itself, that decides."""
        if not self.ctrl_is_reported:
            dispatch.hold_block(self._session, ctrl and isinstance(self._session.gesture, Prompting | Tracing))

    def _unblock(self, ctrl: bool) -> None:
        """Let any event without Ctrl end the block; the wheel never begins one."""
        if not ctrl:
            self._block(ctrl)


def _is_far(start: Point, point: Point) -> bool:
    return abs(point[0] - start[0]) > FAR or abs(point[1] - start[1]) > FAR
