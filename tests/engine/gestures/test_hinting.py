"""Object hints: letters accept or reject what detectors propose; a picture with ten objects takes few keys."""

from __future__ import annotations

import numpy as np
import pytest
from msgspec.structs import replace

from engine.document import Label
from engine.edits import PutLabels, PutShape
from engine.errors import AppError
from engine.gestures import Hinting, Idle, hinting, sources
from engine.scene_found import spread
from engine.scene_of import scene_of
from engine.tools.detecting.boxes import overlaps
from engine.viewport import Viewport
from tests.engine.session.blobs import COUNT, Finder


def held(finder: Finder) -> Hinting:
    gesture = finder.session.gesture
    assert isinstance(gesture, Hinting)
    return gesture


def left(finder: Finder) -> list[str]:
    return [one.name for one in hinting.left(finder.session, held(finder))]


def opened(finder: Finder) -> Finder:
    finder.session.runs.results.last = "blobs"
    finder.do("hints.open")
    return finder


def nothing_is_left(finder: Finder) -> None:
    """Ask for hints: the detector has none, and what is asked next finds that nothing moves."""
    finder.do("hints.open")
    assert finder.session.gesture == Idle() and "Moving objects has found nothing" in finder.said[-1]


def key(finder: Finder, letter: str) -> None:
    finder.actions["hints.type"].run(finder.session, letter)


def test_a_picture_with_ten_objects_takes_at_most_30_keys(finder: Finder) -> None:
    opened(finder)  # one or two keys, by the keymap
    names = left(finder)
    keys = 2
    for name in names:
        for letter in name:
            key(finder, letter)
            keys += 1
    assert len(names) == COUNT and finder.counts()[0] == COUNT and keys <= 30
    assert finder.session.gesture == Idle() and "dealt with" in finder.said[-1]
    shapes = finder.session.document.shapes(0)
    assert {(shape.source, shape.model, shape.verified) for shape in shapes} == {("auto", "blobs", True)}
    assert sorted(shape.label for shape in shapes) == ["disc"] * 5 + ["square"] * 5
    assert [shape.score for shape in shapes] == finder.scores()  # the surest have the first letters


def test_where_no_detector_was_at_work_the_last_one_is_asked_and_makes_no_objects(finder: Finder) -> None:
    finder.session.runs.results.last = "blobs"
    finder.by_hand = True
    finder.do("hints.open")
    assert finder.session.gesture == Idle() and finder.session.runs.busy
    finder.finish()
    assert len(left(finder)) == COUNT and finder.counts() == [0] * 10


def test_what_comes_when_something_else_is_in_hand_waits_for_the_next_time(finder: Finder) -> None:
    finder.session.runs.results.last = "blobs"
    finder.by_hand = True
    finder.do("hints.open", "draw.start rectangle")
    finder.finish()
    assert finder.session.gesture.mode == "draw"
    finder.do("tool.cancel", "hints.open")
    assert len(left(finder)) == COUNT


def test_with_shift_a_proposal_is_rejected_and_does_not_come_again(finder: Finder) -> None:
    first = left(opened(finder))[0]
    key(finder, first.upper())
    assert finder.counts()[0] == 0 and first not in left(finder)
    finder.do("tool.cancel", "hints.open")
    assert len(left(finder)) == COUNT - 1


def test_undo_takes_one_back_and_its_letter_is_there_again(finder: Finder) -> None:
    a, b, *_ = left(opened(finder))
    key(finder, a)
    key(finder, b)
    finder.do("history.undo")
    assert b in left(finder) and a not in left(finder) and finder.counts()[0] == 1
    finder.do("hints.back")  # what was undone is forgotten
    finder.do("hints.back")
    assert a in left(finder) and finder.counts()[0] == 0
    key(finder, a.upper())
    finder.do("hints.back")
    assert a in left(finder)


