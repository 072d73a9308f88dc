"""Detectors at work in a session: annotated frame by frame, stopped, failed, done again, undone; confidence slid."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.document import Label, Shape
from engine.edits import PutShape
from engine.errors import AppError, EditError, ToolError
from engine.gestures import Idle, Sifting
from engine.jobs import Failed
from engine.session.detections import Result, Results
from tests.engine.session.blobs import Finder


def test_annotating_this_frame_puts_what_scores_enough_with_model_and_score(finder: Finder) -> None:
    finder.detect()
    shapes = finder.session.document.shapes(0)
    assert finder.counts() == [10, *[0] * 9] and {shape.label for shape in shapes} == {"disc", "square"}
    assert {(shape.source, shape.model, shape.type, shape.verified) for shape in shapes} == {
        ("auto", "blobs", "polygon", False)
    }
    assert finder.scores()[0] == pytest.approx(250 / 255, abs=1e-4) and finder.scores()[-1] > 0.6
    assert "Blobs: 10 objects" in finder.said[-1]
    finder.do("history.undo")
    assert finder.counts() == [0] * 10 and finder.session.document.next_id > 10


def test_the_last_tool_annotates_the_next_frame(finder: Finder) -> None:
    finder.detect()
    finder.do("frames.step 1", "tool.finish", "frames.step 1", "detect.again")
    assert finder.counts() == [10, 10, 10, *[0] * 7]


@pytest.mark.parametrize(("where", "first", "last"), [("all", 0, 9), ("3-5", 2, 4), ("4", 3, 3)])
def test_a_run_over_frames_is_one_step_of_undo(finder: Finder, where: str, first: int, last: int) -> None:
    finder.detect(where)
    assert finder.counts() == [10 if first <= frame <= last else 0 for frame in range(10)]
    finder.do("history.undo")
    assert finder.counts() == [0] * 10
    finder.do("history.redo")
    assert sum(finder.counts()) == 10 * (last - first + 1)


@pytest.mark.parametrize("where", ["0-4", "5-3", "8-99", "here", ""])
def test_frames_that_there_are_not_are_refused(finder: Finder, where: str) -> None:
    with pytest.raises(AppError, match="No such frames"):
        finder.detect(where)


def test_the_commits_that_come_while_it_runs_are_one_step_also_where_a_person_works_meanwhile(finder: Finder) -> None:
    finder.by_hand = True
    finder.detect("all")
    finder.advance(2)
    assert finder.counts()[0] == 10
    finder.session.commit("Draw", PutShape(Shape(900, 0, "disc", "points", ((5.0, 5.0),))))
    finder.finish()
    assert finder.counts() == [11, *[10] * 9]
    finder.do("history.undo")
    assert finder.counts() == [10] * 10
    finder.do("history.undo")
    assert finder.counts() == [0] * 10


def test_a_run_that_is_stopped_keeps_what_came_as_one_step(finder: Finder) -> None:
    finder.by_hand = True
    finder.detect("all")
    finder.advance(4)
    progress = next(iter(finder.session.jobs.progress.values()))
    assert progress.text.startswith("Blobs: frame 4 of 10") and progress.text.endswith("s left")
    finder.do("tool.cancel")
    assert not finder.session.runs.busy and not finder.session.jobs.running
    assert finder.counts() == [10] * 4 + [0] * 6 and "stopped. 4 frame(s) stay" in finder.said[-1]
    finder.do("history.undo")
    assert finder.counts() == [0] * 10


def test_a_second_run_that_fails_takes_nothing_away(finder: Finder) -> None:
    finder.detect("all")
    before = finder.session.document.frames
    finder.by_hand = True
    finder.session.set(polygons=False)  # so that all that it finds is different
    finder.detect("all")
    finder.advance(3)
    job = finder.waiting[0][0]
    finder.session.jobs.accept(job, Failed(job.ticket, ToolError("No memory is left", "close something")))
    assert finder.counts() == [10] * 10 and "No memory is left" in finder.said[-1]
    kinds = [{shape.type for shape in finder.session.document.shapes(frame)} for frame in range(10)]
    assert kinds == [{"mask"}] * 3 + [{"polygon"}] * 7
    finder.do("history.undo")
    assert finder.session.document.frames == before


def test_undoing_a_run_that_is_under_way_ends_it(finder: Finder) -> None:
    finder.by_hand = True
    finder.detect("all")
    finder.advance(2)
    finder.do("history.undo")
    finder.advance(1)
    assert finder.counts() == [0] * 10 and not finder.session.runs.busy and "taken back" in finder.said[-1]


def test_a_second_run_replaces_what_nobody_has_touched(finder: Finder) -> None:
    finder.detect()
    shapes = finder.session.document.shapes(0)
    finder.session.commit("Move", PutShape(replace(shapes[0], points=((1.0, 1.0), (9.0, 1.0), (9.0, 9.0)))))
    finder.session.commit("Verify", PutShape(replace(shapes[1], verified=True)))
    finder.session.selection.locked = frozenset({shapes[2].id})
    finder.session.set(polygons=False)
    finder.detect()
    now = {shape.id: shape for shape in finder.session.document.shapes(0)}
    assert {shape.id for shape in shapes} & set(now) == {shape.id for shape in shapes[:3]}
    assert now[shapes[0].id].source == "semi-auto" and now[shapes[0].id].type == "polygon"
    assert len(now) == 11  # what was moved away is found again where it was


def test_the_same_again_is_no_step(finder: Finder) -> None:
    finder.detect()
    steps, document = len(finder.session.history), finder.session.document
    finder.detect()
    assert len(finder.session.history) == steps and finder.session.document is document


def test_a_renamed_label_makes_no_results_a_persons(finder: Finder) -> None:
    finder.detect()
    finder.actions["label.edit"].run(finder.session, "disc", {"name": "ball"})
    assert {shape.source for shape in finder.session.document.shapes(0)} == {"auto"}


def test_a_copy_is_a_persons(finder: Finder) -> None:
    finder.detect()
    finder.session.selection.pick(finder.session.document.shapes(0)[0].id)
    finder.do("shape.copy", "frames.step 1", "shape.paste")
    assert finder.session.document.shapes(1)[0].source == "semi-auto"


def test_labels_that_are_not_matched_are_named_with_their_counts(with_blobs: None) -> None:
    finder = Finder((Label("Discs"),))
    finder.detect()
    assert finder.counts()[0] == 5 and "square 5" in finder.said[-1] and "dust" not in finder.said[-1]


def test_a_table_is_kept_and_brings_its_labels_in_one_step(finder: Finder) -> None:
    rows = [{"theirs": "disc", "ours": "wheel", "threshold": 0.9}, {"theirs": "square", "ours": ""}]
    finder.actions["detect.table"].run(finder.session, "blobs", rows)
    assert [label.name for label in finder.session.document.labels] == ["disc", "square", "wheel"]
    finder.detect()
    assert {shape.label for shape in finder.session.document.shapes(0)} == {"wheel"}
    assert min(finder.scores()) >= 0.9
    finder.do("history.undo", "history.undo")
    assert not finder.session.document.tables and len(finder.session.document.labels) == 2


def test_a_table_that_is_none_is_refused(finder: Finder) -> None:
    with pytest.raises(EditError, match="label table"):
        finder.actions["detect.table"].run(finder.session, "blobs", [{"theirs": 3}])


def test_a_detector_that_there_is_not_is_named_with_the_nearest(finder: Finder) -> None:
    with pytest.raises(ToolError, match="No detector"):
        finder.actions["detect.run"].run(finder.session, "blob")


def test_nothing_is_done_to_what_is_read_only(finder: Finder) -> None:
    finder.session.read_only = True
    with pytest.raises(AppError, match="read-only"):
        finder.detect()


# the slider


def slid(finder: Finder, *moves: float) -> None:
    finder.do("detect.sift")
    for move in moves:
        finder.do(f"detect.confidence {move}")


def test_the_slider_takes_the_last_results_anew_on_every_frame_without_the_model(finder: Finder) -> None:
    finder.detect("1-3")
    finder.by_hand = True
    slid(finder, 0.3)
    assert isinstance(finder.session.gesture, Sifting) and finder.session.gesture.confidence == 0.8
    finder.do("tool.finish")
    assert finder.counts()[:4] == [5, 5, 5, 0] and not finder.waiting and finder.session.gesture == Idle()
    assert all(score >= 0.8 for score in finder.scores(2))
    finder.do("history.undo")
    assert finder.counts()[:4] == [10, 10, 10, 0]


def test_what_a_person_has_deleted_does_not_come_back_by_the_slider(finder: Finder) -> None:
    finder.detect()
    surest = max(finder.session.document.shapes(0), key=lambda shape: shape.score or 0.0)
    finder.session.selection.pick(surest.id)
    finder.do("shape.delete")
    slid(finder, 0.2)
    finder.do("tool.finish")
    high = finder.counts()[0]
    slid(finder, -0.3)
    finder.do("tool.finish")
    assert high < 9 and finder.counts()[0] == 9 and finder.scores()[0] < (surest.score or 0.0)


def test_the_slider_given_up_changes_nothing_and_its_moves_are_taken_back_one_by_one(finder: Finder) -> None:
    finder.detect()
    document = finder.session.document
    slid(finder, 0.1, 0.1)
    finder.do("history.undo")
    assert isinstance(finder.session.gesture, Sifting) and finder.session.gesture.confidence == 0.6
    finder.do("tool.cancel")
    assert finder.session.document is document and finder.session.gesture == Idle()


def test_the_wheel_with_ctrl_slides_too(finder: Finder) -> None:
    finder.detect()
    finder.do("detect.sift")
    finder.actions["mouse.wheel"].run(finder.session, 100, 100, 1, True)
    finder.actions["mouse.wheel"].run(finder.session, 100, 100, -1)  # zooms
    assert isinstance(finder.session.gesture, Sifting) and finder.session.gesture.confidence == 0.55


def test_without_a_result_there_is_nothing_to_slide(finder: Finder) -> None:
    finder.do("detect.sift", "detect.confidence 0.1")
    assert finder.session.gesture == Idle() and "No detector has been used" in finder.said[0]


def test_results_are_kept_within_bounds_of_memory() -> None:
    results = Results(most=2000)
    for frame in range(10):
        results.put("toy", frame, Result(()))
    assert results.frames("toy") == [7, 8, 9]
