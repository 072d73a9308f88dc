"""The entries of a review, the likeliest fault first: track, label, frames and the reason; a click goes to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

from engine.counting import counted
from tui.output.cells import cut, filled
from tui.widgets.asked import Asked
from tui.widgets.reasons import reasons
from tui.widgets.titled_list import TitledList

if TYPE_CHECKING:
    from engine.review.queue import Entry
    from engine.session import Session

LINES = 2
"""Lines of an entry."""
STATES = {"unseen": " ", "accepted": "=", "fixed": "+", "flagged": "!"}
"""The signs that the row below the timeline has too."""


class EntryList(TitledList):
    """Two lines an entry, of which only those in sight are made."""

    DEFAULT_CSS = "EntryList { height: 1fr; display: none; }"

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[Entry, ...] = ()
        self._place: int | None = None
        self._filters = self._empty = ""
        self._colors: Any = {}
        self._shown: tuple[Any, ...] | None = None

    def show(self, session: Session) -> None:
        """Show what is listed, and the entry that is looked at among it."""
        from engine.scene_of import colors_of
        from engine.session import listing

        review = session.review
        if not review.on:
            return
        entries, place = listing.listed(review), listing.place(review)
        shown = (entries, place, words_of(review.filters), colors_of(session), empty_words(session))
        if self._shown is not None and all(a is b or a == b for a, b in zip(shown, self._shown, strict=True)):
            return
        moved = self._shown is None or (place, len(entries)) != (self._place, len(self._entries))
        self._shown = shown
        self._entries, self._place, self._filters, self._colors, self._empty = shown
        row = LINES * place if moved and place is not None else None
        self.show_rows(max(LINES * len(entries), 1), into_sight=row)

    def title(self, width: int) -> str:
        """Return which entry it is, of how many, and what the list is limited to."""
        count = len(self._entries)
        where = f"{count} listed" if self._place is None else f"Entry {self._place + 1} of {count}"
        return f"{where}: {self._filters}" if self._filters else where

    def row(self, number: int, width: int) -> list[Segment]:
        """Return one of the lines of an entry."""
        if not self._entries:
            return [Segment(filled(f" {self._empty}", width), self.style_of(chosen=False))]
        place, line = divmod(number, LINES)
        entry = self._entries[place]
        red, green, blue = self._colors.get(entry.label, (200, 200, 200))
        text = _reason_line(entry, width - 1) if line else _head_line(entry, width - 1)
        return [
            Segment("▌", self.style_of(chosen=False) + Style(color=f"rgb({red},{green},{blue})")),
            Segment(text, self.style_of(chosen=place == self._place)),
        ]

    def title_clicked(self) -> None:
        """Ask what the list is to be limited to."""
        self.post_message(Asked("app.review_filter"))

    def clicked(self, number: int, column: int) -> None:
        """Ask for the entry that was clicked."""
        if self._entries:
            self.post_message(Asked("review.go", counted(number // LINES)))


def _head_line(entry: Entry, width: int) -> str:
    first, last = counted(entry.first), counted(entry.last)
    frames = f"{first}-{last} " if first != last else f"{first} "
    number = f"{STATES[entry.state]}{entry.ids[0]} "
    room = max(width - cell_len(number) - len(frames), 1)
    return filled(number + filled(cut(entry.label, room - 1), room) + frames, width)


def _reason_line(entry: Entry, width: int) -> str:
    return filled(f"   {reasons(entry)[0]}", width)


def words_of(filters: Any) -> str:
    """Return in words what a list is limited to."""
    track = "" if filters.track is None else f"track {filters.track}"
    return ", ".join(filter(None, (filters.kind, filters.label, track, filters.state)))


def empty_words(session: Session) -> str:
    """Return what stands in place of entries where there are none."""
    review = session.review
    if review.entries:
        return "none passes the filters"
    if review.working:
        return "…"
    return "nothing looks wrong" if not review.judged else "nothing is left"
