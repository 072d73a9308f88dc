"""What is done to whole tracks, as edits: merged, parted, exchanged, relabelled, held; what a machine found taken over.

All are pure: document -> edits; `motion` is the camera's where tracks are shown with it. A keyframe that parting or
exchanging needs and nobody set is marked as interpolated (`by` "fill", without the agreement that a filled one has);
merging or exchanging again takes it away where it says nothing that interpolation does not say as well, so that both
ways together change nothing.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import combinations
from operator import attrgetter

from msgspec.structs import replace

from engine.declarations import carried
from engine.document import Document, Keyframe, Track
from engine.edit_types import DropTrack, Edit, PutKeyframe, PutKeyframes, PutTrack
from engine.errors import EditError, nearest
from engine.tracks.at_frame import keyframe_at
from engine.tracks.evidence import handed_on
from engine.tracks.motion import Motion
from engine.tracks.seams import bare_exchange, exchanged, parted, tidied, without_doubtful
from engine.tracks.spans import FOR_EVER, said
from engine.tracks.witness import Keyframes, Piece, state


def find(document: Document, number: int) -> Track:
    """Return the track of an id; raise EditError with the nearest one if there is none."""
    track = document.tracks.get(number)
    if track is None:
        known = map(str, sorted(document.tracks)[:1000])
        raise EditError(f"There is no track {number}", nearest(str(number), known))
    return track


def split(
    document: Document, number: int, frame: int, label: str | None = None, motion: Motion | None = None
) -> tuple[Edit, ...]:
    """Return the edits that part a track: from `frame` on it is a new one, with a fresh id and if given another label.

    Raises EditError where one of the two would have nothing.
    """
    track = find(document, number)
    if not track.keyframes or frame <= track.keyframes[0].frame:
        raise EditError(f"Track {number} cannot be split before it begins", "go to a later frame of it first")
    before, after = parted(track, frame, motion)
    if not after:
        raise EditError(f"Track {number} cannot be split where it is over", "go to a frame on which it stands first")
    first = replace(track, keyframes=before, pinned=False)
    second = replace(track, id=document.next_id, keyframes=after, prompt=None)
    if label is not None:
        second = _labelled(document, second, label)
    made = (first, (track, 0, frame - 1)), (second, (track, frame, FOR_EVER))
    return tuple(PutTrack(replace(part, review=handed_on(part, [piece]))) for part, piece in made)


def relabel(document: Document, number: int, frame: int, label: str, motion: Motion | None = None) -> tuple[Edit, ...]:
    """Return the edits that give a track another label from a frame on: there it becomes a track of its own."""
    track = find(document, number)
    if label == track.label:
        return ()
    if track.keyframes and frame > track.keyframes[0].frame:
        return split(document, number, frame, label, motion)
    return (PutTrack(_labelled(document, track, label)),)


def merge(document: Document, numbers: Sequence[int], motion: Motion | None = None) -> tuple[Edit, ...]:
    """Return the edits that make one track of several, which keeps the id, label and attributes of the earliest.

    Raises EditError where two stand on one frame, or are of different types.
    """
    tracks = [find(document, number) for number in dict.fromkeys(numbers)]
    if len(tracks) < 2:
        raise EditError("There is nothing to merge", "choose two tracks or more")
    if empty := next((track for track in tracks if not track.keyframes), None):
        raise EditError(f"Track {empty.id} cannot be merged", "it has no keyframe; delete it instead")
    tracks.sort(key=lambda track: (track.keyframes[0].frame, track.id))
    first, last = tracks[0], max(tracks, key=lambda track: (track.keyframes[-1].frame, track.keyframes[0].frame))
    for one, two in combinations(tracks, 2):
        _refuse_types(one, two, "merged")
        _refuse_overlap(one, two)
    keys = dict[int, Keyframe]()
    for track in tracks:  # where one is outside and another stands, there is something
        others = [span for other in tracks if other is not track for span in said(other)]
        hidden = [key.outside and any(begin <= key.frame <= end for begin, end in others) for key in track.keyframes]
        keys |= {key.frame: key for key, gone in zip(track.keyframes, hidden, strict=True) if not gone}
    joints = [track.keyframes[0].frame for track in tracks[1:]]
    joined = tuple(keys[frame] for frame in sorted(keys))
    merged, bare = tidied(first, joined, joints, motion), without_doubtful(joined)
    if len(tracks) == 2 and bare and parted(replace(first, keyframes=bare), joints[0], motion) == _keyframes(tracks):
        merged = bare  # these two were parted from it
    whole = replace(first, keyframes=merged, pinned=last.pinned, tracker=last.tracker)
    whole = replace(whole, review=handed_on(whole, _pieces(tracks)))
    return (*(DropTrack(track.id) for track in tracks[1:]), PutTrack(whole))


def _pieces(tracks: Sequence[Track]) -> list[Piece]:
    """Return who stands where, from the first frame to the last; a gap is the earlier one's as far as it was judged."""
    spans = [(*span, track) for track in tracks for span in said(track) or [(track.keyframes[0].frame,) * 2]]
    found, over = [(tracks[0], 0, FOR_EVER)], -1
    for begin, end, track in sorted(spans, key=lambda span: span[:2]):
        before, first, _ = found[-1]
        if track is not before and end > over:
            judged = [review.last for review in before.review if review.first < begin]
            begin = min(begin, max([over, *judged]) + 1)
            found[-1:] = [(before, first, begin - 1), (track, begin, FOR_EVER)]
        over = max(over, end)
    return found


