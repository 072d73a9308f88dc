"""Drawing, selecting, editing and undoing, as keys do it."""

from __future__ import annotations

import pytest

from engine.errors import AppError


def draw_box(bench, x1=10, y1=20, x2=60, y2=80):
    bench.do("draw.start rectangle")
    bench.at(x1, y1).do("point.positive")
    bench.at(x2, y2).do("point.positive")


def test_two_corners_make_a_rectangle_and_n_repeats_the_tool(bench):
    draw_box(bench)
    shape = bench.session.shapes[0]
    assert (shape.type, shape.points, shape.label, shape.source) == (
        "rectangle", ((10.0, 20.0), (60.0, 80.0)), "car", "manual",
    )  # fmt: skip
    assert bench.session.selection.selected == shape.id
    bench.do("tool.finish")
    assert bench.session.gesture.mode == "draw"


@pytest.mark.parametrize(
    ("kind", "points"),
    [("polygon", [(10, 10), (50, 12), (30, 60)]), ("polyline", [(1, 2), (30, 40)]), ("points", [(5, 6)])],
)
def test_vertices_then_n_make_a_shape(bench, kind, points):
    bench.do(f"draw.start {kind}")
    for x, y in points:
        bench.at(x, y).do("point.positive")
    bench.do("tool.finish")
    assert bench.session.shapes[0].points == tuple((float(x), float(y)) for x, y in points)
    assert bench.session.shapes[0].type == kind


def test_too_few_vertices_are_refused_and_kept(bench):
    bench.do("draw.start polygon")
    bench.at(10, 10).do("point.positive")
    bench.do("tool.finish")
    assert not bench.session.shapes and len(bench.session.gesture.points) == 1 and "3" in bench.said[-1]


def test_an_ellipse_fills_its_box(bench):
    bench.do("draw.start ellipse")
    bench.at(10, 20).do("point.positive")
    bench.at(110, 80).do("point.positive")
    assert bench.session.shapes[0].points == ((60.0, 50.0), (110.0, 80.0))


def test_brush_paints_erases_and_makes_a_mask(bench):
    from engine.masks import mask_area, pixel_at

    bench.do("brush.start")
    bench.at(50, 50).do("point.positive")
    bench.at(90, 50).do("point.positive", "brush.erase")
    bench.at(70, 50).do("point.positive", "point.positive", "tool.finish")
    mask = bench.session.shapes[0].mask
    assert pixel_at(mask, (50, 50)) and pixel_at(mask, (88, 50)) and not pixel_at(mask, (70, 50))
    assert mask_area(mask) > 400


def test_undo_takes_back_vertices_and_shapes_only_when_nothing_is_begun(bench):
    draw_box(bench)
    bench.do("draw.start polygon")
    bench.at(10, 10).do("point.positive")
    bench.at(40, 10).do("point.positive", "history.undo")
    assert len(bench.session.gesture.points) == 1
    bench.do("history.redo")
    assert len(bench.session.gesture.points) == 2
    bench.do("history.undo", "history.undo", "history.undo")
    assert bench.session.shapes and "Nothing more" in bench.said[-1]
    bench.do("tool.cancel", "history.undo")
    assert not bench.session.shapes
    bench.do("history.redo")
    assert len(bench.session.shapes) == 1


def test_selecting_and_moving_a_vertex_by_keys(bench):
    draw_box(bench)
    bench.do("tool.cancel", "shape.next", "edit.start", "edit.vertex", "point.positive")
    bench.at(5, 6).do("point.positive", "tool.finish")
    assert bench.session.shapes[0].points == ((5.0, 6.0), (60.0, 80.0))


def test_escape_puts_a_grabbed_vertex_back(bench):
    draw_box(bench)
    bench.do("edit.start", "edit.vertex", "point.positive")
    bench.at(1, 1).do("tool.cancel")
    assert bench.session.gesture.shape.points == ((10.0, 20.0), (60.0, 80.0))
    assert bench.session.shapes[0].points == ((10.0, 20.0), (60.0, 80.0))


def test_vertices_are_inserted_and_deleted(bench):
    bench.do("draw.start polygon")
    for x, y in [(10, 10), (110, 10), (60, 90)]:
        bench.at(x, y).do("point.positive")
    bench.do("tool.finish", "edit.start")
    bench.at(60, 5).do("edit.insert")
    assert bench.session.shapes[0].points == ((10.0, 10.0), (60.0, 5.0), (110.0, 10.0), (60.0, 90.0))
    bench.at(110, 10).do("edit.delete")
    assert bench.session.shapes[0].points == ((10.0, 10.0), (60.0, 5.0), (60.0, 90.0))


