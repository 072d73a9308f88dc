"""The dialogs about mending tracks: with whom to swap or merge, up to where it is outside, which frames to interpolate.

Each says what will be different before it happens: which frames of which tracks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from engine import items
from engine.actions import repairs
from engine.actions.tracks import named, selected
from engine.counting import counted
from engine.document import Document, Track
from engine.errors import AppError
from engine.palette import label_color
from engine.session import following
from engine.tracks.alike import nearest
from engine.tracks.edit import human_around
from engine.tracks.joints import Joint, joints
from engine.tracks.spans import FOR_EVER, spans_of
from tui.dialogs.meant import for_what_is_shown
from tui.screens.ask import Ask
from tui.screens.pick import Choice, Pick

if TYPE_CHECKING:
    from tui.window import Window

NAMED = 3
"""Stretches of frames that are named one by one."""


def subject(app: Window) -> Track | None:
    """Return the track to be mended, the one selected last if it is not here; say why there is none.

    What runs show stays away from the frame that the question is about.
    """
    session = app.session
    if session.read_only:
        raise AppError("Opened read-only", "nothing can be changed")
    track = selected(session)
    if track is not None:
        following.unwatch(session)
    return track


def suspects(app: Window, track: Track) -> tuple[int, ...]:
    """Return the other tracks that the entry of a review says have to do with this one."""
    entry = app.session.review.at if app.session.review.on else None
    return () if entry is None or track.id not in entry.ids else tuple(one for one in entry.ids if one != track.id)


def where(track: Track, frames: int, first: int = 0) -> str:
    """Return on which frames from one on a track stands, in words."""
    ends = ((max(begin, first), frames - 1 if last == FOR_EVER else last) for begin, last in spans_of(track))
    spans = [(begin, last) for begin, last in ends if begin <= last]
    found = [f"{counted(begin)} to {counted(last)}" if last > begin else f"{counted(begin)}" for begin, last in spans]
    more = f" and {len(found) - NAMED} more stretches" if len(found) > NAMED else ""
    return f"frames {', '.join(found[:NAMED])}{more}" if found else "no frame"


def swap(app: Window) -> None:
    """Pick the track that the selected one is exchanged with from this frame on: those of its label, the nearest first.

    One that a review suspects is marked.
    """
    session, track = app.session, subject(app)
    if track is None:
        return
    frame, frames, document = session.frame, len(session.media.frames), session.document
    known = suspects(app, track)
    others = _exchangeable(document, track, frame, known)
    if not others:
        app.say(f"No other {track.type} of a track is on this frame to swap {named(track)} with", "warning")
        return

    def told(other: Track) -> str:
        mine, theirs = (where(one, frames, frame) for one in (track, other))
        return (
            f"{named(track)} gets {theirs}, as {named(other)} is there now;\n"
            f"{named(other)} gets {mine}, as {named(track)} is there now.\n"
            f"What they are before frame {counted(frame)} stays, and so do labels."
        )

    choices = [Choice(str(one.id), f"{named(one)}, on {where(one, frames)}", told(one)) for one in others]
    title = f"Swap {named(track)} (on {where(track, frames)}) from frame {counted(frame)} on with"
    marked = next((str(one.id) for one in others if one.id in known), "")
    take = for_what_is_shown(app, lambda number: app.do("track.swap", number))
    app.ask(Pick(title, choices, marked=marked), take)


def _exchangeable(document: Document, track: Track, frame: int, known: Iterable[int]) -> list[Track]:
    """Return the tracks that one can be exchanged with: those on a frame, and those that are known to be wanted."""
    here = items.find(document, frame, track.id)
    there = [one for one in items.tracked(document, frame) if one.id != track.id]
    ordered = [document.tracks[one.id] for one in (there if here is None else nearest(here, there))]
    ordered += [document.tracks[one] for one in known if one in document.tracks and document.tracks[one] not in ordered]
    alike = [one for one in ordered if one.type == track.type]
    return sorted(alike, key=lambda one: one.label != track.label)


def merge(app: Window) -> None:
    """Pick the track that the selected one is merged with: those near in time and place first, the gap said."""
    session, track = app.session, subject(app)
    if track is None:
        return
    frames, tracks, known = len(session.media.frames), session.document.tracks, suspects(app, track)
    found = joints(session.document, track, known)
    double = [tracks[one] for one in known if one in tracks and all(joint.other != one for joint in found)]
    hint = "".join(f"{named(one)} cannot be merged with it: both stand on some frame. " for one in double)
    if not found:
        app.say(hint or f"No other {track.type} track is on other frames than {named(track)}", "warning")
        return
    choices = [
        Choice(
            str(joint.other),
            f"{named(tracks[joint.other])}, on {where(tracks[joint.other], frames)}",
            _joined(track, tracks[joint.other], joint),
        )
        for joint in found
    ]
    take = for_what_is_shown(app, lambda number: app.do("track.merge", number))
    marked = next((str(one) for one in known if any(joint.other == one for joint in found)), "")
    app.ask(Pick(f"Merge {named(track)} (on {where(track, frames)}) with", choices, marked=marked, hint=hint), take)


def _joined(track: Track, other: Track, joint: Joint) -> str:
    """Say what lies between two tracks and what becomes of it."""
    earlier, later = (track, other) if joint.is_later else (other, track)
    first = min((track, other), key=lambda one: (one.keyframes[0].frame, one.id))
    between = f"{joint.between} frame{'s' if joint.between != 1 else ''}" if joint.between else "no frame"
    gap = f"{named(earlier)} ends on frame {counted(joint.last)}, {named(later)} begins on {counted(joint.first)}:"
    becomes = ""
    if joint.between:
        becomes = ", then interpolated" if joint.stays else ", where it stays outside"
    return f"{gap}\n{between} between{becomes}; {joint.apart:.1f} of its size apart.\nBoth become {named(first)}."


def gap(app: Window) -> None:
    """Ask on which frame the selected track, outside from here on, begins again."""
    session, track = app.session, subject(app)
    if track is None:
        return
    here, last = session.frame, len(session.media.frames)
    title = f"{named(track)}: outside from frame {counted(here)} on, back on frame ({counted(here + 1)} to {last})"
    value = str(counted(min(_back(app, track), last - 1)))
    hint = "Keyframes between go. Enter accepts, Esc gives up"
    app.ask(Ask(title, hint, value), for_what_is_shown(app, lambda text: app.do("track.gap", text)))


def _back(app: Window, track: Track) -> int:
    """Return where a track most likely begins again: after the entry of a review, else at a person's next keyframe."""
    here, entry = app.session.frame, app.session.review.at
    if app.session.review.on and entry is not None and track.id in entry.ids and entry.last >= here:
        return entry.last + 1
    _, after = human_around(track, here)
    return here + 10 if after is None else after