def swap(document: Document, one: int, other: int, frame: int, motion: Motion | None = None) -> tuple[Edit, ...]:
    """Return the edits that exchange what two tracks are from a frame on; ids, labels and attributes stay behind.

    Raises EditError where they are of different types, or one would be left with nothing.
    """
    first, second = find(document, one), find(document, other)
    if one == other:
        raise EditError("A track cannot be swapped with itself", "choose two tracks")
    _refuse_types(first, second, "swapped")
    made, bare = exchanged(first, second, frame, motion), bare_exchange(first, second, frame)
    whole = [replace(track, keyframes=keys) for track, keys in zip((first, second), bare, strict=True)]
    if all(bare) and exchanged(whole[0], whole[1], frame, motion) == _keyframes([first, second]):
        made = bare  # they are what an exchange has made of these
    if not all(any(not key.outside for key in keys) for keys in made):
        raise EditError("One of the tracks would be left with nothing", "merge the two instead")
    edits = list[Edit]()
    for track, taken, keys in zip((first, second), (second, first), made, strict=True):
        new = replace(track, keyframes=keys)
        review = handed_on(new, [(track, 0, frame - 1), (taken, frame, FOR_EVER)])
        edits.append(PutTrack(replace(new, review=review)))
    return tuple(edits)


def hold(document: Document, number: int, frame: int, last: int, motion: Motion | None = None) -> tuple[Edit, ...]:
    """Return the edits that keep a track as it is on a frame up to a later one, but not past a person's keyframe.

    Machines' keyframes between go.
    """
    track = find(document, number)
    there = _standing(track, frame, motion)
    _, after = human_around(track, frame)
    end = last if after is None else min(last, after - 1)
    if end <= frame:
        raise EditError(
            f"Track {number} cannot be held from frame {frame + 1} on", "a person's keyframe follows at once"
        )
    kept = replace(there, by="human", score=None, agreement=None)
    new = [end] if keyframe_at(track, frame) == kept else [frame, end]
    gone = tuple(key.frame for key in track.keyframes if frame < key.frame < end)
    return (PutKeyframes(number, tuple(replace(kept, frame=at) for at in new), gone),)


def human(document: Document, number: int, frame: int, motion: Motion | None = None) -> tuple[Edit, ...]:
    """Return the edits that make what a track is on a frame a person's keyframe; none if it is one."""
    track = find(document, number)
    there = keyframe_at(track, frame) or _standing(track, frame, motion)
    kept = replace(there, by="human", score=None, agreement=None)
    return () if keyframe_at(track, frame) == kept else (PutKeyframe(number, kept),)


def human_around(track: Track, frame: int) -> tuple[int | None, int | None]:
    """Return the frames of a person's nearest keyframes before and after a frame, which bound what machines may do."""
    frames = [key.frame for key in track.keyframes if key.by == "human"]
    return max((at for at in frames if at < frame), default=None), min(
        (at for at in frames if at > frame), default=None
    )


def machine(document: Document, number: int, found: Iterable[Keyframe], start: int, to: int) -> tuple[Edit, ...]:
    """Return the edits that take over what a machine found on the way from one frame to another, either way.

    `start` itself stays. A person's keyframe ends the way and is never changed; machines' on the way are replaced.
    """
    track = find(document, number)
    low, high = (start + 1, to) if to >= start else (to, start - 1)
    on_the_way = between(track, low, high)
    humans = [key.frame for key in on_the_way if key.by == "human"]
    if humans and to >= start:
        high = humans[0] - 1
    elif humans:
        low = humans[-1] + 1
    new = tuple(key for key in found if low <= key.frame <= high)
    if any(key.by == "human" for key in new):
        raise ValueError("what a machine found is not a person's")
    there = {key.frame for key in new}
    gone = tuple(key.frame for key in on_the_way if low <= key.frame <= high and key.frame not in there)
    return (PutKeyframes(number, new, gone),) if new or gone else ()


def between(track: Track, low: int, high: int) -> Keyframes:
    """Return a track's keyframes from one frame to another, both included, without looking at the others."""
    first = bisect_left(track.keyframes, low, key=attrgetter("frame"))
    return track.keyframes[first : bisect_right(track.keyframes, high, key=attrgetter("frame"))]


def _labelled(document: Document, track: Track, name: str) -> Track:
    """Return a track with another label, and of its attributes those that this one takes."""
    label = document.label(name)
    if label is None:
        raise EditError(f'No label is called "{name}"', nearest(name, [one.name for one in document.labels]))
    keys = tuple(replace(key, attributes=carried(key.attributes, label.attributes)) for key in track.keyframes)
    return replace(track, label=name, attributes=carried(track.attributes, label.attributes), keyframes=keys)


def _standing(track: Track, frame: int, motion: Motion | None) -> Keyframe:
    """Return what a track is on a frame as a keyframe; raise EditError where it does not stand."""
    there = state(track, track.keyframes, frame, motion)
    if there is None or there.outside:
        raise EditError(f"Track {track.id} is not on frame {frame + 1}", "go to a frame on which it stands first")
    return there


def _keyframes(tracks: Sequence[Track]) -> tuple[Keyframes, ...]:
    return tuple(track.keyframes for track in tracks)


def _refuse_types(one: Track, two: Track, done: str) -> None:
    if one.type != two.type:
        kinds = f"{one.id} is a {one.type}, {two.id} a {two.type}"
        raise EditError(f"Tracks of different types cannot be {done}", kinds)


def _refuse_overlap(one: Track, two: Track) -> None:
    for first, last in said(one):
        for begin, end in said(two):
            if max(first, begin) <= min(last, end):
                where = f"frames {max(first, begin) + 1} to {min(last, end) + 1}; delete that part of one first"
                raise EditError(f"Tracks {one.id} and {two.id} both stand there", where)