def test_all_that_is_left_is_accepted_in_one_step(finder: Finder) -> None:
    key(opened(finder), left(finder)[3].upper())
    finder.do("hints.all")
    assert finder.counts()[0] == COUNT - 1 and finder.session.gesture == Idle()
    finder.do("history.undo")
    assert finder.counts()[0] == 0


def test_what_is_there_already_is_not_proposed(finder: Finder) -> None:
    finder.detect()
    nothing_is_left(finder)
    finder.session.selection.pick(finder.session.document.shapes(0)[0].id)
    finder.do("shape.delete", "hints.open")
    assert len(left(finder)) == 1


def test_an_unmatched_one_gets_the_label_in_use(with_blobs: None) -> None:
    finder = Finder((Label("thing"), Label("disc", types=("polygon", "mask"))))
    finder.session.label = "thing"
    square = next(one for one in held(opened(finder)).proposals if one.detection.label == "square")
    assert square.label == ""
    key(finder, square.name)
    assert finder.session.document.shapes(0)[0].label == "thing"


def test_a_label_that_takes_no_such_shape_is_refused(with_blobs: None) -> None:
    finder = Finder((Label("line", types=("polyline",)),))
    with pytest.raises(AppError, match="takes no such shape"):
        key(opened(finder), left(finder)[0])
    assert finder.counts()[0] == 0 and len(left(finder)) == COUNT


def test_a_click_accepts_and_a_right_click_rejects(finder: Finder) -> None:
    opened(finder).at(30, 50)
    finder.do("point.positive")
    assert finder.counts()[0] == 1
    finder.at(90, 50).do("point.negative")
    assert finder.counts()[0] == 1 and len(left(finder)) == COUNT - 2
    finder.at(60, 100).do("point.positive")  # nothing is there
    assert len(left(finder)) == COUNT - 2


def test_letters_stand_in_masks_and_a_click_is_meant_for_the_mask_not_its_box(finder: Finder) -> None:
    opened(finder)
    for hint, one in zip(scene_of(finder.session).hints, held(finder).proposals, strict=True):
        x, y = (int(value - zero) for value, zero in zip(hint.place, one.detection.mask.origin, strict=True))
        assert one.detection.mask.mask[y, x]
    finder.at(12, 32).do("point.positive")  # a corner of a disc's box
    assert finder.counts()[0] == 0
    finder.at(30, 50).do("point.positive")
    assert finder.counts()[0] == 1


def test_more_proposals_than_letters_have_names_of_two(finder: Finder) -> None:
    opened(finder)
    many = tuple(hinting.replace(held(finder).proposals[0], name=name) for name in ("a", "ma", "mb"))
    finder.session.gesture = hinting.replace(held(finder), proposals=many)
    key(finder, "m")
    assert held(finder).typed == "m" and finder.counts()[0] == 0
    assert [hint.text for hint in scene_of(finder.session).hints] == ["MA", "MB"]
    finder.do("hints.back")
    assert held(finder).typed == ""
    key(finder, "m")
    key(finder, "B")
    assert [choice.name for choice in held(finder).choices] == ["mb"] and finder.counts()[0] == 0
    key(finder, "z")
    assert held(finder).typed == ""


def test_where_no_detector_was_used_those_are_asked_that_need_no_weights_and_know_no_classes(finder: Finder) -> None:
    finder.do("hints.open")
    assert "Moving objects has found nothing" in finder.said[-1] and "goes on with Regions" in finder.said[-1]
    finder.do("hints.open")
    assert {one.detector for one in held(finder).proposals} == {"regions"} and len(left(finder)) >= COUNT
    finder.session.label = "square"
    finder.at(30, 50).do("point.positive")
    (shape,) = finder.session.document.shapes(0)
    assert (shape.label, shape.model, shape.type, shape.verified) == ("square", "regions", "polygon", True)
    assert not finder.session.runs.results.last
    assert sources.detector_of(finder.session) == "hog"


