"""Copies on frames of other sizes, pasted or propagated; masks on pages of another size."""

from __future__ import annotations

import pytest
from PIL import Image

from engine.actions import frames, load_actions, perform
from engine.document import Shape
from engine.edits import PutShape
from engine.errors import AppError, MediaError
from engine.frame_bounds import is_inside
from engine.jobs import steps
from engine.masks import mask_area
from engine.opening import open_session
from engine.options import Options

SMALL = (100, 80)
POINTS = {
    "rectangle": ((10.0, 10.0), (60.0, 40.0)), "polygon": ((10.0, 10.0), (150.0, 10.0), (80.0, 70.0)),
    "ellipse": ((90.0, 60.0), (110.0, 80.0)), "polyline": ((200.0, 100.0), (300.0, 150.0)),
}  # fmt: skip


def put(bench, kind):
    shape = Shape(1, 0, "car", kind, POINTS[kind])
    bench.session.commit("Draw", PutShape(shape))
    bench.session.selection.selected = 1


def paint(bench):
    bench.do("brush.start")
    bench.at(60, 50).do("point.positive")
    bench.at(80, 50).do("point.positive", "tool.finish")


def copies(bench):
    return {frame: shape for frame in range(1, 10) for shape in bench.session.document.shapes(frame)}


@pytest.mark.parametrize(
    ("kind", "on_small"), [("rectangle", True), ("polygon", True), ("ellipse", True), ("polyline", False)]
)
def test_copies_on_smaller_frames_are_inside_them_or_left_out_with_their_count(bench, kind, on_small):
    bench.session.media.frames.sizes = {2: SMALL, 3: SMALL}
    put(bench, kind)
    bench.do("shape.propagate 5")
    found = copies(bench)
    assert sorted(found) == ([1, 2, 3, 4] if on_small else [1, 4])
    assert all(is_inside(shape, bench.session.media.frames.size(frame)) for frame, shape in found.items())
    assert found[1].points == found[4].points == POINTS[kind]
    assert ("2 frame(s) left out" in bench.said[-1]) is not on_small
    bench.do("history.undo")
    assert not copies(bench)


def test_masks_go_to_frames_of_their_own_size_alone(bench):
    bench.session.media.frames.sizes = {2: SMALL, 3: (200, 320)}
    paint(bench)
    bench.do("shape.propagate 6")
    assert sorted(copies(bench)) == [1, 4, 5] and "2 frame(s) left out" in bench.said[-1]


@pytest.mark.parametrize("kind", ["mask", "polyline"])
def test_nothing_is_copied_where_no_frame_has_room(bench, kind):
    bench.session.media.frames.sizes = dict.fromkeys(range(1, 10), SMALL)
    put(bench, kind) if kind != "mask" else paint(bench)
    before = bench.session.document
    with pytest.raises(AppError, match=r"Copied to no frame.*3 frame\(s\)"):
        bench.do("shape.propagate 4")
    assert bench.session.document is before


def test_a_damaged_frame_is_left_out(bench):
    def size(index):
        if index == 2:
            raise MediaError("Cannot read it")
        return 320, 200

    bench.session.media.frames.size = size
    put(bench, "rectangle")
    bench.do("shape.propagate 4")
    assert sorted(copies(bench)) == [1, 3] and "1 frame(s) left out" in bench.said[-1]


def test_a_copy_is_made_of_what_the_object_is_when_the_sizes_are_known(bench):
    put(bench, "rectangle")
    bench.held = []
    bench.do("shape.propagate 2", "label.choose 2")
    bench.release()
    assert copies(bench)[1].label == "person"
    bench.held = []
    bench.do("shape.propagate 2", "shape.delete")
    with pytest.raises(AppError, match="deleted"):
        bench.release()


@pytest.mark.parametrize("kind", ["rectangle", "ellipse", "mask", "polyline"])
def test_pasting_on_a_smaller_frame(bench, kind):
    bench.session.media.frames.sizes = {1: SMALL}
    put(bench, kind) if kind != "mask" else paint(bench)
    bench.do("shape.copy", "frames.step 1", "shape.paste")
    found = copies(bench)
    assert list(found) == ([1] if kind in ("rectangle", "ellipse") else [])
    assert all(is_inside(shape, SMALL) for shape in found.values())
    assert found or "has no place" in bench.said[-1]
    bench.do("frames.step -1", "shape.paste")
    assert len(bench.session.shapes) == 2


def test_a_turned_box_over_the_border_is_pasted_as_it_is_on_a_frame_of_the_same_size(bench):
    shape = Shape(1, 0, "car", "rectangle", ((0.0, 0.0), (60.0, 20.0)), rotation=45.0)
    bench.session.commit("Draw", PutShape(shape))
    bench.session.selection.selected = 1
    bench.do("shape.copy", "frames.step 1", "shape.paste")
    assert copies(bench)[1].points == shape.points


@pytest.mark.parametrize("grab", ["edit.grab", "point.positive"])
def test_an_object_that_is_moved_over_the_border_stops_there_as_a_whole(bench, grab):
    put(bench, "rectangle")
    bench.do("edit.start")
    bench.at(35, 25).do(grab)
    bench.at(319, 199).at(320, 200).do(grab, "tool.finish")
    assert bench.session.shapes[0].points == ((270.0, 170.0), (320.0, 200.0))


def test_a_grabbed_vertex_beside_the_cursor_stays_in_the_frame(bench):
    put(bench, "rectangle")
    bench.do("edit.start")
    bench.at(8, 8).do("point.positive")
    bench.at(0, 0).at(320, 200).do("point.positive")
    bench.at(316, 198).do("point.positive")
    bench.at(320, 200).do("point.positive")
    assert is_inside(bench.session.shapes[0], (320, 200))


def test_pages_of_another_size_take_masks_of_their_own(tmp_path):
    path = tmp_path / "pages.tif"
    Image.new("L", (40, 30), 50).save(path, save_all=True, append_images=[Image.new("L", (80, 60), 100)])
    opened = open_session(Options((path,), labels="car"))
    session = opened.session

    def run(job):
        for step in steps(job):
            session.jobs.accept(job, step)
        session.jobs.ended(job)

    session.jobs.connect(run)
    frames.with_view_size(session, (640, 400), (10, 20))
    frames.show(session, 1)
    session.hand.brush = 5
    for command in ("brush.start", "point.positive", "point.positive", "tool.finish", "shape.copy", "frames.step -1"):
        session.view.cursor = (60, 50)
        perform(load_actions(), session, *command.split())
    (mask,) = (shape.mask for shape in session.document.shapes(1))
    assert mask.size == (60, 80) and mask_area(mask) > 60
    perform(load_actions(), session, "shape.paste")
    assert not session.document.shapes(0)
    opened.close()
    again = open_session(Options((path,)))
    assert again.session.document.shapes(1)[0].mask == mask
    again.close()
