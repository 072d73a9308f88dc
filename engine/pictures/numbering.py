"""Frames under other numbers: what is on a picture goes with it when a folder's listing has changed.

Apart from the edits because it knows nothing of them. Moves are runs (first, last, by) of frames that go the same way,
so that a picture added before 100,000 others is one run, not 100,000 pairs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from operator import attrgetter

from immutables import Map
from msgspec.structs import replace

from engine.document import Document, Keyframe, Picture, Review, Track
from engine.errors import EditError

Run = tuple[int, int, int]
"""First frame, last frame, and by how much their numbers rise."""
Runs = tuple[Run, ...]


def used_frames(document: Document) -> set[int]:
    """Return the numbers of all frames on which something is or that were judged, or a range or crop is of."""
    used = {*document.frames, *document.tags, *_crops(document)}
    used.update(frame for frame, line in document.pictures.items() if line.review is not None)
    for track in document.tracks.values():
        used.update(keyframe.frame for keyframe in track.keyframes)
        used.update(end for review in track.review for end in (review.first, review.last))
    return used


def is_judged(document: Document, frame: int) -> bool:
    """Say whether a picture was judged as a whole."""
    line = document.pictures.get(frame)
    return line is not None and line.review is not None


def with_beyond(document: Document) -> Document:
    """Return the document with a note of how far beyond its media something is; it never gets less."""
    highest = max(_ends(document), default=-1)
    beyond = max(document.beyond, highest + 1 if highest >= document.media.frames else 0)
    return document if beyond == document.beyond else replace(document, beyond=beyond)


def _ends(document: Document) -> Iterator[int]:
    """Yield frames in use, the highest of them among them; of a track's keyframes, which are sorted, only the last."""
    yield from document.frames
    yield from document.tags
    yield from document.pictures
    yield from _crops(document)
    for track in document.tracks.values():
        yield from (keyframe.frame for keyframe in track.keyframes[-1:])
        yield from (end for review in track.review for end in (review.first, review.last))


def _crops(document: Document) -> Iterator[int]:
    return (frame for one in document.certificates.values() for _, frame in one.crops)


def runs_of(places: Mapping[int, int]) -> Runs:
    """Return (old number -> new number) of all frames in use as runs; frames that stay are in none."""
    runs: list[list[int]] = []
    for old in sorted(places):
        by = places[old] - old
        if runs and runs[-1][2] == by:
            runs[-1][1] = old
        else:
            runs.append([old, old, by])
    return tuple((first, last, by) for first, last, by in runs if by)


def place_after(frame: int, moves: Runs) -> int:
    """Return a frame's number after the moves."""
    at = bisect_right(moves, frame, key=lambda run: run[0]) - 1
    return frame + moves[at][2] if at >= 0 and frame <= moves[at][1] else frame


def inverse_of(document: Document, moves: Runs) -> Runs:
    """Return the moves that take back what these do to a document."""
    if not moves:
        return ()
    return runs_of({place_after(frame, moves): frame for frame in used_frames(document) | {*document.pictures}})


def moved(picture: Picture, moves: Runs) -> Picture:
    """Return a picture's line under its number after the moves."""
    place = place_after(picture.frame, moves)
    return picture if place == picture.frame else replace(picture, frame=place)


def renumbered(document: Document, moves: Runs) -> Document:
    """Return the document with everything on the frames' new numbers; raise EditError if two would become one."""
    if not moves:
        return document
    if any(low > high or low + by < 0 for low, high, by in moves):
        raise EditError("The pictures cannot be arranged", "a run of frames is impossible")
    used = used_frames(document) | {*document.pictures}
    if len({place_after(frame, moves) for frame in used}) != len(used):
        raise EditError("The pictures cannot be arranged", "two frames would have one number")

    def to(frame: int) -> int:
        return place_after(frame, moves)

    return replace(
        document,
        frames=Map({
            to(frame): shapes if to(frame) == frame else tuple(replace(shape, frame=to(frame)) for shape in shapes)
            for frame, shapes in document.frames.items()
        }),
        tags=Map({
            to(frame): tuple(replace(tag, frame=to(frame)) for tag in tags) for frame, tags in document.tags.items()
        }),
        tracks=Map({number: _track(track, moves) for number, track in document.tracks.items()}),
        pictures=Map({to(frame): moved(picture, moves) for frame, picture in document.pictures.items()}),
        certificates=Map({
            number: replace(one, crops=tuple((item, to(frame)) for item, frame in one.crops))
            for number, one in document.certificates.items()
        }),
        last_frame=to(document.last_frame),
    )  # fmt: skip


def _track(track: Track, moves: Runs) -> Track:
    keyframes = [_keyframe(keyframe, moves) for keyframe in track.keyframes]
    return replace(
        track,
        keyframes=tuple(sorted(keyframes, key=attrgetter("frame"))),
        review=tuple(_review(review, moves) for review in track.review),
    )


def _review(review: Review, moves: Runs) -> Review:
    first, last = sorted((place_after(review.first, moves), place_after(review.last, moves)))
    return replace(review, first=first, last=last)


def _keyframe(keyframe: Keyframe, moves: Runs) -> Keyframe:
    place = place_after(keyframe.frame, moves)
    return keyframe if place == keyframe.frame else replace(keyframe, frame=place)
