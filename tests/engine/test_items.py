"""What stands on a frame, whether shape or track: found once, changed and taken away by edits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from immutables import Map
from msgspec.structs import replace

from engine import items
from engine.document import Attribute, Document, Keyframe, Label, MediaInfo, Shape, Track
from engine.edits import PutKeyframe, PutShape, PutTrack, apply_all
from engine.errors import EditError

LABELS = (Label("car", attributes=(Attribute("make"), Attribute("door", mutable=True))), Label("bus"))
FRAMES = 12


def box(x: float, size: float = 10.0) -> tuple[tuple[float, float], tuple[float, float]]:
    return (x, 0.0), (x + size, size)


def track(*keyframes: Keyframe, number: int = 7) -> Track:
    return Track(number, "car", "rectangle", {"make": "?"}, keyframes=keyframes)


def document(*tracks: Track, shapes: tuple[Shape, ...] = (), kind: str = "video") -> Document:
    frames: dict[int, tuple[Shape, ...]] = {}
    for shape in shapes:
        frames[shape.frame] = (*frames.get(shape.frame, ()), shape)
    media = MediaInfo("c", kind, FRAMES)  # type: ignore[arg-type]
    return Document(media, LABELS, Map(frames), Map({item.id: item for item in tracks}), next_id=100)


PATH = track(Keyframe(2, box(0.0)), Keyframe(6, box(40.0), by="csrt", score=0.5), Keyframe(9, box(40.0), z=2))


def test_shapes_and_tracks_stand_together_and_are_found_by_id() -> None:
    shape = Shape(1, 4, "car", "rectangle", box(5.0))
    there = document(PATH, shapes=(shape,))
    found = items.on_frame(there, 4)
    assert [item.id for item in found] == [1, 7] and found[1].points == box(20.0)
    assert items.on_frame(there, 4) is found
    assert items.find(there, 4, 1) is shape and items.find(there, 4, 7) == found[1]
    assert items.find(there, 1, 7) is None and items.find(there, 4, 9) is None


def test_moving_makes_a_keyframe_of_a_persons() -> None:
    there = document(PATH)
    item = items.find(there, 4, 7)
    assert item is not None and items.put(there, item) == ()
    (edit,) = items.put(there, replace(item, points=box(33.0)))
    assert edit == PutKeyframe(7, Keyframe(4, box(33.0)))
    on_machines = items.find(there, 6, 7)
    assert on_machines is not None and on_machines.model == "csrt"
    (edit,) = items.put(there, replace(on_machines, occluded=True))
    assert edit == PutKeyframe(7, Keyframe(6, box(40.0), occluded=True))


def test_what_is_one_for_all_frames_changes_the_track() -> None:
    there = document(PATH)
    item = items.find(there, 4, 7)
    assert item is not None
    (edit,) = items.put(there, replace(item, label="bus", group=3))
    assert edit == PutTrack(replace(PATH, label="bus", group=3))
    (edit,) = items.put(there, replace(item, attributes={"make": "tram"}))
    assert isinstance(edit, PutTrack) and edit.track.attributes == {"make": "tram"}
    (edit,) = items.put(there, replace(item, attributes={"make": "?", "door": "open"}))
    assert isinstance(edit, PutKeyframe) and edit.keyframe.attributes == {"door": "open"}
    with pytest.raises(EditError, match="stays one"):
        items.put(there, replace(item, type="polygon", points=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))))
    shape = Shape(1, 4, "car", "rectangle", box(5.0))
    assert items.put(document(shapes=(shape,)), shape) == (PutShape(shape),)


def places(there: Document, number: int = 7) -> list[tuple[object, ...] | None]:
    found = [items.find(there, frame, number) for frame in range(FRAMES)]
    return [None if item is None else (item.points, item.z, item.occluded) for item in found]


KEYFRAMES = st.dictionaries(
    st.integers(0, FRAMES - 1),
    st.builds(lambda x, z, outside: (box(float(x)), z, outside), st.integers(0, 99), st.integers(0, 2), st.booleans()),
    min_size=1,
    max_size=5,
)


def built(found: dict[int, tuple[object, ...]]) -> Track:
    return track(*(Keyframe(at, points, z=z, outside=out) for at, (points, z, out) in sorted(found.items())))  # type: ignore[arg-type]


@settings(max_examples=300, deadline=None)
@given(KEYFRAMES, st.integers(0, FRAMES - 1), st.integers(0, FRAMES - 1), st.sampled_from(["video", "folder"]))
def test_a_gap_leaves_all_else_where_it_was(found, one, other, kind) -> None:
    first, last = sorted((one, other))
    there = document(built(found), kind=kind)
    after, _ = apply_all(there, items.gap(there, there.tracks[7], first, last))
    now, before = places(after), places(there)
    assert all(place is None for place in now[first : last + 1])
    for frame in {*range(FRAMES)} - {*range(first, last + 1)}:
        a, b = before[frame], now[frame]
        assert (a is None) == (b is None)
        if a is not None and b is not None:
            assert a[1:] == b[1:]
            assert max(abs(p - q) for m, n in zip(a[0], b[0], strict=True) for p, q in zip(m, n, strict=True)) < 0.02


@pytest.mark.parametrize(
    ("scope", "frame", "left"),
    [("frame", 4, [2, 3, 5, 6, 7, 8, 9, 10, 11]), ("frame", 2, [3, 4, 5, 6, 7, 8, 9, 10, 11]), ("all", 4, []),
     ("onwards", 7, [2, 3, 4, 5, 6]), ("onwards", 2, []), ("onwards", 11, [2, 3, 4, 5, 6, 7, 8, 9, 10])],
)  # fmt: skip
def test_how_much_of_a_track_goes(scope: items.Scope, frame: int, left: list[int]) -> None:
    there = document(PATH)
    after, back = apply_all(there, items.drop(there, frame, 7, scope))
    assert [at for at in range(FRAMES) if items.find(after, at, 7) is not None] == left
    assert apply_all(after, back)[0].tracks == there.tracks


def test_another_label_takes_away_what_it_does_not_have() -> None:
    keyframes = (Keyframe(2, box(0.0), attributes={"door": "open"}), Keyframe(6, box(40.0)))
    there = document(track(*keyframes))
    item = items.find(there, 2, 7)
    assert item is not None
    after, _ = apply_all(there, items.put(there, replace(item, label="bus", attributes={})))
    left = items.find(after, 2, 7)
    assert left is not None and left.label == "bus" and left.attributes == {}
