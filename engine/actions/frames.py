"""Which frame is shown: stepping, going, playing, filters. A frame is shown when its pixels have come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import islice

from engine.actions import action, leaving, pictures
from engine.counting import counted, frame_of
from engine.errors import AppError
from engine.geometry import centre, encloses
from engine.gestures import Certifying, Idle, certifying
from engine.gestures.cursor import point_at
from engine.gestures.grid import put_away
from engine.gestures.preparing import prepare
from engine.gestures.taking import unfinished
from engine.jobs import FrameReady, Step
from engine.scene import Picture
from engine.session import Goal, Session, crops, following, steady
from engine.tracks import nearest, span_at


def show(session: Session, index: int, goal: Goal | None = None) -> None:
    """Ask for a frame, and what to look at there; the shown one stays until the pixels have come."""
    media = session.media
    media.target, media.goal = min(max(index, 0), len(media.frames) - 1), goal
    wanted, filter_id = media.target, media.filter

    def run(ticket: int) -> Iterator[Step]:
        pixels = media.frames.get(wanted)
        shown = session.tools.filter(filter_id).apply(pixels) if filter_id else pixels
        warning = media.frames.warning(wanted)
        yield FrameReady(ticket, wanted, pixels, Picture(shown, (wanted, filter_id)), warning)

    session.jobs.start("frame", run, receive=partial(receive, session), failed=partial(failed, session))


def receive(session: Session, step: FrameReady) -> None:
    """Show the frame whose pixels have come."""
    media, view = session.media, session.view
    before, first, new = media.shown, media.shown < 0, step.frame != media.shown
    media.shown, media.original, media.picture = step.frame, step.original, step.picture
    size = (step.original.shape[1], step.original.shape[0])
    if view.viewport.frame_size != size:
        view.viewport = replace(view.viewport, frame_size=size).fitted()
        if first or not (0 <= view.cursor[0] <= size[0] and 0 <= view.cursor[1] <= size[1]):
            view.cursor = (size[0] / 2, size[1] / 2)
    media.frames.prefetch(step.frame, 1 if step.frame >= before else -1)
    if new:
        put_away(session)
        if session.shape(session.selection.selected) is None:
            session.selection.let_go(session.document)
        steady.measure(session)
        session.selection.last_group = 0
        session.take(session.gesture.carried())
        prepare(session)
        for text in [step.warning] * bool(step.warning) + pictures.told_of(session, step.frame):
            session.tell(text, "warning")
    goal, media.goal = media.goal, None
    if goal is not None:
        look(session, goal)
    if first:
        leaving.restore(session)
        prepare(session)
        pictures.compare(session)
    session.changed()


def look(session: Session, goal: Goal) -> None:
    """Select a shape of the shown frame and bring its place into view; the cursor goes there only if the view does."""
    view = session.view
    if session.shape(goal.shape) is not None:
        session.selection.selected = goal.shape
        if session.gesture.subject not in (None, goal.shape):
            session.take(Idle())
    if goal.box is not None and not encloses(view.viewport.visible(), goal.box):
        view.viewport = view.viewport.around(goal.box)
        point_at(session, centre(goal.box))
    session.changed()


def failed(session: Session, error: AppError) -> None:
    """Stay on the frame that is shown; where there is none yet, try the next one."""
    media = session.media
    media.refused, media.playing, media.goal = media.refused | {media.target}, False, None
    session.tell(f"{error.title}. {error.detail}", "error")
    if media.shown >= 0:
        media.target = media.shown
        session.changed()  # keys typed ahead, and a recording that is played, wait for this
    elif media.target + 1 < len(media.frames):
        show(session, media.target + 1)


def may_leave(session: Session) -> bool:
    """Say whether nothing unfinished would be lost by going to another frame; tell it if it would."""
    if not unfinished(session):
        return True
    session.tell("Finish with {tool.finish} or drop with {tool.cancel} before you leave the frame", "warning")
    return False


@action("frames.step", "Step by {0} frame(s)")
def step(session: Session, count: str | int = 1) -> None:
    """Go on from the frame that was asked for last, so that no key press is lost."""
    if not may_leave(session):
        return
    target, onwards = session.media.target + int(count), 1 if int(count) > 0 else -1
    while target in session.media.refused:
        target += onwards
    if not 0 <= target < len(session.media.frames):
        edge = "last" if target > 0 else "first"
        if session.media.target == min(max(target, 0), len(session.media.frames) - 1):
            session.tell(f"This is the {edge} frame")
            return
        target = min(max(target, 0), len(session.media.frames) - 1)
    following.stepped(session, target)
    show(session, target)


@action("frames.go", "Go to a frame by number")
def go(session: Session, number: str | int) -> None:
    """Go to the frame of a number as on the screen; raise AppError if there is none."""
    count = len(session.media.frames)
    frame = frame_of(number, range(count))
    if frame is None:
        raise AppError("No such frame", f"frames go from {counted(0)} to {counted(count - 1)}")
    if may_leave(session):
        show(session, frame)


@action("frames.with_object", "Go to the {0} frame with an object")
def with_object(session: Session, direction: str | int = 1) -> None:
    """Go to the nearest frame in a direction (1, -1) that has a shape, a track or a tag."""
    forward = int(direction) > 0
    number = _marked(session, forward)
    if number is None:
        session.tell(f"No frame with an object {'after' if forward else 'before'} this one")
    elif may_leave(session):
        show(session, number)


def _marked(session: Session, forward: bool) -> int | None:
    """Return the nearest frame of the media with anything on it; looks at frames or at what is on them, if fewer."""
    here, count = session.media.target, len(session.media.frames)
    there = range(here + 1, count) if forward else range(min(here, count) - 1, -1, -1)
    marked = session.document.frames, session.document.tags
    tracked = nearest(session.document.tracks, there)
    found = [] if tracked is None else [tracked]
    if len(there) <= sum(map(len, marked)):
        found += islice((number for number in there if any(number in of for of in marked)), 1)
    else:
        found += (number for of in marked for number in of if number in there)
    return (min if forward else max)(found, default=None)


@action("frames.empty", "Go to the next frame without objects")
def empty(session: Session) -> None:
    """Go to the next frame without shapes."""
    document, count = session.document, len(session.media.frames)
    number = session.media.target + 1
    while number < count:
        if document.shapes(number):
            number += 1
        elif (span := span_at(document.tracks, number)) is not None:
            number = span[1] + 1
        else:
            break
    if number >= count:
        session.tell("Every frame after this one has an object")
    elif may_leave(session):
        show(session, number)


@action("frames.play", "Play or pause")
def play(session: Session) -> None:
    """Turn playing on or off; the screen's clock steps the frames."""
    if may_leave(session):
        session.media.playing = not session.media.playing
        session.changed()


@action("filter.toggle", "Picture filter on or off: {0}")
def toggle_filter(session: Session, filter_id: str) -> None:
    """Show this and the following frames through a filter, or no longer."""
    session.tools.filter(filter_id)
    media = session.media
    media.filter = "" if media.filter == filter_id else filter_id
    show_again(session)


def show_again(session: Session) -> None:
    """Show the present frame anew (its filter has changed), keeping what is in hand."""
    show(session, session.media.target)


def with_view_size(session: Session, size: tuple[int, int], cell: tuple[int, int]) -> None:
    """Take a new canvas size and cell size in pixels; what is looked at stays."""
    view = session.view
    view.cell = cell
    known = view.viewport.frame_size != (1, 1)
    view.viewport = view.viewport.resized(size, view.viewport.band) if known else replace(view.viewport, view_size=size)
    crops.make_room(session)
    if isinstance(session.gesture, Certifying):
        certifying.resume(session, session.gesture)
    session.changed()
