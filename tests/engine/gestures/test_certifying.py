"""Certifying by letters and by the mouse: sheets gone through, each answer kept, gone on with after a kill."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from msgspec.structs import replace

from engine.actions import frames, load_actions, perform
from engine.actions.mouse import press
from engine.document import Keyframe, Label, Shape, Track
from engine.edits import PutLabels, PutShape, PutTrack
from engine.errors import EditError, MediaError
from engine.gestures import Certifying, Idle, certifying
from engine.inline_jobs import Inline
from engine.jump import LETTERS
from engine.opening import Opened, open_session
from engine.options import Options
from engine.scene_of import scene_of
from engine.session import Session
from tests.engine.actions.conftest import Bench

BOX = ((90.0, 60.0), (150.0, 130.0))


def put(bench: Bench, count: int = 4) -> None:
    """Put tracks on all ten frames, and a mask-like polygon on one."""
    for number in range(1, count + 1):
        track = Track(number, "car", "rectangle", keyframes=(Keyframe(0, BOX), Keyframe(9, BOX)))
        bench.session.commit("track", PutTrack(track))
    bench.session.commit("shape", PutShape(Shape(99, 2, "person", "polygon", ((10, 10), (60, 10), (30, 70)))))


@pytest.fixture
def drawn(bench: Bench) -> Bench:
    """Return a session with a sample in hand."""
    put(bench)
    bench.do("review.certify 2%")
    return bench


def one(session: Session):
    return session.document.certificates[max(session.document.certificates)]


def test_sheets_are_gone_through_and_what_is_marked_is_wrong(drawn: Bench) -> None:
    session = drawn.session
    count, sheet = len(one(session).crops), certifying.sheet_of(session)
    assert isinstance(session.gesture, Certifying) and count == 39 and one(session).population == 41
    assert sheet.count == 15 and scene_of(session).hints[2].text == LETTERS[2].upper()
    drawn.do("certify.mark d", "certify.mark s", "certify.mark d", "certify.mark A")
    assert one(session).wrong == (0, 1)
    told = certifying.told(session.document, session.gesture, sheet)
    assert told[0] == "sheet 1 of 3, 0 of 39 looked at, 2 wrong"
    drawn.do("tool.finish", "certify.mark a")
    assert one(session).wrong == (0, 1, 15) and one(session).answered == 15
    assert certifying.told(session.document, session.gesture, sheet)[0].endswith("3 wrong: at most 40 % so far")
    drawn.do("tool.finish", "certify.back", "certify.mark a", "tool.finish")
    assert one(session).wrong == (0, 1) and one(session).answered == 30 and session.gesture.place == 30
    drawn.do("certify.mark m", "tool.finish")  # of nine crops none is called M
    assert session.gesture == Idle() and one(session).is_done
    assert one(session).statement.startswith("2 wrong of 39: at most ") and one(session).by and one(session).at
    assert drawn.said[-1].startswith("2 wrong of 39: at most")
    drawn.do("history.undo")
    assert not one(session).is_done and one(session).answered == 30


def test_what_was_left_is_gone_on_with_and_what_is_done_is_told(drawn: Bench) -> None:
    session = drawn.session
    drawn.do("tool.finish", "certify.mark f", "tool.cancel")
    assert session.gesture == Idle() and "15 of 39 looked at" in drawn.said[-1]
    drawn.do("review.certify 2%")
    assert session.gesture.place == 15 and one(session).wrong == (18,) and len(session.document.certificates) == 1
    drawn.do("tool.finish", "tool.finish", "review.certify 2%")
    assert "Certified: 1 wrong of 39" in drawn.said[-1] and len(session.document.certificates) == 1
    drawn.do("certify.again")
    assert len(session.document.certificates) == 2 and one(session).answered == 0
    drawn.do("tool.cancel", "review.certify 50% person manual")
    assert [number for number, _ in one(session).crops] == [99] and one(session).label == "person"
    drawn.do("tool.cancel", "review.open", "review.filter label car", "review.certify")
    assert one(session).label == "car" and one(session).population == 40


def test_what_was_changed_since_is_told_and_a_done_sample_is_drawn_anew(drawn: Bench) -> None:
    session = drawn.session
    drawn.do("tool.finish", "tool.cancel")
    session.commit("move", PutShape(Shape(99, 2, "person", "polygon", ((10, 10), (60, 10), (30, 90)))))
    drawn.do("review.certify 2%")
    assert "changed since" in drawn.said[-1] and one(session).id == 1
    drawn.do("tool.finish", "tool.finish")
    assert one(session).is_done
    drawn.do("review.certify 2%")
    assert one(session).id == 2, "the first one is no longer of what stands there"


def test_wrong_ones_are_gone_to(drawn: Bench) -> None:
    session = drawn.session
    drawn.do("certify.mark a", "certify.mark g", "tool.finish", "certify.wrong")
    crops = one(session).crops
    assert session.gesture == Idle()
    assert (session.selection.selected, session.frame) == crops[0] and "Wrong 1 of 2" in drawn.said[-1]
    drawn.do("certify.wrong")
    assert (session.selection.selected, session.frame) == crops[4]
    drawn.do("certify.wrong")
    assert (session.selection.selected, session.frame) == crops[0]


def test_a_click_marks_the_crop_under_the_mouse(drawn: Bench) -> None:
    session, sheet = drawn.session, certifying.sheet_of(drawn.session)
    for place in (5, 11):
        x, y, width, height = sheet.rect(place)
        press(session, x + width / 2, y + height / 2)
    assert one(session).wrong == (5, 11)
    press(session, 5000.0, 5000.0)
    assert one(session).wrong == (5, 11)


def test_the_sheet_is_shown_in_place_of_the_frame(drawn: Bench) -> None:
    session = drawn.session
    scene = scene_of(session)
    sheet = certifying.sheet_of(session)
    assert scene.picture is not None and scene.picture.pixels.shape == (400, 640, 3) and not scene.style.fill
    assert scene_of(session).picture is scene.picture, "nothing is composed anew where nothing is different"
    tiles = session.review.sheets.of(one(session), range(15), sheet.tile)
    for place, tile in enumerate(tiles):
        number, frame = one(session).crops[place]
        # the disc is where it is on that very frame, however the crop is placed
        disc = tile.viewport.to_view((120 + 5 * frame, 100))
        x, y = (min(max(round(at), 0), size - 1) for at, size in zip(disc, sheet.tile, strict=True))
        inside = all(0 <= at < size for at, size in zip(disc, sheet.tile, strict=True))
        assert not inside or tuple(tile.pixels[y, x]) == (220, 200, 60), (number, frame)
    names = {view.text for view in scene.shapes if view.text}
    assert names <= {"car", "person"} and "car" in names
    drawn.do("certify.mark a")
    marked = scene_of(session)
    assert marked.picture is scene.picture and any(view.text.startswith("WRONG") for view in marked.shapes)
    drawn.do("tool.cancel")
    assert scene_of(session).picture is session.media.picture


def test_a_view_of_another_size_has_other_sheets(drawn: Bench) -> None:
    session = drawn.session
    drawn.do("tool.finish")
    frames.with_view_size(session, (1200, 800), (10, 20))
    sheet = certifying.sheet_of(session)
    assert sheet.count > 15 and certifying.places(session.gesture, one(session), sheet).start == 0
    assert None not in session.review.sheets.of(one(session), range(sheet.count), sheet.tile)
    frames.with_view_size(session, (130, 110), (10, 20))
    assert certifying.sheet_of(session).count == 1 and scene_of(session).picture.pixels.shape == (110, 130, 3)


def test_a_crop_that_cannot_be_seen_counts_as_wrong(bench: Bench) -> None:
    put(bench, 1)
    session, pixels = bench.session, bench.session.media.frames.get

    def decode(index: int) -> np.ndarray:
        if index == 4:
            raise MediaError("no")
        return pixels(index)

    session.media.frames.decode = decode
    bench.do("review.certify 2%")
    place = one(session).crops.index((1, 4))
    assert any("frame 5 cannot be read" in view.text for view in scene_of(session).shapes)
    bench.do("tool.finish")
    assert one(session).wrong == (place,)


def test_what_cannot_be_drawn_or_kept_is_refused(bench: Bench) -> None:
    bench.do("review.certify")
    assert bench.said[-1].startswith("There is nothing to certify") and bench.session.gesture == Idle()
    put(bench)
    bench.session.read_only = True
    with pytest.raises(EditError, match="read-only"):
        bench.do("review.certify")


def test_undo_of_the_drawing_leaves_no_sheet(drawn: Bench) -> None:
    session = drawn.session
    drawn.do("history.undo")
    assert not session.document.certificates and scene_of(session).picture is session.media.picture
    drawn.do("certify.mark a", "certify.back", "tool.finish")
    assert session.gesture == Idle()


def opened(folder: Path) -> tuple[Opened, Inline]:
    found = open_session(Options((folder,)))
    jobs = Inline(found.session)
    frames.with_view_size(found.session, (640, 400), (10, 20))
    frames.show(found.session, 0)
    jobs.settle()
    return found, jobs


def test_answers_survive_a_kill_and_a_save(street: Path, tmp_path: Path) -> None:
    found, jobs = opened(street)
    session, actions = found.session, load_actions()
    session.commit("label", PutLabels((Label("car"),)))
    for number in range(1, 40):
        box = ((number * 10.0, 20.0), (number * 10.0 + 50, 90.0))
        session.commit("box", PutShape(Shape(number, number % 3, "car", "rectangle", box)))
    for command in (("review.certify", "2%"), ("certify.mark", "s"), ("tool.finish",), ("certify.mark", "a")):
        perform(actions, session, *command)
        jobs.settle()
    before = one(session)
    killed = tmp_path / "killed"
    shutil.copytree(street, killed)  # as a kill leaves it: all is in the journal, nothing in the file
    for path in killed.glob("*.lock"):
        path.unlink()
    found.close()
    for folder in (killed, street):
        again, jobs = opened(folder)
        kept = one(again.session)
        assert kept == before and kept.wrong == (1, 15) and kept.answered == 15
        perform(actions, again.session, "review.certify", "2%")
        jobs.settle()
        assert again.session.gesture == Certifying(before.id, 15)
        again.close()
    assert replace(kept, wrong=()) == replace(before, wrong=())


def test_in_a_review_crops_stand_where_its_strip_was_and_are_clicked_there(bench: Bench) -> None:
    put(bench)
    session = bench.session
    bench.do("view.resize 1000 800 10 20", "review.open", "review.certify 2%")
    assert isinstance(session.gesture, Certifying) and session.view.viewport.band
    sheet = certifying.sheet_of(session)
    x, y, width, height = sheet.rect(sheet.count - 1)
    assert y + height // 2 > session.view.viewport.usable[1]
    bench.do(f"mouse.press {x + width // 2} {y + height // 2}", f"mouse.release {x + width // 2} {y + height // 2}")
    assert one(session).wrong == (sheet.count - 1,)
