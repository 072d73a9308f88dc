"""The column of tools at the left: a line each with its key; a click takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.text import Text
from textual.events import Click
from textual.widget import Widget

from engine.keymap import Keymap, spelled
from tui.output.cells import filled
from tui.widgets.asked import Asked

if TYPE_CHECKING:
    from engine.session import Session

TOOLS = (
    ("app.interactors", "Wand"), ("app.opencv", "OpenCV"), ("app.detectors", "Detect"), ("hints.open", "Hints"),
    ("detect.sift", "Score"), ("app.trackers", "Track"),
    ("draw.start rectangle", "Rect"), ("draw.start polygon", "Polygon"), ("draw.start polyline", "Line"),
    ("draw.start points", "Points"), ("draw.start ellipse", "Ellipse"), ("brush.start", "Brush"),
    ("app.labels", "Label"), ("filter.toggle equalize", "Equalize"), ("history.undo", "Undo"),
    ("history.redo", "Redo"), ("file.save", "Save"), ("app.help", "Help"),
)  # fmt: skip


BRIEF = {"Equalize": "Equal."}
"""What a narrow column calls them."""
SHORTEST = 7
"""Columns for the words from which they are shown."""


class ToolPanel(Widget):
    """What can be taken in hand."""

    COMPONENT_CLASSES = {"tools--title", "tools--taken"}
    DEFAULT_CSS = """
    ToolPanel { width: 13; background: $panel; color: $foreground; }
    ToolPanel > .tools--title { background: $surface; color: $foreground; text-style: bold; }
    ToolPanel > .tools--taken { background: $foreground; color: $background; text-style: bold; }
    """

    def __init__(self, keymap: Keymap) -> None:
        super().__init__()
        self._keys = {command: short(keymap.keys(*command.split())) for command, _ in TOOLS}
        self._active = ""

    def show(self, session: Session) -> None:
        """Mark the tool that is in hand."""
        active = active_tool(session)
        if active != self._active:
            self._active = active
            self.refresh()

    def render(self) -> Text:
        """Return one line a tool under a title; in a narrow column only the key."""
        width, text = self.size.width, Text(no_wrap=True, end="")
        keys = max(cell_len(key) for key in self._keys.values())
        words = width - keys - 1 >= SHORTEST
        if self._titled:
            title = filled(" Tools" if words else "", width)
            text.append(f"{title}\n", self.get_component_rich_style("tools--title", partial=True))
        taken = self.get_component_rich_style("tools--taken", partial=True)
        for command, name in TOOLS:
            name = BRIEF.get(name, name) if len(name) > width - keys - 1 else name
            line = f"{self._keys[command]:>{keys}} {name}" if words else f"{self._keys[command]:>{min(keys, width)}}"
            text.append(filled(line, width), taken if command == self._active else "")
            text.append("\n")
        return text

    def on_click(self, event: Click) -> None:
        """Ask for the tool that was clicked."""
        row = event.y - self._titled
        if 0 <= row < len(TOOLS):
            self.post_message(Asked.command(TOOLS[row][0]))

    @property
    def _titled(self) -> bool:
        """Whether there is room for a title above all tools."""
        return self.size.height > len(TOOLS)


def short(keys: list[str]) -> str:
    """Return the first key as a narrow column shows it."""
    return spelled(keys[0]).replace("Shift+", "⇧").replace("Ctrl+", "^") if keys else ""


def active_tool(session: Session) -> str:
    """Return the command of the tool that is in hand."""
    from engine.gestures import Drawing, Hinting, Painting, Prompting, Sifting, Tracing

    held = session.gesture
    if isinstance(held, Drawing):
        return f"draw.start {held.type}"
    if isinstance(held, Painting):
        return "brush.start"
    others = (
        (Tracing, "app.opencv"),
        (Hinting, "hints.open"),
        (Sifting, "detect.sift"),
        (Prompting, "app.interactors"),
    )
    return next((command for kind, command in others if isinstance(held, kind)), "")
