"""The objects of the frame: label, id, type, how each was made, occluded, hidden, locked. A click selects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from engine.text import plain

if TYPE_CHECKING:
    from engine.document import Shape
    from engine.session import Session

SOURCES = {"manual": "m", "semi-auto": "s", "auto": "a", "imported": "i"}
ROOMY = 24
"""Columns from which a type has its short name; below it is a letter."""
FOREIGN = "!"
"""After the type of a mask that is of another size than the frame, and not drawn."""
TYPES = {"rectangle": "rect", "polygon": "poly", "polyline": "line", "points": "pts", "ellipse": "ell", "mask": "mask"}


class ObjectList(ScrollView, can_focus=False):
    """One line a shape; only the visible lines are drawn, however many there are."""

    DEFAULT_CSS = "ObjectList { width: 30; background: $panel; scrollbar-size-vertical: 1; overflow-x: hidden; }"

    class Chosen(Message):
        """A row was clicked."""

        def __init__(self, shape_id: int, column: int) -> None:
            super().__init__()
            self.shape_id = shape_id
            self.column = column

    def __init__(self) -> None:
        super().__init__()
        self._session: Session | None = None
        self._shapes: tuple[Shape, ...] = ()
        self._shown: object = None

    def show(self, session: Session) -> None:
        """Show the session's shapes on the shown frame."""
        document = session.safety.document
        shapes = document.shapes(session.frame)
        marks = session.selected, session.hidden, session.locked, session.view.viewport.frame_size
        state = (shapes, *marks, document.labels)
        if self._shown is not None and all(a is b or a == b for a, b in zip(state, self._shown, strict=True)):  # type: ignore[call-overload]
            return
        selected_anew = self._shown is None or self._shown[1] != session.selected  # type: ignore[index]
        self._session, self._shapes, self._shown = session, shapes, state
        self.virtual_size = Size(0, len(self._shapes) + 1)
        if selected_anew and session.selected is not None:
            row = next((i for i, shape in enumerate(self._shapes) if shape.id == session.selected), 0)
            self.scroll_to(y=max(row - self.size.height // 2, 0), animate=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one line of the list."""
        row = y + round(self.scroll_offset.y)
        width = self.scrollable_content_region.width
        base = self.rich_style
        if row and self._session is None:
            return Strip.blank(width, base)
        if row == 0 or self._session is None:
            text = f" Objects {len(self._shapes)}"
            return Strip([Segment(text, base + Style(bold=True))]).extend_cell_length(width, base).crop(0, width)
        if row > len(self._shapes):
            return Strip.blank(width, base)
        return self._row(self._session, self._shapes[row - 1], base, width)

    def _row(self, session: Session, shape: Shape, base: Style, width: int) -> Strip:
        from engine.fitting import is_foreign
        from engine.stage import colors_of

        red, green, blue = colors_of(session).get(shape.label, (200, 200, 200))
        if shape.id == session.selected:
            base = base + Style(reverse=True)
        flags = "".join(
            (
                "L" if shape.id in session.locked else "·",
                "H" if shape.id in session.hidden else "·",
                "O" if shape.occluded else "·",
                SOURCES[shape.source],
            )
        )
        kind = TYPES[shape.type] if width >= ROOMY else TYPES[shape.type][0]
        if is_foreign(shape, session.view.viewport.frame_size):
            kind += FOREIGN
        tail = f" {shape.id} {kind}"
        left = f" {plain(shape.label, max(width - 7 - len(tail), 4))}{tail}"
        segments = [
            Segment("▌", base + Style(color=f"rgb({red},{green},{blue})", reverse=False)),
            Segment(left[: width - 6].ljust(width - 6), base),
            Segment(flags, base + Style(dim=shape.id != session.selected)),
            Segment(" ", base),
        ]
        return Strip(segments).crop(0, width)

    def on_click(self, event: Click) -> None:
        """Say which row was clicked."""
        row = event.y + round(self.scroll_offset.y) - 1
        if 0 <= row < len(self._shapes):
            column = event.x - (self.scrollable_content_region.width - 5)
            self.post_message(self.Chosen(self._shapes[row].id, column))
