"""The column of tools at the left: a line each with its key; a click takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.events import Click
from textual.message import Message
from textual.widget import Widget

from engine.keymap import Keymap, spelled

if TYPE_CHECKING:
    from engine.session import Session

TOOLS = (
    ("app.interactors", "Wand"), ("app.opencv", "OpenCV"), ("app.detectors", "Detect"), ("app.trackers", "Track"),
    ("draw.start rectangle", "Rect"), ("draw.start polygon", "Polygon"), ("draw.start polyline", "Line"),
    ("draw.start points", "Points"), ("draw.start ellipse", "Ellipse"), ("brush.start", "Brush"),
    ("app.labels", "Label"), ("filter.toggle equalize", "Equalize"), ("history.undo", "Undo"),
    ("history.redo", "Redo"), ("file.save", "Save"), ("app.help", "Help"),
)  # fmt: skip


class ToolPanel(Widget):
    """What can be taken in hand."""

    DEFAULT_CSS = "ToolPanel { width: 13; background: $panel; }"

    class Chosen(Message):
        """A tool was clicked: the command to run."""

        def __init__(self, command: str) -> None:
            super().__init__()
            self.command = command

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._keys = {command: keymap.keys(*command.split()) for command, _ in TOOLS}
        self._active = ""

    def show(self, session: Session) -> None:
        """Mark the tool that is in hand."""
        active = active_tool(session)
        if active != self._active:
            self._active = active
            self.refresh()

    def render(self) -> Text:
        """Return one line a tool; in a narrow column only the key."""
        text = Text(no_wrap=True)
        for command, name in TOOLS:
            keys = self._keys[command]
            key = spelled(keys[0]).replace("Shift+", "⇧").replace("Ctrl+", "^") if keys else ""
            style = "reverse" if command == self._active else ""
            line = Text(f"{key:>3} " if self.size.width > 6 else f"{key:>3}", style="bold " + style)
            if self.size.width > 6:
                line.append(f"{name}".ljust(self.size.width - 4), style=style)
            text.append_text(line)
            text.append("\n")
        return text

    def on_click(self, event: Click) -> None:
        """Say which tool was clicked."""
        if 0 <= event.y < len(TOOLS):
            self.post_message(self.Chosen(TOOLS[event.y][0]))


def active_tool(session: Session) -> str:
    """Return the command of the tool that is in hand."""
    from engine.work import Brush, Draw, Interact, Scissors

    work = session.work
    if isinstance(work, Draw):
        return f"draw.start {work.type}"
    if isinstance(work, Brush):
        return "brush.start"
    if isinstance(work, Scissors):
        return "app.opencv"
    return "app.interactors" if isinstance(work, Interact) else ""
