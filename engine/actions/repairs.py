"""What mends tracks: merged, parted, exchanged, relabelled, interpolated, outside for a while; one undo step each."""

from __future__ import annotations

from engine.actions import action
from engine.actions.tracks import named, select_new, selected
from engine.counting import counted, frame_of
from engine.document import Track
from engine.edits import Edit, PutTrack
from engine.errors import AppError, EditError
from engine.session import Session
from engine.tracks import edit, mend
from engine.tracks.edit import between


def frames_meant(session: Session, track: Track) -> tuple[int, int] | None:
    """Return the frames that a repair of a range is for: those of a review's entry, else between a person's keyframes.

    None where it is neither.
    """
    entry = session.review.at if session.review.on else None
    if entry is not None and track.id in entry.ids:
        return entry.first, entry.last
    return mend.between_humans(track, session.frame)


@action("track.merge", "Merge tracks: mark the selected one, then others")
def merge(session: Session, other: str | int = "") -> None:
    """Mark the selected track; on another one, merge both into the earlier, which is marked then.

    With the id of another track merge these two at once.
    """
    track, picked = selected(session), session.selection
    if track is None:
        return
    if other != "":
        _merge(session, track, edit.find(session.document, int(other)))
        return
    if picked.marked is None or picked.marked not in session.document.tracks or picked.marked == track.id:
        picked.marked = None if picked.marked == track.id else track.id
        said = "{track.merge} on another track makes one of both, {tool.cancel} gives up"
        session.tell(f"{named(track)} is marked: {said}" if picked.marked else "Nothing is marked any more")
        return
    picked.marked = _merge(session, session.document.tracks[picked.marked], track)


def _merge(session: Session, one: Track, other: Track) -> int:
    """Make one track of two; return its id."""
    _refuse_locked(session, one.id)
    _refuse_locked(session, other.id)
    edits = edit.merge(session.document, (one.id, other.id), session.document.motion)
    kept = next(one.track.id for one in edits if isinstance(one, PutTrack))
    session.commit(f"Merge {one.id} and {other.id}", *edits)
    session.selection.selected = kept
    if session.shape(kept) is None:
        session.selection.let_go(session.document)
    session.tell(f"{named(one)} and {named(other)} are {named(session.document.tracks[kept])} now")
    session.changed()
    return kept


def _refuse_locked(session: Session, number: int) -> None:
    if number in session.selection.locked:
        raise EditError(f"Track {number} is locked", "select it, {shape.lock} unlocks it")


@action("track.split", "Split the track: from here on it is a new one")
def split(session: Session) -> None:
    """Part the selected track before this frame; the later part is selected."""
    track = selected(session)
    if track is not None:
        new = session.document.next_id
        edits = edit.split(session.document, track.id, session.frame, motion=session.document.motion)
        session.commit(f"Split {named(track)}", *edits)
        select_new(session, new, f"From here on it is {track.label} {new}")


@action("track.swap", "Swap identities with another track from here on")
def swap(session: Session, other: str | int) -> None:
    """Exchange what two tracks are from this frame on."""
    track = selected(session)
    if track is not None:
        _refuse_locked(session, int(other))
        edits = edit.swap(session.document, track.id, int(other), session.frame, session.document.motion)
        session.commit(f"Swap {track.id} and {other} from frame {counted(session.frame)}", *edits)
        session.tell(f"{track.id} and {other} are exchanged from this frame on")


@action("track.relabel", "Another label for the track from here on")
def relabel(session: Session, label: str) -> None:
    """Give the selected track another label from this frame on: there it becomes a track of its own."""
    track = selected(session)
    if track is not None:
        new = session.document.next_id
        edits = edit.relabel(session.document, track.id, session.frame, label, session.document.motion)
        session.commit(f"Label {named(track)} {label} from frame {counted(session.frame)}", *edits)
        select_new(session, new, f"From here on it is a {label}")


@action("track.interpolate", "Interpolate in place of what a machine made: the entry's frames, or between yours")
def interpolate(session: Session, first: str | int = "", last: str | int = "") -> None:
    """Take the machines' keyframes of the selected track on some frames away, by their numbers on the screen.

    By default those of the review's entry, else all between the nearest keyframes of a person.
    """
    track = selected(session)
    if track is None:
        return
    if first != "":
        begin, end = _frames(session, first, last)
    else:
        meant = frames_meant(session, track)
        if meant is None:
            session.tell("Say which frames: no keyframe of a person lies on both sides of this one", "warning")
            return
        begin, end = meant
    edits = mend.interpolate(session.document, track.id, begin, end, session.document.motion)
    where = f"frames {counted(begin)} to {counted(end)}"
    session.commit(f"Interpolate {named(track)} on {where}", *edits)
    session.tell(f"{named(track)} is interpolated on {where}: {_went(session, track, begin, end)}")


@action("track.gap", "Outside from here on, back on a later frame: its number")
def gap(session: Session, back: str | int) -> None:
    """Let the selected track leave here and begin again on a later frame, by its number on the screen."""
    track, first = selected(session), session.frame
    if track is None:
        return
    frame = frame_of(back, range(len(session.media.frames)))
    if frame is None:
        raise AppError("No such frame", f"frames go from 1 to {len(session.media.frames)}")
    edits: tuple[Edit, ...] = mend.leave(session.document, track.id, first, frame, session.document.motion)
    where = f"frames {counted(first)} to {counted(frame - 1)}"
    session.commit(f"{named(track)} is outside on {where}", *edits)
    session.selection.selected, session.selection.track = None, track.id
    session.tell(f"{named(track)} is outside on {where}: {{track.step 1}} goes where it begins again")
    session.changed()


def _frames(session: Session, first: str | int, last: str | int) -> tuple[int, int]:
    """Return two frames that were named by their numbers on the screen."""
    count = len(session.media.frames)
    begin, end = (frame_of(number, range(count)) for number in (first, last))
    if begin is None or end is None or end < begin:
        raise AppError("No such frames", f"they go from 1 to {count}: for example 12-40")
    return begin, end


def _went(session: Session, before: Track, first: int, last: int) -> str:
    """Say how many keyframes an edit has taken away between two frames."""
    now = session.document.tracks[before.id]
    count = len(between(before, first, last)) - len(between(now, first, last))
    return f"{count} keyframe{'s' if count != 1 else ''} went"
