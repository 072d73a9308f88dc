"""The review's row below the timeline: entries with their worst frames, and what was judged.

Of the selected track, or of all of them. Signs tell all there is to tell; colours only help.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from rich.segment import Segment
from rich.style import Style
from textual.events import Click
from textual.strip import Strip
from textual.widget import Widget

from engine.counting import counted
from engine.memo import kept
from engine.text import plain
from tui.output.cells import filled
from tui.widgets.asked import Asked
from tui.widgets.columns import left_of

if TYPE_CHECKING:
    from immutables import Map

    from engine.document import Track
    from engine.review.queue import Entry
    from engine.session import Session
    from engine.timeline import Looked

SIGNS = (" ", "=", "+", "!", "▂", "▲", "▅", "▼")
STYLES = ("", "green", "cyan", "bold magenta", "yellow", "bold yellow", "bold red", "bold red")
"""By `engine.timeline.Verdict`."""


class ReviewLine(Widget):
    """One row."""

    COMPONENT_CLASSES = {"looked--title"}
    DEFAULT_CSS = """
    ReviewLine { height: 1; display: none; background: $surface; color: $text-muted; }
    ReviewLine > .looked--title { color: $foreground; text-style: bold; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[Any, ...] = ()

    def show(self, session: Session) -> None:
        """Show what was found and said of the selected track, or of all tracks where none is."""
        from engine.session import listing

        if not session.review.on:
            return
        tracks, count = session.safety.document.tracks, len(session.media.frames)
        number = session.selection.selected if session.selection.selected in tracks else session.selection.track
        at = session.review.at
        if number is None and at is not None:
            number = at.ids[0]
        entries, place = listing.listed(session.review), listing.place(session.review)
        track = None if number is None else tracks.get(number)
        shown = (entries, tracks, track, place, session.frame, count)
        if not self._shown or not all(map(_same, shown, self._shown)):
            self._shown = shown
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return the row, the shown frame's column in exchanged colours."""
        base = self.rich_style
        title = Segment(filled(self._title, self._left), base + self.get_component_rich_style("looked--title"))
        if not self._shown:
            return Strip([title]).adjust_cell_length(self.size.width, base)
        here, count = self._shown[4:]
        column, pieces = here * self._width // count, [title]
        cells = [(one.verdict, number == column) for number, one in enumerate(self._columns)]
        for (verdict, is_here), group in groupby(cells):
            style = base + Style.parse(STYLES[verdict]) + Style(reverse=is_here)
            pieces.append(Segment(SIGNS[verdict] * len([*group]), style))
        return Strip(pieces).adjust_cell_length(self.size.width, base)

    def on_click(self, event: Click) -> None:
        """Ask for the entry that was clicked, or else for the frame."""
        column = event.x - self._left
        if column < 0 or not self._shown:
            return
        found, place = self._columns[column], self._shown[3]
        if found.entry is not None and found.entry != place:
            self.post_message(Asked("review.go", counted(found.entry)))
        else:
            self.post_message(Asked("frames.go", counted(found.frame)))

    @property
    def _title(self) -> str:
        track = self._shown[2] if self._shown else None
        return " Review" if track is None else f" Review {track.id} {plain(track.label)}"

    @property
    def _columns(self) -> tuple[Looked, ...]:
        entries, tracks, track, place, _, count = self._shown
        return _columns_of(entries, tracks, track, place, self._width, count)

    @property
    def _left(self) -> int:
        return left_of(self.size.width, tracks=not self._shown or bool(self._shown[1]))

    @property
    def _width(self) -> int:
        return max(self.size.width - self._left, 1)


def _same(one: object, other: object) -> bool:
    return one is other or (isinstance(one, int) and one == other)


@kept
def _columns_of(
    entries: tuple[Entry, ...], tracks: Map[int, Track], track: Track | None, place: int | None, width: int, count: int
) -> tuple[Looked, ...]:
    from engine.timeline import looked
    from engine.tracks.evidence import standing

    some = tracks.values() if track is None else (track,)
    reviews = [review for one in some if one.review for review in standing(one)]
    about = [(n, entry) for n, entry in enumerate(entries) if track is None or track.id in entry.ids]
    return looked(reviews, about, place, width, count)
