"""What a person has said, as entries to be gone to: of ranges of tracks, of shapes, of pictures as a whole.

What is settled is in no queue: the kinds are silent there. Nothing is likely a fault of it any more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from engine.document import Document, Judgement, Review, Track
from engine.memo import ByIdentity
from engine.review.base import Finding, kinds
from engine.review.ranking import Entry
from engine.review.states import State
from engine.review.stills import state_of_picture, state_of_shape
from engine.tracks.evidence import standing

PICTURE = 0
"""The id of no object: the entry is about a picture on which nothing is."""


def of_tracks(document: Document) -> tuple[Entry, ...]:
    """Return what was said of tracks and still counts, by track and frame; what belongs to another's entry is in it."""
    return tuple(entry for number in sorted(document.tracks) for entry in _said_of(document.tracks[number]))


def of_shapes(document: Document) -> Iterator[Entry]:
    """Yield what was said of shapes and of pictures."""
    for shapes in document.frames.values():
        for shape in shapes:
            if shape.review is not None and (state := state_of_shape(shape)) != "unseen":
                yield _entry(shape.review, shape.id, shape.label, shape.frame, state)
    for frame, line in document.pictures.items():
        if line.review is not None and (state := state_of_picture(document, frame)) != "unseen":
            yield _entry(line.review, PICTURE, "", frame, state)


def _of_track(track: Track) -> tuple[Entry, ...]:
    return tuple(_of_range(track, review) for review in standing(track) if not review.of)


_said_of = ByIdentity(_of_track, 20_000)


def _of_range(track: Track, review: Review) -> Entry:
    """Return the entry of a range: to be looked at where a person has set a keyframe, else in its middle."""
    middle = (review.first + review.last) // 2
    human = [key.frame for key in track.keyframes if key.by == "human" and review.first <= key.frame <= review.last]
    worst = min(human, key=lambda frame: abs(frame - middle), default=middle)
    found = Finding(review.reason, review.first, review.last, worst, (track.id,), 0.0, _words(review))
    return Entry((track.id,), track.label, review.first, review.last, worst, 0.0, (found,), review.state)


def _entry(said: Judgement, number: int, label: str, frame: int, state: State) -> Entry:
    found = Finding(said.reason, frame, frame, frame, (number,), 0.0, _words(said))
    return Entry((number,), label, frame, frame, frame, 0.0, (found,), state)


def _words(said: Review | Judgement) -> str:
    """Return what was found there, in words; the state where nothing was."""
    kind = kinds().get(said.reason)
    return cast(str, said.state) if kind is None else kind.SPEC.name
