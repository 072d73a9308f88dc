"""The line that stands for all frames: where we are, which frames have objects; a click goes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

if TYPE_CHECKING:
    from engine.session import Session


class FrameBar(Widget):
    """One line; every cell stands for a range of frames."""

    DEFAULT_CSS = "FrameBar { height: 1; background: $surface; color: $text-muted; }"

    class Chosen(Message):
        """A frame was clicked."""

        def __init__(self, frame: int) -> None:
            super().__init__()
            self.frame = frame

    def __init__(self) -> None:
        super().__init__()
        self._count, self._here, self._annotated = 1, 0, frozenset[int]()
        self._source: object = None

    def show(self, session: Session) -> None:
        """Show the session's frames."""
        frames = session.safety.document.frames
        here, count = session.frame, len(session.media.frames)
        if frames is self._source and here == self._here and count == self._count:
            return
        if frames is not self._source:
            self._annotated = frozenset(number for number, shapes in frames.items() if shapes)
        self._source, self._here, self._count = frames, here, count
        self.refresh()

    def render(self) -> Text:
        """Return the line: a block where we are, a mark where objects are."""
        width = max(self.size.width, 1)
        marked = {number * width // self._count for number in self._annotated if number < self._count}
        here = self._here * width // self._count
        text = Text(no_wrap=True)
        for cell in range(width):
            if cell == here:
                text.append("█", style="bold cyan")
            else:
                text.append("▪" if cell in marked else "─", style="green" if cell in marked else "dim")
        return text

    def on_click(self, event: Click) -> None:
        """Go to the frame that was clicked."""
        frame = event.x * self._count // max(self.size.width, 1)
        self.post_message(self.Chosen(min(frame, self._count - 1)))
