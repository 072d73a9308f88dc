"""The line that stands for all frames: where we are, which frames have objects; a click goes there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from immutables import Map
from rich.text import Text
from textual.events import Click
from textual.widget import Widget

from engine.counting import counted
from engine.memo import kept
from tui.widgets.asked import Asked

if TYPE_CHECKING:
    from engine.document import Track
    from engine.session import Session


TITLE = " Frames "


class FrameBar(Widget):
    """One line; every cell stands for a range of frames."""

    COMPONENT_CLASSES = {"frames--title"}
    DEFAULT_CSS = """
    FrameBar { height: 1; background: $surface; color: $text-muted; }
    FrameBar > .frames--title { color: $foreground; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._count, self._here = 1, 0
        self._frames: Mapping[int, object] = {}
        self._tags: Mapping[int, object] = {}
        self._tracks: Map[int, Track] = Map()

    def show(self, session: Session) -> None:
        """Show the session's frames."""
        document, here, count = session.safety.document, session.frame, len(session.media.frames)
        same = document.frames is self._frames and document.tags is self._tags and document.tracks is self._tracks
        if same and here == self._here and count == self._count:
            return
        self._frames, self._tags, self._here, self._count = document.frames, document.tags, here, count
        self._tracks = document.tracks
        self.refresh()

    def render(self) -> Text:
        """Return the line: a block where we are, a mark where objects or tags are."""
        width = self._width
        marked = (
            cells_with(self._frames, width, self._count), cells_with_tags(self._tags, width, self._count),
            cells_with_tracks(self._tracks, width, self._count),
        )  # fmt: skip
        here = self._here * width // self._count
        text = Text(no_wrap=True, end="")
        text.append(TITLE, self.get_component_rich_style("frames--title", partial=True))
        for cell in range(width):
            if cell == here:
                text.append("█", style="bold cyan")
            else:
                is_marked = any(cell in cells for cells in marked)
                text.append("▪" if is_marked else "─", style="green" if is_marked else "dim")
        return text

    def on_click(self, event: Click) -> None:
        """Ask for the frame that was clicked."""
        if event.x >= len(TITLE):
            frame = (event.x - len(TITLE)) * self._count // self._width
            self.post_message(Asked("frames.go", counted(min(frame, self._count - 1))))

    @property
    def _width(self) -> int:
        """Columns that stand for frames."""
        return max(self.size.width - len(TITLE), 1)


def _cells_with(numbers: Mapping[int, object], width: int, count: int) -> frozenset[int]:
    """Return the cells of a line of that width, standing for so many frames, in which any of these frames lie."""
    return frozenset({number * width // count for number in numbers if number < count})


cells_with, cells_with_tags = kept(_cells_with), kept(_cells_with)
"""Reckoned anew when an edit has changed which frames have something, not at every step."""


@kept
def cells_with_tracks(tracks: Map[int, Track], width: int, count: int) -> frozenset[int]:
    """Return the cells of a line, standing for so many frames, in which a track stands."""
    if not tracks:
        return frozenset()
    from engine.tracks import spans  # brings numpy, which the first screen does without

    ends = ((first, min(last, count - 1)) for first, last in spans(tracks) if first < count)
    return frozenset(cell for first, last in ends for cell in range(first * width // count, last * width // count + 1))
