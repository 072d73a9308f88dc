"""Going from frame to frame where the document knows more frames than the media, or fewer."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.actions import frames
from engine.document import Document, Keyframe, Label, MediaInfo, Shape, Tag, Track
from engine.errors import AppError, MediaError
from engine.jobs import Failed
from engine.rules import LARGEST_FRAME
from engine.session import Session
from engine.store import decode, encode

BEYOND = (10, 11, 5_000_000, LARGEST_FRAME)
"""The media of the bench has ten frames."""


def shape(number, frame):
    return Shape(number, frame, "car", "points", ((1.0, 1.0),))


def document(shapes=(), tags=(), **more):
    """Return a document of a media whose frames nobody counted, with shapes and tags on these frames."""
    found = Document(MediaInfo("x", "video", 0), (Label("car"),), **more)
    by_frame = {frame: (shape(number, frame),) for number, frame in enumerate(shapes, 1)}
    return replace(
        found, frames=found.frames.update(by_frame), tags=found.tags.update({f: (Tag(f, "car"),) for f in tags})
    )


@pytest.fixture
def on(bench):
    """Return what shows a document on the bench."""

    def show(of, frame=0):
        bench.session.document = decode(encode(of))
        bench.do(f"frames.go {frame + 1}")
        return bench

    return show


STOPS = [
    # shapes on, tags on, from, the stop forward, the stop back
    ((2, 4), (3,), 2, 3, None),
    ((2, 4), (3,), 4, None, 3),
    ((), (0, 9), 5, 9, 0),
    ((), (), 5, None, None),
    (range(10), (), 5, 6, 4),
    ((2,), (2,), 5, None, 2),
    ((7, *BEYOND), BEYOND, 7, None, None),
    ((7, *BEYOND), (8, *BEYOND), 7, 8, None),
    ((*BEYOND, 1), BEYOND, 9, None, 1),
]


@pytest.mark.parametrize(("shapes", "tags", "start", "forward", "back"), STOPS)
def test_stops_are_frames_of_the_media_with_a_shape_or_a_tag(on, shapes, tags, start, forward, back):
    for direction, stop in ((1, forward), (-1, back)):
        bench = on(document(shapes, tags), start)
        bench.do(f"frames.with_object {direction}")
        assert bench.session.media.target == (start if stop is None else stop)
        assert stop is not None or "No frame with an object" in bench.said[-1]


def test_no_key_leads_beyond_the_media(on):
    track = Track(90, "car", "points", keyframes=tuple(Keyframe(frame, ((1.0, 1.0),)) for frame in (3, *BEYOND)))
    of = document(BEYOND, BEYOND, last_frame=LARGEST_FRAME)
    bench = on(replace(of, tracks=of.tracks.set(90, track)))
    for key in (
        "step 1",
        "step 10",
        "step 10",
        "with_object 1",
        "empty",
        "step 1",
        "with_object -1",
        "step -10",
        "step -10",
    ):
        bench.do(f"frames.{key}")
        assert 0 <= bench.session.media.target < 10 and bench.session.frame == bench.session.media.target
    assert bench.session.frame == 0


@pytest.mark.parametrize("last", [10, LARGEST_FRAME])
def test_a_document_left_beyond_the_media_opens_at_its_end(bench, last):
    session = Session(document(last_frame=last), bench.session.media.frames)
    session.jobs.connect(bench.run)
    frames.show(session, session.media.target)
    assert session.media.target == 9


@pytest.mark.parametrize("text", ["0", "11", "-1", "²", "9" * 5000, "", "1.0", "one"])
def test_a_number_that_is_no_frame_is_refused(bench, text):
    with pytest.raises(AppError):
        frames.go(bench.session, text)
    assert bench.session.media.target == 0


def test_a_frame_that_cannot_be_shown_is_told_to_whoever_waits_for_it(bench):
    bench.held = []
    bench.do("frames.step 1")
    heard = []
    bench.session.on_change = lambda: heard.append(bench.session.media.loading)
    bench.session.jobs.accept(bench.held[-1], Failed(bench.held[-1].ticket, MediaError("Damaged", "frame 2")))
    assert heard and heard[-1] is False  # only then are keys typed ahead done, and does a recording go on
    assert bench.session.media.target == 0
