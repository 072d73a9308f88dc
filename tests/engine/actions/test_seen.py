"""What an annotator would see at once: order and picking of shapes, the cursor in view, steps of old jobs."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.document import Attribute, Keyframe, Label, Shape, Track
from engine.edits import PutLabels, PutShape, PutTrack
from engine.errors import AppError
from engine.gestures import Idle
from engine.jobs import Done, Failed, FrameReady, Job, Progress
from engine.scene import Picture
from engine.scene_of import scene_of, vertices_now


def box(number, x1, y1, x2, y2, frame=0, **more):
    return Shape(number, frame, "car", "rectangle", ((float(x1), float(y1)), (float(x2), float(y2))), **more)


def put(bench, *shapes):
    bench.session.commit("Put", *map(PutShape, shapes))


def ids_drawn(bench):
    return [view.shape.id for view in scene_of(bench.session).shapes]


def selected_by_click(bench, x, y):
    bench.at(x, y)
    bench.do("tool.cancel", "point.positive")
    return bench.session.selection.selected


def test_shapes_are_drawn_by_z_and_those_of_one_z_as_they_came(bench):
    put(bench, box(1, 0, 0, 9, 9, z=1), box(2, 0, 0, 9, 9), box(3, 0, 0, 9, 9, z=-2), box(4, 0, 0, 9, 9))
    assert ids_drawn(bench) == [3, 2, 4, 1]


def test_a_track_is_drawn_where_it_is_on_the_frame(bench):
    keyframes = (Keyframe(1, ((0.0, 0.0), (10.0, 10.0))), Keyframe(3, ((20.0, 0.0), (30.0, 10.0)), outside=True))
    bench.session.commit("Track", PutTrack(Track(7, "car", "rectangle", keyframes=keyframes)))
    drawn = []
    for _ in range(4):
        drawn.append([view.shape.points[0][0] for view in scene_of(bench.session).shapes])
        bench.do("frames.step 1")
    assert drawn == [[], [0.0], [10.0], []]


def test_a_click_takes_what_is_on_top_then_the_smallest(bench):
    put(bench, box(1, 10, 10, 110, 110), box(2, 20, 20, 60, 60), box(3, 30, 30, 100, 100, z=-1))
    assert selected_by_click(bench, 40, 40) == 2
    assert selected_by_click(bench, 90, 90) == 1
    assert selected_by_click(bench, 200, 150) is None


def test_a_click_takes_what_is_within_six_pixels_of_the_screen(bench):
    put(bench, Shape(1, 0, "car", "points", ((100.0, 100.0),)))
    scale = bench.session.view.viewport.scale
    assert selected_by_click(bench, 100 + 5.9 / scale, 100) == 1
    assert selected_by_click(bench, 100 + 6.1 / scale, 100) is None


def test_a_shape_that_is_hidden_is_neither_drawn_nor_taken(bench):
    put(bench, box(1, 10, 10, 110, 110))
    bench.do("shape.next", "shape.hide")
    assert ids_drawn(bench) == [] and selected_by_click(bench, 10, 10) is None
    bench.do("view.hide_all")
    assert selected_by_click(bench, 10, 10) is None


@pytest.mark.parametrize("key", ["shape.occluded", "shape.z 1", "label.choose 2"])
def test_a_change_keeps_attributes_group_and_where_it_came_from(bench, key):
    doors = (Attribute("doors", "number", minimum=0, maximum=9),)
    bench.session.commit("Labels", PutLabels((Label("car", attributes=doors), Label("person", attributes=doors))))
    made = box(1, 10, 10, 50, 50, attributes={"doors": 3.0}, group=4, source="auto", model="yolo", score=0.5)
    put(bench, made, box(2, 0, 0, 5, 5))
    bench.do("shape.next", key)
    after = bench.session.document.shape(0, 1)
    assert (after.attributes, after.group, after.model, after.points) == ({"doors": 3.0}, 4, "yolo", made.points)
    assert after != made


@pytest.mark.parametrize(("precise", "turned"), [(False, 10.0), (True, 1.0)])
def test_turning_is_ten_times_finer_in_precise_mode(bench, precise, turned):
    put(bench, box(1, 10, 10, 90, 50))
    bench.do("shape.next", "edit.start", *["cursor.precise"] * precise, "edit.rotate 10")
    assert bench.session.document.shape(0, 1).rotation == turned


@pytest.mark.parametrize("direction", ["left", "right", "up", "down"])
def test_the_cursor_is_brought_into_view_where_the_picture_is_larger_than_the_canvas(bench, direction):
    bench.do("view.actual", *["view.zoom 1"] * 6)
    for _ in range(40):
        bench.do(f"cursor.move {direction}")
    x, y = bench.session.view.viewport.to_view(bench.session.view.cursor)
    width, height = bench.session.view.viewport.view_size
    assert 0 <= x <= width and 0 <= y <= height
    edge = {"left": (0, 0.0), "right": (0, 320.0), "up": (1, 0.0), "down": (1, 200.0)}[direction]
    assert bench.session.view.cursor[edge[0]] == edge[1], "and it comes to the frame's edge"


def test_frames_are_read_ahead_in_the_direction_of_the_step(bench, monkeypatch):
    asked = []
    monkeypatch.setattr(bench.session.media.frames, "prefetch", lambda index, way: asked.append((index, way)))
    bench.do("frames.step 3", "frames.step -1", "frames.step 1")
    assert asked == [(3, 1), (2, -1), (3, 1)]


def test_undo_leaves_nothing_selected_that_is_not_there(bench):
    put(bench, box(1, 10, 10, 50, 50))
    bench.do("shape.next")
    assert bench.session.selection.selected == 1
    bench.do("history.undo")
    assert bench.session.selection.selected is None
    bench.do("history.redo", "shape.next", "frames.step 1")
    assert bench.session.selection.selected is None


def test_steps_of_a_job_that_a_newer_one_has_replaced_are_dropped(bench):
    session = bench.session
    bench.held = []
    bench.do("frames.step 1", "frames.step 1")
    old, new = bench.held
    shown = session.media.picture
    stale = FrameReady(old.ticket, 1, shown.pixels, Picture(shown.pixels, "stale"))
    session.jobs.accept(old, stale)
    session.jobs.accept(old, Progress(old.ticket, "late"))
    assert session.media.picture is shown and session.frame == 0 and not session.jobs.progress
    bench.release()
    assert session.frame == 2 and new.ticket > old.ticket
    session.jobs.accept(Job(new.ticket, "other", lambda: iter(())), Done(new.ticket, "nobody's"))
    assert "nobody's" not in bench.said


def test_a_document_is_not_changed_by_what_only_looks(bench):
    put(bench, box(1, 10, 10, 50, 50))
    before, revision = bench.session.document, bench.session.revision
    bench.do("shape.next", "view.zoom 1", "view.pan left", "cursor.move left", "shape.lock", "shape.hide")
    bench.do("view.hide_all")
    assert bench.session.document is before and bench.session.revision == revision
    bench.do("view.hide_all", "shape.next")
    assert replace(before, next_id=0) == replace(bench.session.document, next_id=0)


def test_a_save_that_waits_goes_on_when_the_one_before_it_fails(bench):
    session, stopped = bench.session, []
    bench.held = []
    session.jobs.connect(bench.run, stopped.append)
    told = []
    for _ in range(2):
        session.jobs.start("save", lambda ticket: iter(()), failed=told.append, lasting=True)
    first, second = bench.held
    session.jobs.accept(first, Failed(first.ticket, AppError("The disk is full", "")))
    assert len(told) == 1 and not stopped and session.jobs.is_current(second)
    assert session.jobs.running["save"] == second.ticket


def test_undo_of_another_object_ends_the_editing_of_this_one(bench):
    put(bench, box(1, 10, 10, 60, 60), box(2, 100, 100, 160, 160))
    bench.do("shape.next", "shape.occluded", "shape.next", "edit.start", "history.undo")
    assert bench.session.selection.selected == 1 and isinstance(bench.session.gesture, Idle)


def test_taking_a_point_of_the_scissors_away_closes_the_path_anew(bench):
    bench.do("tool.interact scissors")
    for x, y in ((70, 100), (120, 50), (170, 100), (120, 150)):
        bench.at(x, y).do("point.positive")
    bench.at(300, 20).do("point.negative")
    shown = vertices_now(bench.session)
    bench.do("tool.finish")
    assert len(bench.session.shapes[0].points) == shown
