"""Above and below the list of a review's entries: how far it is; and all that is known of the one looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text
from textual.events import Click
from textual.widget import Widget

from engine.text import plain
from tui.widgets.asked import Asked
from tui.widgets.reasons import reasons

if TYPE_CHECKING:
    from engine.document import Document, Review
    from engine.judgement import Judgement
    from engine.review.queue import Entry
    from engine.session import Session


SUREST = 99
"""Percent: of nothing that is to be looked at it is certain."""


GONE = "Suspected no longer"


class ReviewHead(Widget):
    """How many are judged, of how many, and how long the rest will take."""

    DEFAULT_CSS = "ReviewHead { height: 1; display: none; background: $surface; color: $foreground; text-style: bold; }"
    _text = ""

    def show(self, session: Session) -> None:
        """Show how far the review is."""
        from engine.session import listing

        if not session.review.on:
            return
        left = session.review.seconds_left
        text = f" Review {session.review.judged}/{listing.total(session.review)}"
        text += f"  {time_left(left)} left" if left is not None else ""
        if text != self._text:
            self._text = text
            self.refresh()

    def render(self) -> Text:
        """Return the line."""
        return Text(self._text, no_wrap=True, overflow="ellipsis", end="")

    def on_click(self, event: Click) -> None:
        """Ask what the list is to be limited to."""
        self.post_message(Asked("app.review_filter"))


class EntryDetail(Widget):
    """What was found on the entry that is looked at, how likely it is a fault, and what was said of it."""

    DEFAULT_CSS = """
    EntryDetail { height: 7; display: none; padding: 0 1; background: $surface; color: $foreground; }
    .roomy EntryDetail { height: 32%; min-height: 10; }
    """
    _text = Text()

    def show(self, session: Session) -> None:
        """Show the entry that is looked at."""
        from engine.session import listing

        review = session.review
        if not review.on:
            return
        text = Text() if review.at is None else told(review.at, session.safety.document, gone=listing.is_gone(review))
        if review.working:
            text = Text("\n").join([part for part in (text, Text(f"{review.working} …", "italic")) if part])
        if text != self._text:
            self._text = text
            self.refresh()

    def render(self) -> Text:
        """Return the text."""
        return self._text


def told(entry: Entry, document: Document, *, gone: bool = False) -> Text:
    """Return all that is known of an entry; of one that is `gone`, what it was there for."""
    head = GONE if gone else f"{min(round(100 * entry.likely), SUREST)} % likely a fault"
    parts = [Text(head, "bold"), *(Text(f"· {plain(one)}") for one in reasons(entry))]
    parts[1:1] = [Text(said, "bold") for said in _said(document, entry)]
    return Text("\n").join(parts)


def _said(document: Document, entry: Entry) -> list[str]:
    """Return what a person has said of an entry, or of a part of it: at most one sentence."""
    from engine.tracks.evidence import standing

    track, shape = document.tracks.get(entry.ids[0]), document.shape(entry.worst, entry.ids[0])
    if track is not None:
        reviews = reversed(standing(track))
        about = (one for one in reviews if one.first <= entry.last and entry.first <= one.last)
        review = next((one for one in about if one.state == entry.state), None)
        return [] if review is None else [_judged(review)]
    if entry.state == "unseen":
        return []
    return [entry.state if shape is None or shape.review is None else _judged(shape.review)]


def _judged(review: Review | Judgement) -> str:
    comment = f": {plain(review.comment)}" if review.comment else ""
    return f"{review.state}{comment} ({' '.join(filter(None, (plain(review.by, 20), review.at[:10])))})"


def time_left(seconds: float) -> str:
    """Return a time in few letters."""
    minutes = round(seconds / 60)
    return "< 1 min" if minutes < 1 else f"{minutes} min" if minutes < 100 else f"{round(minutes / 60)} h"
