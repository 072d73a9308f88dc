"""The dialogs about tracks: which tracker, up to which frame, how much to delete."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.counting import counted
from engine.document import Track
from engine.session import following
from engine.tools import registry
from engine.tracks.spans import FOR_EVER, spans_of
from tui.screens.ask import Ask
from tui.screens.pick import Choice, Pick

if TYPE_CHECKING:
    from tui.window import Window


def selected(app: Window) -> Track | None:
    """Return the selected track, or None."""
    number = app.session.selection.selected
    return None if number is None else app.session.document.tracks.get(number)


def trackers(app: Window) -> None:
    """Pick a tracker: for the selected object, which becomes a track, or for the box that is drawn next."""
    from tui.dialogs.models import choice, take_or_fetch

    session = app.session
    item = session.shape(session.selection.selected)
    track = selected(app)
    if item is None:
        what, action = "the next box that is drawn", "track.draw"
        if session.document.label(session.label) is None:
            app.do("track.draw", next(iter(registry.trackers())))  # says that there is no label yet
            return
    else:
        what, action = f"{item.label} {item.id}", "track.tracker"
    last = session.hand.last_tool[-1] if session.hand.last_tool[:1] == ("track.draw",) else ""
    choices = [choice(session, spec) for spec in registry.trackers().values()]
    label = item.label if item is not None else session.label
    hint = f"Label: {label}, for {what}. Enter or a digit chooses, ? tells more, Esc gives up"
    marked = track.tracker if track is not None and track.tracker else last
    app.ask(Pick("Trackers", choices, marked=marked, hint=hint), lambda tool: take_or_fetch(app, tool, action, tool))


def track_to(app: Window) -> None:
    """Ask for the frame up to which the tracker is to follow."""
    session = app.session
    following.unwatch(session)
    last = len(session.media.frames)
    value = str(min(counted(session.frame) + 10, last))
    app.ask(Ask(f"Follow to frame (1 to {last})", value=value), lambda text: app.do("track.follow", text))


def delete(app: Window) -> None:
    """Delete the selected shape; of a track ask how much of it, the last answer marked."""
    track = selected(app)
    if track is None or not track.keyframes:
        app.do("shape.delete")
        return
    following.unwatch(app.session)  # the answer is for the frame that the question names
    here, frames = app.session.frame, len(app.session.media.frames)
    first, last = _extent(track, frames)
    choices = [
        Choice("frame", f"this frame ({counted(here)})"),
        Choice("onwards", f"from here on (frames {counted(here)} to {counted(last)})"),
        Choice("range", "a range of frames …"),
        Choice("all", f"all of it (frames {counted(first)} to {counted(last)}, {len(track.keyframes)} keyframes)"),
    ]

    def take(scope: str) -> None:
        if scope == "range":
            value = f"{counted(here)}-{counted(last)}"
            app.ask(Ask("Delete frames, from-to", value=value), _range)
        else:
            app.do("shape.delete", scope)

    def _range(text: str) -> None:
        begin, _, end = text.partition("-")
        app.do("shape.delete", "range", begin.strip(), (end or begin).strip())

    title, hint = f"Delete how much of {track.label} {track.id}?", "Enter repeats the last answer, Esc gives up"
    app.ask(Pick(title, choices, marked=app.session.selection.scope, hint=hint), take)


def _extent(track: Track, frames: int) -> tuple[int, int]:
    """Return the first and the last frame on which a track stands."""
    spans = spans_of(track) or ((track.keyframes[0].frame, track.keyframes[-1].frame),)
    last = spans[-1][1]
    return spans[0][0], frames - 1 if last == FOR_EVER else last