def test_moving_a_whole_shape(bench):
    draw_box(bench)
    bench.do("edit.start")
    bench.at(30, 40).do("edit.grab")
    bench.at(35, 50).do("point.positive")
    assert bench.session.shapes[0].points == ((15.0, 30.0), (65.0, 90.0))


def test_locked_shapes_refuse_changes(bench):
    draw_box(bench)
    bench.do("shape.lock", "shape.delete", "shape.occluded")
    assert bench.session.shapes and not bench.session.shapes[0].occluded and "locked" in bench.said[-1]
    bench.do("shape.lock", "shape.occluded", "shape.delete")
    assert not bench.session.shapes


def test_label_keys_change_the_selection_and_the_tool(bench):
    draw_box(bench)
    bench.do("label.choose 2")
    assert bench.session.shapes[0].label == "person" and bench.session.label == "person"
    bench.do("label.choose 9")
    assert "no label 9" in bench.said[-1]
    with pytest.raises(AppError, match="person"):
        bench.do("label.use perso")


def test_copy_paste_and_propagate(bench):
    draw_box(bench)
    bench.do("shape.copy", "shape.propagate 4")
    assert [len(bench.session.document.shapes(i)) for i in range(5)] == [1, 1, 1, 1, 0]
    bench.do("history.undo", "frames.step 1", "shape.paste")
    assert [len(bench.session.document.shapes(i)) for i in range(3)] == [1, 1, 0]
    ids = [shape.id for shape in bench.session.document.all_shapes()]
    assert len(set(ids)) == len(ids)


def test_group_and_join(bench):
    from engine.masks import mask_area

    for x in (10, 100):
        draw_box(bench, x, 10, x + 20, 30)
        bench.do("shape.group")
    assert bench.session.shapes[0].group == bench.session.shapes[1].group != 0
    bench.do("shape.join")
    assert len(bench.session.shapes) == 1 and mask_area(bench.session.shapes[0].mask) == 800


def test_frames_step_and_keep_what_is_unfinished(bench):
    bench.do("frames.step 1", "frames.step 10")
    assert bench.session.frame == 9
    bench.do("frames.step 1")
    assert "last" in bench.said[-1]
    bench.do("draw.start polygon")
    bench.at(10, 10).do("point.positive", "frames.step -1")
    assert bench.session.frame == 9 and len(bench.session.gesture.points) == 1


def test_frames_with_objects_and_empty_ones(bench):
    bench.do("frames.go 5")
    draw_box(bench)
    bench.do("tool.cancel", "frames.go 1", "frames.with_object 1")
    assert bench.session.frame == 4
    bench.do("frames.with_object 1")
    assert "after" in bench.said[-1]
    bench.do("frames.go 4", "frames.empty")
    assert bench.session.frame == 5
    with pytest.raises(AppError):
        bench.do("frames.go 11")


def test_a_frame_that_was_overtaken_is_not_shown(bench):
    bench.held = []
    bench.do("frames.step 1", "frames.step 1", "frames.step 1")
    bench.release()
    assert bench.session.frame == 3 == bench.session.media.target


def test_precise_mode_moves_by_pixels(bench):
    bench.at(10.2, 10.7).do("cursor.precise", "cursor.move right", "cursor.move down")
    assert bench.session.view.cursor == (11.5, 11.5)
    bench.do("cursor.precise", "cursor.move right")
    assert bench.session.view.cursor == (16.5, 11.5)


def test_undo_while_editing_shows_and_keeps_the_undone_shape(bench):
    draw_box(bench)
    bench.do("edit.start", "edit.vertex", "point.positive")
    bench.at(5, 6).do("point.positive", "history.undo")
    assert bench.session.gesture.shape == bench.session.shapes[0]
    assert bench.session.shapes[0].points == ((10.0, 20.0), (60.0, 80.0))
    bench.do("history.undo")
    assert not bench.session.shapes and bench.session.gesture.mode == "main"


def test_undo_puts_down_what_is_grabbed_first(bench):
    draw_box(bench)
    bench.do("edit.start", "edit.vertex", "point.positive")
    bench.at(5, 6).do("history.undo")
    assert bench.session.shapes and not bench.session.gesture.grabbed
    assert bench.session.gesture.shape.points == ((10.0, 20.0), (60.0, 80.0))


def test_a_label_given_while_editing_is_kept_by_the_next_edit(bench):
    draw_box(bench)
    bench.do("edit.start", "edit.vertex", "point.positive", "label.choose 2")
    bench.at(5, 6).do("point.positive")
    assert (bench.session.shapes[0].label, bench.session.shapes[0].points[0]) == ("person", (5.0, 6.0))


