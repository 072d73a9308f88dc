"""What is said of shapes and of pictures: it counts until they change, and lives through the file and a renumbering."""

from __future__ import annotations

from pathlib import Path

from immutables import Map
from msgspec.structs import replace

from engine.detected.touched import touched
from engine.document import Document, Label, MediaInfo, Picture, Shape
from engine.edits import Arrange, PutShape, apply, apply_all
from engine.pictures import completed
from engine.pictures.numbering import used_frames
from engine.review.stills import judging, state_of_picture, state_on, unsaying
from engine.store import load, save

BOX = ((1.0, 1.0), (5.0, 4.0))


def document() -> Document:
    one = Shape(1, 0, "car", "rectangle", BOX, source="auto", model="m", score=0.4)
    pictures = Map({0: Picture(0, "a.jpg"), 1: Picture(1, "b.jpg", 9, 9)})
    media = MediaInfo("photos", "folder", 3)
    shapes = Map({0: (one, replace(one, id=2, source="manual", model="", score=None))})
    return Document(media, (Label("car"),), shapes, pictures=pictures, next_id=3)


def flagged() -> Document:
    edits = judging(
        document(), 0, (1,), "flagged", reason="margin", comment="a bus?", by="me", at="2026-01-01T00:00:00"
    )
    return apply_all(document(), touched(document(), tuple(edits)))[0]


def test_an_accepted_shape_is_verified_and_a_pair_only_when_both_are() -> None:
    done, back = apply_all(document(), judging(document(), 0, (1,), "accepted", by="me"))
    shape = done.shape(0, 1)
    assert shape is not None and shape.verified and shape.source == "auto" and shape.review is not None
    assert (state_on(done, 0, (1,)), state_on(done, 0, (1, 2))) == ("accepted", "unseen")
    assert apply_all(done, back)[0].frames == document().frames
    undone, _ = apply_all(done, unsaying(done, 0, (1,)))
    assert undone.frames == document().frames


def test_a_flag_stands_until_the_shape_is_changed() -> None:
    done = flagged()
    shape = done.shape(0, 1)
    assert shape is not None and not shape.verified and shape.source == "auto" and state_on(done, 0, (1,)) == "flagged"
    moved = replace(shape, points=((2.0, 1.0), (6.0, 4.0)))
    after, _ = apply_all(done, touched(done, [PutShape(moved)]))
    new = after.shape(0, 1)
    assert new is not None and new.source == "semi-auto" and state_on(after, 0, (1,)) == "unseen"


def test_a_picture_without_objects_is_judged_as_a_whole() -> None:
    edits = [*judging(document(), 1, (1,), "accepted", by="me")]
    done, _ = apply_all(document(), edits)
    assert state_of_picture(done, 1) == "accepted" and used_frames(done) == {0, 1}
    renumbered, _ = apply(done, Arrange(done.media, ((1, 1, 1),)))
    assert state_of_picture(renumbered, 2) == "accepted"
    known = completed(done, lambda frame, look=False: Picture(frame, "ab"[frame] + ".jpg", 9, 9, 7, "x"))
    assert known.pictures[1].digest == "x" and state_of_picture(known, 1) == "accepted"
    (edit,) = judging(document(), 2, (1,), "accepted", picture=Picture(2, "c.jpg"))
    assert state_of_picture(apply(document(), edit)[0], 2) == "accepted"
    assert [*judging(document(), 2, (1,), "accepted")] == []


def test_what_was_said_is_in_the_file(tmp_path: Path) -> None:
    done, _ = apply_all(flagged(), judging(flagged(), 1, (1,), "accepted", by="me"))
    save(tmp_path / "a.termwand.yaml", done)
    found = load(tmp_path / "a.termwand.yaml")
    assert found is not None and (found.frames, found.pictures) == (done.frames, done.pictures)
    shape = found.shape(0, 1)
    assert shape is not None and shape.review is not None and shape.review.comment == "a bus?"
