"""What is done to tracks by hand: keyframes, pins and trackers, outside, made of shapes and back, thinned."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from msgspec.structs import replace

from engine import items
from engine.actions import action, frames
from engine.counting import counted
from engine.document import Document, Keyframe, Track
from engine.edits import DropKeyframe, Edit, PutKeyframe, PutKeyframes, PutTrack
from engine.errors import AppError, EditError
from engine.gestures.drawing import start_tracked
from engine.gestures.selected import chosen
from engine.jobs import Step
from engine.ready import Ready, ready
from engine.session import Goal, Session
from engine.session.runs import name_of
from engine.tools import registry
from engine.tracks import alike, convert, edit, keyframe_at
from engine.tracks.thin import GOAL, thin
from engine.tracks.witness import witnessed

NO_TRACK = "Select a track first ({shape.next 1}, or click it); {app.trackers} makes the selected object one"


@dataclass(frozen=True)
class Thinned(Step):
    """A track's keyframes thinned, to be taken over, and what to say of it."""

    made: Ready
    said: str


def selected(session: Session) -> Track | None:
    """Return the selected track, or the one that was selected last and is not on this frame; tell if there is none."""
    picked = session.selection
    number = picked.selected if picked.selected is not None else picked.track
    track = session.document.tracks.get(number) if number is not None else None
    if track is None:
        session.tell(NO_TRACK, "warning")
    elif track.id in picked.locked:
        session.tell("The object is locked: {shape.lock} unlocks it", "warning")
        return None
    return track


def named(track: Track) -> str:
    """Return a track's name in messages and titles."""
    return f"{track.label} {track.id}"


def has_tracker(session: Session, track: Track) -> bool:
    """Say whether a track has a tracker; tell how it gets one if it has none."""
    if not track.tracker:
        session.tell(f"{named(track)} has no tracker yet: {{app.trackers}} gives it one", "warning")
    return bool(track.tracker)


@action("track.keys", "Keys for tracks: the next key is one of them")
def keys(session: Session) -> None:
    """Let the next key be one of the tracks' own, or no longer."""
    session.view.track_keys = not session.view.track_keys
    session.changed()


@action("track.tracker", "Have the selected object followed by a tracker")
def tracker(session: Session, tracker: str) -> None:
    """Make the selected shape a track that is pinned to a tracker; a track gets another tracker."""
    if tracker not in registry.trackers():
        registry.find(tracker)  # says which is nearest
        raise AppError(f'"{tracker}" is no tracker', "{app.trackers} lists them")
    shape = chosen(session)
    if shape is None:
        return
    track = session.document.tracks.get(shape.id)
    if track is not None:
        title = f"Tracker of {named(track)}"
        session.commit(title, PutTrack(replace(track, tracker=tracker, pinned=True)))
        new = track.id
    else:
        edits = convert.from_shapes(session.document, [shape], tracker)
        new = session.document.next_id
        session.commit(f"Track {shape.label} {shape.id}", *(_open_ended(one) for one in edits))
    session.selection.selected = new
    session.tell(f"{shape.label} {new} is followed by {name_of(tracker)}: {{frames.step 1}} goes on with it")
    session.changed()


def _open_ended(change: Edit) -> Edit:
    """Return the edit that makes a track so that it goes on, pinned: it is to be followed from there."""
    if not isinstance(change, PutTrack):
        return change
    kept = tuple(key for key in change.track.keyframes if not key.outside)
    return PutTrack(replace(change.track, keyframes=kept, pinned=True))


@action("track.draw", "Draw a box that a tracker follows")
def draw(session: Session, tracker: str) -> None:
    """Draw a rectangle that becomes a track pinned to a tracker."""
    registry.find(tracker)
    start_tracked(session, tracker)
    session.tell(f"Draw a box round the object: {name_of(tracker)} follows it")


@action("track.pin", "Follow the selected track to new frames, or no longer")
def pin(session: Session, number: str | int = "") -> None:
    """Pin a track to its tracker, or unpin it: the selected one, or that of an id."""
    track = edit.find(session.document, int(number)) if number != "" else selected(session)
    if track is None:
        return
    if not has_tracker(session, track):
        return
    session.commit(f"Pin {named(track)}", PutTrack(replace(track, pinned=not track.pinned)))
    name = name_of(track.tracker)
    session.tell(f"{named(track)} is {'no longer ' if track.pinned else ''}followed by {name} to new frames")


@action("track.keyframe", "Keyframe here, or away with it")
def keyframe(session: Session) -> None:
    """Make what the selected track is here a person's keyframe; one that is there already goes."""
    track = selected(session)
    if track is None:
        return
    here = keyframe_at(track, session.frame)
    if here is None or here.by != "human":
        edits = edit.human(session.document, track.id, session.frame, session.document.motion)
        session.commit(f"Keyframe of {named(track)}", *edits)
    elif all(key.outside for key in track.keyframes if key is not here):
        session.tell("It is the only keyframe that the track stands on: {app.delete} deletes the track", "warning")
    else:
        session.commit(f"No keyframe of {named(track)}", DropKeyframe(track.id, session.frame))