def test_a_label_chosen_with_a_tool_in_hand_is_the_tools_alone(bench):
    draw_box(bench)
    bench.do("tool.finish", "label.choose 2")
    assert bench.session.shapes[0].label == "car"
    bench.at(100, 100).do("point.positive")
    bench.at(120, 120).do("point.positive")
    assert bench.session.shapes[1].label == "person"


def test_a_grabbed_vertex_keeps_the_frame(bench):
    draw_box(bench)
    bench.do("edit.start", "edit.vertex", "point.positive", "frames.step 1")
    assert bench.session.frame == 0
    bench.do("tool.cancel", "frames.step 1")
    assert bench.session.frame == 1


def test_propagating_to_something_that_is_no_frame_is_refused(bench):
    draw_box(bench)
    with pytest.raises(AppError, match="2 to 10"):
        bench.do("shape.propagate all")


@pytest.mark.parametrize("command", ["frames.step one", "cursor.move upwards", "view.fill a lot"])
def test_arguments_that_an_action_does_not_take_are_refused(bench, command):
    with pytest.raises(AppError, match="correct the keymap"):
        bench.do(command)


def test_a_held_key_moves_faster_and_single_presses_never_do():
    from engine.actions.view import factor, paced
    from engine.session.view import Pace

    def after(gap, count):
        pace = Pace()
        for number in range(count):
            pace = paced(pace, "left", 100 + number * gap)
        return factor(pace)

    assert [after(0.033, count) for count in (1, 9, 12, 40)] == [1, 1, 2, 4]
    assert after(0.15, 40) == after(0.001, 40) == 1
    assert factor(paced(Pace("left", 40, 1.0), "right", 1.03)) == 1


def test_stepping_passes_over_frames_that_cannot_be_shown(bench):
    from engine.errors import MediaError

    whole = bench.session.media.frames.get

    def get(index):
        if index in (1, 2, 9):
            raise MediaError("Cannot read it", f"number {index}")
        return whole(index)

    bench.session.media.frames.get = get
    bench.do("frames.step 1")
    assert bench.session.frame == 0 and "number 1" in bench.said[-1] and not bench.session.media.loading
    bench.do("frames.step 1")
    assert "number 2" in bench.said[-1]
    bench.do("frames.step 1")
    assert bench.session.frame == 3
    bench.do("frames.step -1")
    assert bench.session.frame == 0
    bench.do("frames.go 9", "frames.step 1", "frames.step 1")
    assert bench.session.frame == 8


def test_what_is_in_hand_stays_when_the_commit_is_refused(bench):
    bench.do("draw.start polygon")
    for x, y in [(10, 10), (110, 10), (60, 90)]:
        bench.at(x, y).do("point.positive")
    bench.session.read_only = True
    with pytest.raises(AppError, match="read-only"):
        bench.do("tool.finish")
    assert len(bench.session.gesture.points) == 3 and not bench.session.shapes
    bench.session.read_only = False
    bench.do("tool.finish")
    assert len(bench.session.shapes) == 1 and bench.session.gesture.mode == "main"


CORNERS = [(10, 10), (110, 10), (110, 90), (30, 60)]


def begun(bench, kind, *points):
    bench.do(f"draw.start {kind}")
    for x, y in points:
        bench.at(x, y).do("point.positive")
    return bench


@pytest.mark.parametrize(
    ("kind", "last", "made"),
    [
        ("polygon", (11, 12), CORNERS),  # on the first vertex
        ("polygon", (30, 60), CORNERS),  # twice on one place
        ("polygon", (31, 61), CORNERS),  # the mouse has trembled
        ("polyline", (30, 60), CORNERS),
        ("polyline", (10, 10), None),  # a line may come back to where it began
        ("polygon", (110, 12), None),  # near a vertex that is neither
        ("polygon", (30, 66), None),  # two places
        ("points", (10, 10), None),
    ],
)
def test_a_click_on_the_first_vertex_or_twice_on_one_place_finishes(bench, kind, last, made):
    begun(bench, kind, *CORNERS, last)
    if made is None:
        assert not bench.session.shapes and len(bench.session.gesture.points) == 5
    else:
        assert bench.session.shapes[0].points == tuple((float(x), float(y)) for x, y in made)


def test_a_double_click_on_too_few_vertices_keeps_them(bench):
    begun(bench, "polygon", (10, 10), (10, 10), (60, 10), (60, 10))
    assert bench.session.gesture.points == ((10, 10), (60, 10)) and "at least 3" in bench.said[-1]


def test_a_click_on_the_last_of_several_points_takes_it_away(bench):
    begun(bench, "points", (10, 10), (60, 10), (60, 10))
    assert bench.session.gesture.points == ((10, 10),)
