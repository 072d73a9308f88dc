"""The mouse on the canvas: Textual's events become messages in view pixels, moves at most one a turn of the loop.

Apart from `canvas.py`, which is about what is shown.
"""

from __future__ import annotations

from textual import events
from textual.message import Message
from textual.widget import Widget

Point = tuple[float, float]


class MouseReports(Widget):
    """A widget that says in view pixels what the mouse does on it."""

    pixel_mouse = False
    """Whether mouse events are exact to the pixel; else a point is the middle of its cell."""
    cell = (10, 20)
    """Width, height of a cell in pixels."""
    _waiting: Moved | None = None

    class Mouse(Message):
        """Something that the mouse did at a point of the view."""

        def __init__(self, point: Point, button: int, *, ctrl: bool) -> None:
            super().__init__()
            self.point, self.button, self.ctrl = point, button, ctrl

    class Moved(Mouse, namespace="canvas"):
        """The mouse moved; `button` is held meanwhile (0 none, 1 left, 2 middle, 3 right)."""

    class Pressed(Mouse, namespace="canvas"):
        """A button went down."""

    class Released(Mouse, namespace="canvas"):
        """A button went up."""

    class Scrolled(Message, namespace="canvas"):
        """The wheel turned: +1 up, -1 down."""

        def __init__(self, point: Point, steps: int, *, ctrl: bool) -> None:
            super().__init__()
            self.point, self.steps, self.ctrl = point, steps, ctrl

    def _point(self, event: events.MouseEvent) -> Point:
        (width, height), (left, top) = self.cell, (self.gutter.left, self.gutter.top)
        if self.pixel_mouse:
            return (event.pointer_x - left) * width, (event.pointer_y - top) * height
        return (event.x - left + 0.5) * width, (event.y - top + 0.5) * height

    def on_mouse_move(self, event: events.MouseMove) -> None:
        first = self._waiting is None
        self._waiting = self.Moved(self._point(event), event.button, ctrl=event.ctrl)
        if first:
            self.call_later(self._flush_move)

    def _flush_move(self) -> None:
        moved, self._waiting = self._waiting, None
        if moved is not None:
            self.post_message(moved)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self._flush_move()
        self.capture_mouse()
        self.post_message(self.Pressed(self._point(event), event.button, ctrl=event.ctrl))

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self._flush_move()
        self.release_mouse()
        self.post_message(self.Released(self._point(event), event.button, ctrl=event.ctrl))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll(event, +1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll(event, -1)

    def _scroll(self, event: events.MouseEvent, steps: int) -> None:
        event.stop()
        self._flush_move()
        self.post_message(self.Scrolled(self._point(event), steps, ctrl=event.ctrl))
