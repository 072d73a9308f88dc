"""Where a document meets its frames: what is beyond them or of another size is kept, told and not shown."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from engine.actions import frames
from engine.document import Keyframe, Rle, Shape, Track
from engine.edits import PutShape, PutTrack
from engine.masks import encode
from engine.scene_of import scene_of
from tests.engine.actions.conftest import Bench


def mask(number: int, width: int, height: int) -> Shape:
    return Shape(number, 0, "car", "mask", mask=encode(np.ones((height, width), bool)))


def test_a_mask_of_another_size_is_kept_told_and_not_drawn(bench: Bench) -> None:
    huge = Rle((1_000_000, 1_000_000), "x")
    document = bench.session.document
    wrong = Shape(1, 1, "car", "mask", mask=huge)
    bench.session.document = replace(document, frames=document.frames.set(1, (wrong,)), next_id=2)
    frames.show(bench.session, 1)
    assert bench.said == ["1 mask has another size than this picture: kept in the file, not shown"]
    assert scene_of(bench.session).shapes == () and bench.session.shapes == (wrong,)
    bench.session.commit("right", PutShape(replace(mask(2, 320, 200), frame=1)))
    assert [view.shape.id for view in scene_of(bench.session).shapes] == [2]


def test_frames_beyond_the_media_are_never_gone_to(bench: Bench) -> None:
    session = bench.session
    shapes = {at: (Shape(at + 1, at, "car", "points", ((1.0, 2.0),)),) for at in (2, 10, 2_000_000_000)}
    session.document = replace(session.document, frames=session.document.frames.update(shapes), next_id=99)
    bench.do("frames.with_object 1")
    assert session.frame == 2
    bench.do("frames.with_object 1")
    assert session.frame == 2 and bench.said == ["No frame with an object after this one"]
    for _ in range(8):
        bench.do("frames.step 1")
    assert session.frame == 9


def test_a_track_does_not_move_towards_a_picture_that_is_gone(bench: Bench) -> None:
    session = bench.session
    keyframes = tuple(Keyframe(at, ((at, 0.0), (at + 5.0, 5.0))) for at in (0, 9))
    session.commit("track", PutTrack(Track(1, "car", "rectangle", keyframes=keyframes)))
    frames.show(session, 5)
    assert scene_of(session).shapes[0].shape.points[0] == (5.0, 0.0)
    for kind, x in (("folder", 0.0), ("video", 5.0)):
        media = replace(session.document.media, kind=kind, frames=8)
        session.document = session.safety.document = replace(session.document, media=media)
        assert scene_of(session).shapes[0].shape.points[0] == (x, 0.0)
