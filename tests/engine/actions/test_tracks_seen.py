"""What the canvas is told of tracks: whose keyframe a shape is of, and the selected track's trail."""

from __future__ import annotations

import pytest

from engine.document import Keyframe, Label, Shape, Track
from engine.edits import PutLabels, PutShape, PutTrack
from engine.palette import label_color, rgb
from engine.scene_of import scene_of


def box(x: float) -> tuple[tuple[float, float], tuple[float, float]]:
    return (x, 20.0), (x + 40.0, 60.0)


KEYFRAMES = (
    Keyframe(1, box(10.0)), Keyframe(3, box(30.0), by="csrt"), Keyframe(5, box(50.0), by="fill", agreement=0.8),
    Keyframe(7, outside=True),
)  # fmt: skip


@pytest.fixture
def tracked(bench):
    """Return a bench on frame 3, with a shape there and a track, which is selected."""
    bench.session.commit("Labels", PutLabels((Label("car"), Label("person"))))
    bench.session.commit("Track", PutTrack(Track(5, "person", "rectangle", keyframes=KEYFRAMES)))
    bench.session.commit("Shape", PutShape(Shape(6, 3, "car", "rectangle", box(100.0))))
    bench.do("frames.go 4")
    bench.session.selection.selected = 5
    return bench


def origins(bench):
    return {view.shape.id: view.origin for view in scene_of(bench.session).shapes}


@pytest.mark.parametrize(
    ("frame", "seen"),
    [
        (0, {}), (1, {5: "human"}), (2, {5: "between"}), (3, {5: "machine", 6: ""}), (4, {5: "between"}),
        (5, {5: "filled"}), (6, {5: "between"}), (7, {}), (8, {}),
    ],
)  # fmt: skip
def test_a_shape_says_whose_keyframe_it_is_of_and_nothing_is_drawn_outside(tracked, frame, seen):
    tracked.do(f"frames.go {frame + 1}")
    assert origins(tracked) == seen


def test_a_correction_makes_it_a_persons(tracked):
    tracked.do("shape.occluded")
    assert origins(tracked) == {5: "human", 6: ""}


def test_only_the_selected_track_has_a_trail_and_it_is_made_once(tracked):
    session = tracked.session
    trail = scene_of(session).trail
    assert trail.color == rgb(label_color(1)) and trail.reach == session.settings.trail == 20
    assert [(place.away, place.by) for place in trail.places] == [
        (-2, "human"), (-1, ""), (0, "machine"), (1, ""), (2, "machine"), (3, ""),
    ]  # fmt: skip
    tracked.at(50, 50).do()
    assert scene_of(session).trail.places is trail.places
    for selected in (6, None):
        session.selection.selected = selected
        assert scene_of(session).trail is None


def test_the_trail_is_as_long_as_is_set_and_goes_with_what_is_hidden(tracked):
    session = tracked.session
    session.set(trail=1)
    assert [place.away for place in scene_of(session).trail.places] == [-1, 0, 1]
    session.selection.hidden = frozenset({5})
    assert scene_of(session).trail is None
    session.selection.hidden = frozenset()
    session.set(trail=0)
    assert scene_of(session).trail is None
