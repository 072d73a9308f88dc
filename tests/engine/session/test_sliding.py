"""The slider after undo, deletions, rejections, other label tables, and while something else is under way."""

from __future__ import annotations

from dataclasses import replace as changed

import numpy as np
import pytest
from msgspec.structs import replace

from engine.document import Label, Shape
from engine.edits import DropShape, PutLabels, PutShape
from engine.errors import AppError
from engine.gestures import Sifting, sifting
from engine.jobs import steps
from engine.session import detecting, sliding
from engine.session.detections import Result
from engine.tools.base import Detection, Prediction
from tests.engine.session.blobs import COUNT, Finder


def slid(finder: Finder, *moves: float) -> int:
    """Move the slider, take the results so, and return how many shapes are on the shown frame."""
    finder.do("detect.sift", *(f"detect.confidence {move}" for move in moves), "tool.finish")
    return len(finder.session.document.shapes(finder.session.frame))


def at(finder: Finder, confidence: float) -> None:
    sliding.slide(finder.session, detecting.spec_of("blobs"), confidence)


def test_what_undo_has_taken_back_was_not_deleted_by_a_person(finder: Finder) -> None:
    finder.detect()
    finder.do("history.undo")
    assert slid(finder, -0.05) == COUNT


def test_the_slider_goes_back_with_undo_and_forth_with_redo(finder: Finder) -> None:
    spec = detecting.spec_of("blobs")
    finder.detect()
    high = slid(finder, 0.3)
    finder.do("history.undo")
    assert detecting.confidence_of(finder.session, spec) is None and finder.counts()[0] == COUNT
    assert slid(finder, -0.1) == COUNT
    finder.do("history.redo")  # the slider found the same: that was no step
    assert finder.counts()[0] == high
    at(finder, 0.5)
    assert finder.counts()[0] == COUNT
    finder.do("history.undo", "history.redo")
    assert detecting.confidence_of(finder.session, spec) == 0.5 and finder.counts()[0] == COUNT
    finder.do("history.undo")
    at(finder, 0.7)
    assert detecting.confidence_of(finder.session, spec) == 0.7


def test_what_came_for_the_hints_alone_was_never_there_to_be_deleted(finder: Finder) -> None:
    finder.session.runs.results.last = "blobs"
    finder.do("hints.open", "tool.cancel")
    assert slid(finder, 0.05) == COUNT


def test_what_was_rejected_stays_away_from_the_slider_and_from_the_hints(finder: Finder) -> None:
    finder.session.runs.results.last = "blobs"
    finder.do("hints.open")
    finder.actions["hints.type"].run(finder.session, "A")
    finder.do("tool.cancel")
    assert slid(finder) == COUNT - 1
    finder.do("hints.open")
    assert "Moving objects has found nothing" in finder.said[-1]  # the detector has no more, so the next is asked


def test_another_label_table_deletes_nothing(finder: Finder) -> None:
    finder.detect()
    finder.actions["detect.table"].run(finder.session, "blobs", [{"theirs": "disc", "ours": "wheel"}])
    assert slid(finder) == COUNT
    assert [shape.label for shape in finder.session.document.shapes(0)].count("wheel") == 5


@pytest.mark.parametrize("change", ["polygons", "label", "table"])
def test_what_was_deleted_stays_away_whatever_the_rest_has_become(finder: Finder, change: str) -> None:
    finder.detect()
    disc = next(shape for shape in finder.session.document.shapes(0) if shape.label == "disc")
    finder.session.commit("Delete", DropShape(0, disc.id))
    if change == "polygons":
        finder.session.set(polygons=False)
    elif change == "label":
        finder.actions["label.edit"].run(finder.session, "disc", {"name": "ball"})
    else:
        finder.actions["detect.table"].run(finder.session, "blobs", [{"theirs": "disc", "ours": "wheel"}])
    assert slid(finder, -0.1) == COUNT - 1
    finder.do("history.undo")
    assert slid(finder, -0.2) == COUNT - 1