def test_what_was_rejected_of_one_detector_is_not_proposed_by_another(finder: Finder) -> None:
    for name in left(opened(finder)):
        key(finder, name.upper())
    rejected = np.array([one.box for one in finder.session.runs.results.of("blobs", 0).detections])
    nothing_is_left(finder)
    finder.do("hints.open")
    proposed = np.array([one.detection.box for one in held(finder).proposals])
    assert overlaps(proposed, rejected).max() < 0.6
    while finder.session.gesture != Idle():
        key(finder, left(finder)[0].upper())
    finder.do("hints.open")
    assert "No proposal is left" in finder.said[-1]


def test_hints_need_a_label(with_blobs: None) -> None:
    with pytest.raises(AppError, match="no label yet"):
        opened(Finder(()))


def test_the_scene_shows_each_proposal_with_its_letters_until_it_is_decided(finder: Finder) -> None:
    opened(finder)
    scene = scene_of(finder.session)
    assert [hint.text for hint in scene.hints] == [name.upper() for name in left(finder)]
    assert len(scene.shapes) == COUNT and all(view.shape.id < 0 for view in scene.shapes)
    key(finder, left(finder)[0])
    after = scene_of(finder.session)
    assert len(after.hints) == COUNT - 1 and len(after.shapes) == COUNT
    finder.do("tool.cancel")
    assert not scene_of(finder.session).hints


def test_hints_of_boxes_in_one_place_do_not_hide_each_other_and_stay_in_view() -> None:
    viewport = Viewport.fit((320, 200), (640, 400))
    places = [viewport.to_view(at) for at in spread([(-5.0, 198.0)] * 8 + [(318.0, 3.0)] * 8, viewport, 15)]
    assert all(0 <= x <= 640 - 15 and 0 <= y <= 400 - 15 for x, y in places)
    apart = [
        (abs(a[0] - b[0]), abs(a[1] - b[1])) for i, a in enumerate(places) for b in places[:i]
    ]  # fmt: skip
    assert all(x >= 24 or y >= 17 for x, y in apart)


def test_the_slider_shows_what_its_score_would_take(finder: Finder) -> None:
    finder.detect()
    finder.session.commit("Draw", PutShape(finder.session.document.shapes(0)[0].__class__(
        900, 0, "disc", "rectangle", ((1.0, 1.0), (9.0, 9.0)),
    )))  # fmt: skip
    finder.do("detect.sift", "detect.confidence 0.3")
    views = scene_of(finder.session).shapes
    assert [view.shape.id > 0 for view in views] == [True, *[False] * 5]
    assert {view.text for view in views[1:]} >= {"disc 0.98"}
    finder.do("tool.cancel")
    assert len(scene_of(finder.session).shapes) == 11


def test_what_a_label_does_not_take_is_left_when_all_are_accepted(with_blobs: None) -> None:
    finder = Finder((Label("disc"), Label("square", types=("polyline",))))
    opened(finder)
    finder.do("hints.all")
    assert finder.counts()[0] == 5 and len(left(finder)) == 5 and "5 left" in finder.said[-1]
    with pytest.raises(AppError, match="matches another one"):
        key(finder, left(finder)[0])
    with pytest.raises(AppError, match="takes no such shape"):
        finder.do("hints.all")
    finder.do("history.undo")
    assert finder.counts()[0] == 0 and len(left(finder)) == COUNT


def test_a_label_that_is_gone_since_the_hints_came_is_the_one_in_use(finder: Finder) -> None:
    disc = next(one for one in held(opened(finder)).proposals if one.label == "disc")
    finder.session.commit("Labels", PutLabels((Label("square"),)))
    key(finder, disc.name)
    assert [shape.label for shape in finder.session.document.shapes(0)] == ["square"]


def test_what_a_person_has_moved_away_is_not_proposed_again_where_it_was(finder: Finder) -> None:
    finder.detect()
    shape = finder.session.document.shapes(0)[0]
    finder.session.commit("Move", PutShape(replace(shape, points=tuple((x / 3, y / 3) for x, y in shape.points))))
    nothing_is_left(finder)
