"""The mouse on the canvas: Textual's events become reports in view pixels.

Apart from `canvas.py`, which is about what is shown. A report is a message, moves at most one a turn of the loop; or,
where order with keys matters, a call: messages take more turns from widget to screen than keys do, so a key pressed
after a click would be done before it when both arrive in one piece, as they do over a slow link.
"""

from __future__ import annotations

from collections.abc import Callable

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
    direct: Callable[[Message], None] | None = None
    """Takes reports at once; whoever sets it calls `take` with every mouse event that is the canvas's."""
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

    def take(self, event: events.MouseEvent) -> None:
        """Report a mouse event whose coordinates are the widget's own."""
        point, button, ctrl = self._point(event), event.button, event.ctrl
        if isinstance(event, events.MouseMove):
            self._report(self.Moved(point, button, ctrl=ctrl))
        elif isinstance(event, events.MouseDown):
            self._report(self.Pressed(point, button, ctrl=ctrl))
        elif isinstance(event, events.MouseUp):
            self._report(self.Released(point, button, ctrl=ctrl))
        elif isinstance(event, events.MouseScrollUp | events.MouseScrollDown):
            self._report(self.Scrolled(point, 1 if isinstance(event, events.MouseScrollUp) else -1, ctrl=ctrl))

    def _report(self, report: Message) -> None:
        if self.direct is not None:
            self.direct(report)
        elif isinstance(report, self.Moved):
            if self._waiting is None:
                self.call_later(self._flush_move)
            self._waiting = report
        else:
            self._flush_move()
            self.post_message(report)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        self._take_own(event)

    def _flush_move(self) -> None:
        moved, self._waiting = self._waiting, None
        if moved is not None:
            self.post_message(moved)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        self.capture_mouse()
        self._take_own(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        self.release_mouse()
        self._take_own(event)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll(event)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll(event)

    def _scroll(self, event: events.MouseEvent) -> None:
        event.stop()
        self._take_own(event)

    def _take_own(self, event: events.MouseEvent) -> None:
        if self.direct is None:
            self.take(event)