def test_of_an_object_whose_part_was_deleted_the_other_parts_stay_as_they_are(finder: Finder) -> None:
    mask = np.zeros((20, 20), np.bool_)
    mask[:8, :8] = mask[12:, 12:] = True
    found = Detection("disc", 0.9, (10.0, 20.0, 30.0, 40.0), Prediction(mask, (10, 20)))
    finder.session.runs.results.put("blobs", 0, Result((found,)))
    finder.session.runs.results.last = "blobs"
    assert slid(finder) == 2
    first, second = finder.session.document.shapes(0)
    finder.session.commit("Delete", DropShape(0, first.id))
    for _ in range(2):
        assert slid(finder, 0.05) == 1 and finder.session.document.shapes(0) == (second,)
    assert slid(finder, 0.4) == 0
    finder.do("history.undo")
    assert finder.session.document.shapes(0) == (second,)


def test_a_slider_moved_in_haste_waits_for_the_one_before(finder: Finder) -> None:
    at(finder, 0.9)
    finder.detect()
    few, jobs = finder.counts()[0], []
    finder.session.jobs.connect(jobs.append)
    at(finder, 0.75)
    at(finder, 0.5)
    finder.session.jobs.connect(finder._start)
    assert few < 5 and len(jobs) == 1
    finder._start(jobs[0])
    assert finder.counts()[0] == COUNT and not finder.session.runs.busy


def test_a_slider_moved_while_the_detector_is_at_work_holds_for_all_of_it(finder: Finder) -> None:
    finder.by_hand = True
    finder.detect("all")
    finder.advance(3)
    at(finder, 0.8)
    assert "holds when that has ended" in finder.said[-1]
    finder.finish()
    assert finder.counts() == [5] * 10
    finder.do("history.undo")
    assert finder.counts() == [COUNT] * 10


def test_nothing_is_slid_after_a_run_that_was_stopped(finder: Finder) -> None:
    finder.by_hand = True
    finder.detect("all")
    finder.advance(3)
    at(finder, 0.8)
    finder.do("track.stop")
    assert finder.counts()[:4] == [COUNT] * 3 + [0] and not finder.session.runs.busy


def test_undo_before_anything_came_gives_the_run_up_and_not_what_was_done_before(finder: Finder) -> None:
    drawn = Shape(900, 5, "disc", "points", ((5.0, 5.0),))
    finder.session.commit("Draw", PutShape(drawn))
    finder.by_hand = True
    finder.detect("all")
    finder.do("history.undo")
    assert finder.said[-1] == "Undone: Detect by Blobs" and not finder.session.runs.busy
    finder.finish()
    assert finder.counts() == [0] * 5 + [1] + [0] * 4
    finder.detect("all")
    finder.session.commit("Draw", PutShape(replace(drawn, id=901)))
    finder.do("history.undo")  # what was done last is the person's
    assert finder.session.runs.busy and len(finder.session.document.shapes(5)) == 1
    finder.finish()
    assert finder.counts()[0] == COUNT


def test_undo_of_a_slider_whose_shapes_are_being_made(finder: Finder) -> None:
    finder.detect()
    jobs = []
    finder.session.jobs.connect(jobs.append)
    at(finder, 0.8)
    finder.do("history.undo")
    finder.session.jobs.connect(finder._start)
    finder._start(jobs[0])
    assert finder.counts()[0] == COUNT and not finder.session.runs.busy
    assert slid(finder, -0.1) == COUNT


def test_a_label_renamed_while_shapes_are_being_made_bears_them(finder: Finder) -> None:
    jobs = []
    finder.detect()
    finder.do("history.undo")
    finder.by_hand = True
    finder.detect()
    finder.session.jobs.connect(lambda job: jobs.append(job) if "shapes" in job.kind else finder._start(job))
    finder.advance(1)
    (job,) = jobs
    ready = list(steps(job))
    finder.actions["label.edit"].run(finder.session, "disc", {"name": "ball"})
    for step in ready:
        finder.session.jobs.accept(job, step)
    assert [shape.label for shape in finder.session.document.shapes(0)].count("ball") == 5