def interpolate(app: Window) -> None:
    """Ask on which frames the selected track is to be interpolated, those that are meant most likely proposed."""
    session, track = app.session, subject(app)
    if track is None:
        return
    count, meant = len(session.media.frames), repairs.frames_meant(session, track)
    first, last = meant if meant is not None else (session.frame, session.frame)

    def take(text: str) -> None:
        begin, _, end = text.partition("-")
        app.do("track.interpolate", begin.strip(), (end or begin).strip())

    hint = "Machines' keyframes on these frames go, yours stay. Enter accepts, Esc gives up"
    title = f"Interpolate {named(track)} on frames, from-to (1 to {count})"
    app.ask(Ask(title, hint, f"{counted(first)}-{counted(last)}"), for_what_is_shown(app, take))


def relabel(app: Window) -> None:
    """Pick the label that the selected track has from this frame on."""
    session, track = app.session, subject(app)
    if track is None:
        return
    frame, known = session.frame, session.document.labels
    choices = [Choice(item.name, item.name, color=item.color or label_color(i)) for i, item in enumerate(known)]
    title = f"Label of {named(track)} from frame {counted(frame)} on"
    hint = f"On {where(track, len(session.media.frames), frame)}. Enter or a digit chooses, Esc gives up"
    take = for_what_is_shown(app, lambda name: app.do("track.relabel", name))
    app.ask(Pick(title, choices, marked=track.label, hint=hint), take)


OWN = {"app.swap": swap, "app.merge": merge, "app.gap": gap, "app.interpolate": interpolate, "app.relabel": relabel}
"""What they do is said in `engine.app_actions`."""