@action("track.outside", "Outside from here on, or back")
def outside(session: Session) -> None:
    """Let the selected track leave the picture here, or let it come back; a person's later keyframes stay."""
    track, frame = selected(session), session.frame
    if track is None:
        return
    there = items.find(session.document, frame, track.id)
    before = [key for key in track.keyframes if key.frame <= frame]
    if not before:
        session.tell(f"{named(track)} begins on frame {counted(track.keyframes[0].frame)}", "warning")
        return
    if there is None:
        new = _of_person(before[-1], frame, outside=False)
        session.commit(f"{named(track)} is back", PutKeyframe(track.id, new))
        session.selection.selected = track.id
        session.changed()
        return
    _, human = edit.human_around(track, frame)
    gone = tuple(key.frame for key in track.keyframes if frame < key.frame < (human or key.frame + 1))
    points = {"points": there.points, "rotation": there.rotation, "mask": there.mask}
    new = _of_person(replace(before[-1], **points), frame, outside=True)
    rest = {key.frame: key for key in track.keyframes if key.frame not in gone} | {frame: new}
    keys = witnessed(tuple(rest[at] for at in sorted(rest)), [(track, 0, frame)], session.document.motion)
    added = (key for key in keys if key.frame not in rest)
    session.commit(f"{named(track)} is outside", PutKeyframes(track.id, (*added, new), gone))
    session.selection.selected, session.selection.track = None, track.id
    session.tell(f"{named(track)} is outside from here on; {{track.outside}} lets it come back, here or later")
    session.changed()


def _of_person(key: Keyframe, frame: int, *, outside: bool) -> Keyframe:
    return replace(key, frame=frame, outside=outside, by="human", score=None, agreement=None)


@action("track.step", "Go to the {0} keyframe")
def step(session: Session, direction: str | int = 1) -> None:
    """Go to the next (1) or previous (-1) keyframe of the selected track."""
    track = selected(session)
    if track is None:
        return
    listed = [key.frame for key in track.keyframes]
    here = session.media.target
    place = bisect_right(listed, here) if int(direction) > 0 else bisect_left(listed, here) - 1
    if not 0 <= place < len(listed):
        session.tell(f"No keyframe of {named(track)} {'after' if int(direction) > 0 else 'before'} this frame")
    elif frames.may_leave(session):
        session.selection.track = track.id
        frames.show(session, listed[place], Goal(track.id))


def select_new(session: Session, number: int, said: str) -> None:
    """Select what an edit has made, and say what it is."""
    if number in session.document.tracks:
        session.selection.selected = number
    session.tell(said)
    session.changed()


@action("track.convert", "Make a track of shapes, or shapes of the track")
def convert_selected(session: Session) -> None:
    """Make a track of the selected shape and those like it on the frames beside it; of a track, shapes."""
    shape = chosen(session)
    if shape is None:
        return
    document, new = session.document, session.document.next_id
    if shape.id in document.tracks:
        session.commit(f"Shapes of {shape.label} {shape.id}", *convert.to_shapes(document, shape.id, document.motion))
        made = [one for one in session.shapes if one.id >= new]
        session.selection.selected = made[0].id if made else None
        session.tell("The track is a shape on each frame now")
    else:
        chain = alike.chain(document, shape)
        session.commit(f"Track of {shape.label} {shape.id}", *convert.from_shapes(document, chain))
        select_new(session, new, f"{len(chain)} shape(s) are track {new}")
    session.changed()


@action("track.thin", "Thin the track's keyframes")
def thin_out(session: Session) -> None:
    """Reduce the machines' keyframes of the selected track to the fewest that interpolation needs; in a job."""
    track = selected(session)
    if track is None:
        return
    document, picture_of = session.document, session.media.frames.picture

    def run(ticket: int) -> Iterator[Thinned]:
        left = thin(track, GOAL, motion=document.motion)

        def make(now: Document) -> tuple[Edit, ...]:
            if now.tracks.get(track.id) is not track:
                raise EditError(f"{named(track)} has been changed meanwhile", "thin it again")
            return left.edits(track)

        made = ready(f"Thin {named(track)}", document, make, picture_of)
        said = f"{named(track)}: {len(left.keyframes)} keyframes of {len(track.keyframes)} are left"
        yield Thinned(ticket, made, f"{said}, IoU {left.reached:.2f} or more with those that went")

    session.jobs.start("thin", run, receive=partial(_thinned, session))


def _thinned(session: Session, step: Thinned) -> None:
    session.take_over(step.made)
    session.tell(step.said)