def test_what_is_read_only_is_not_slid(finder: Finder) -> None:
    finder.detect()
    finder.session.read_only = True
    with pytest.raises(AppError, match="read-only"):
        at(finder, 0.9)
    assert detecting.confidence_of(finder.session, detecting.spec_of("blobs")) is None


def test_of_a_great_many_the_score_is_tried_in_a_job_and_what_was_shown_stays_until_then(finder: Finder) -> None:
    some = (
        Detection("disc", 0.3 + 0.001 * number, (9.0 * (number % 30), 9.0 * (number // 30), 9.0 * (number % 30) + 8.0,
                                                 9.0 * (number // 30) + 8.0))
        for number in range(500)
    )  # fmt: skip
    finder.session.runs.results.put("blobs", 0, Result(tuple(some)))
    finder.session.runs.results.last = "blobs"
    finder.do("detect.sift")
    held, jobs = finder.session.gesture, []
    assert isinstance(held, Sifting)
    assert len(sifting.objects_now(finder.session, held) or ()) == 300
    finder.session.jobs.connect(jobs.append)
    lower = changed(held, confidence=0.4)
    assert len(sifting.objects_now(finder.session, lower) or ()) == 300 and len(jobs) == 1
    assert len(sifting.objects_now(finder.session, lower) or ()) == 300 and len(jobs) == 1
    finder.session.jobs.connect(finder._start)
    finder._start(jobs[0])
    assert len(sifting.objects_now(finder.session, lower) or ()) == 400


@pytest.mark.parametrize("bad", [
    {"score": float("nan")}, {"score": float("inf")}, {"box": (float("nan"), 0.0, 5.0, 5.0)},
    {"box": (0.0, 0.0, float("inf"), 5.0)}, {"box": (0.0, 0.0, 1e12, 5.0), "rotation": 30.0},
    {"rotation": float("nan")}, {"box": (500.0, 500.0, 600.0, 600.0)}, {"box": (50.0, 50.0, 20.0, 20.0)},
])  # fmt: skip
def test_what_is_no_box_or_score_is_left_out_and_spoils_nothing(finder: Finder, bad: dict) -> None:
    good = Detection("disc", 0.9, (10.0, 20.0, 30.0, 40.0))
    finder.session.runs.results.put("blobs", 0, Result((changed(good, **bad), good)))
    finder.session.runs.results.last = "blobs"
    assert slid(finder) == 1 and finder.session.document.shapes(0)[0].points == ((10.0, 20.0), (30.0, 40.0))
    finder.do("history.undo", "hints.open")
    assert finder.session.gesture.mode == "hints"


def test_a_label_that_is_no_more_is_named_with_what_was_found_of_it(finder: Finder) -> None:
    finder.actions["detect.table"].run(finder.session, "blobs", [{"theirs": "disc", "ours": "disc"}])
    finder.session.commit("Labels", PutLabels((Label("square"),)))
    finder.detect()
    assert finder.counts()[0] == 5 and "no label here for disc 5" in finder.said[-1]


def test_a_label_that_was_matched_by_its_name_is_still_matched_when_it_has_another(finder: Finder) -> None:
    finder.detect()
    finder.actions["label.edit"].run(finder.session, "disc", {"name": "ball"})
    assert [(row.theirs, row.ours) for row in finder.session.document.tables["blobs"]] == [("disc", "ball")]
    finder.do("frames.step 1", "detect.again")
    assert [shape.label for shape in finder.session.document.shapes(1)].count("ball") == 5
    finder.do("history.undo", "history.undo")
    assert not finder.session.document.tables and finder.session.document.label("disc") is not None
