"""Kinds of trouble in stills: each finds its own fault, also after edits as if all were looked at anew."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from immutables import Map
from msgspec.structs import replace

from engine.document import Document, Label, MediaInfo, Picture, Shape, TableRow, Tag
from engine.edits import DropShape, PutShape, PutTable, PutTags, apply, apply_all
from engine.review.base import kinds
from engine.review.queue import Reviewer
from engine.review.stills import judging

PICTURES, EACH = 30, 4
Change = Callable[[Shape], Shape | None]


def folder(change: Change = lambda shape: shape, **more: object) -> Document:
    """Return pictures with cars and persons of usual sizes and sure scores, but for what is changed."""
    chance, frames = random.Random(4), dict[int, tuple[Shape, ...]]()
    for frame in range(PICTURES):
        shapes = [_shape(chance, frame, place) for place in range(EACH)]
        if here := tuple(new for shape in shapes if (new := change(shape)) is not None):
            frames[frame] = here
    media = MediaInfo("photos", "folder", PICTURES)
    labels = (Label("car"), Label("person"))
    return replace(Document(media, labels, Map(frames), next_id=999), **more)


def _shape(chance: random.Random, frame: int, place: int) -> Shape:
    size, at = 40 * chance.uniform(0.8, 1.25), 100.0 * place
    label, high = ("car", 1.0) if place % 2 else ("person", 2.5)
    score, number = round(chance.uniform(0.7, 0.99), 3), EACH * frame + place + 1
    points = ((at, 10.0), (round(at + size, 2), round(10.0 + size * high, 2)))
    return Shape(number, frame, label, "rectangle", points, source="auto", model="hog", score=score)


def scored(numbers: range, score: float) -> Change:
    return lambda shape: replace(shape, score=score) if shape.id in numbers else shape


def stretched(number: int, wide: float, high: float) -> Change:
    def change(shape: Shape) -> Shape:
        (x1, y1), (x2, y2) = shape.points
        points = ((x1, y1), (x1 + wide * (x2 - x1), y1 + high * (y2 - y1)))
        return replace(shape, points=points) if shape.id == number else shape

    return change


def without(*frames: int) -> Change:
    return lambda shape: None if shape.frame in frames else shape


def found(document: Document, kind: str) -> list[tuple[int, ...]]:
    spec = kinds()[kind].SPEC
    return [finding.ids for finding in kinds()[kind].find(document, spec.threshold)]


def test_nothing_is_wrong_with_pictures_that_are_right() -> None:
    assert Reviewer().entries(folder()) == ()


@pytest.mark.parametrize(
    ("kind", "change", "ids"),
    [
        ("margin", scored(range(7, 9), 0.3), [(7,), (8,)]),  # the detector takes 0.25
        ("sizes", stretched(9, 4, 4), [(9,)]),
        ("sizes", stretched(9, 0.3, 0.3), [(9,)]),
        ("sizes", stretched(10, 0.4, 2.5), [(10,)]),
        ("bare", without(12), [(45,)]),
        ("bare", without(0), [(5,)]),
        ("bare", without(27, 28, 29), []),
    ],
)
def test_a_kind_finds_its_fault(kind: str, change: Change, ids: list[tuple[int, ...]]) -> None:
    assert found(folder(change), kind) == ids


def test_the_label_table_says_from_which_score_on_is_taken() -> None:
    table = Map({"hog": (TableRow("person", "person", 0.6), TableRow("x", "car"))})
    low = folder(lambda shape: replace(shape, score=0.65 if shape.id in (5, 6) else 0.95), tables=table)
    assert found(low, "margin") == [(5,)] and found(replace(low, tables=Map()), "margin") == []


def test_a_lower_score_than_the_detectors_own_is_the_lowest_that_is_taken() -> None:
    assert found(folder(scored(range(5, 6), 0.4)), "margin") == [(5,)]
    assert found(
        folder(lambda shape: scored(range(7, 8), 0.02)(scored(range(5, 6), 0.4)(shape) or shape)), "margin"
    ) == [(7,)]


def test_sizes_are_compared_as_parts_of_the_pictures() -> None:
    def change(shape: Shape) -> Shape:
        return stretched(shape.id, 8, 8)(shape) if shape.frame == 3 else shape

    lines = {frame: Picture(frame, f"{frame}.jpg", 800, 600) for frame in range(PICTURES)}
    lines[3] = replace(lines[3], width=6400, height=4800)
    assert len(found(folder(change), "sizes")) == EACH
    assert found(folder(change, pictures=Map(lines)), "sizes") == []


def test_a_picture_with_a_tag_or_in_a_video_is_not_bare() -> None:
    assert found(folder(without(12), tags=Map({12: (Tag(12, "car"),)})), "bare") == []
    assert found(folder(without(12), media=MediaInfo("c.mp4", "video", PICTURES)), "bare") == []


def test_what_is_settled_is_silent_and_what_is_flagged_says_so() -> None:
    both = folder(lambda shape: stretched(9, 4, 4)(scored(range(7, 8), 0.3)(shape)))  # type: ignore[arg-type]
    reviewer = Reviewer()
    assert {entry.ids for entry in reviewer.entries(both)} == {(7,), (9,)}
    accepted, _ = apply_all(both, judging(both, 1, (7,), "accepted"))
    assert [entry.ids for entry in reviewer.entries(accepted)] == [(9,)]
    assert accepted.shape(2, 9) is not None
    done, _ = apply_all(accepted, judging(accepted, 2, (9,), "flagged", comment="a bus"))
    assert [(entry.ids, entry.state, entry.label) for entry in reviewer.entries(done)] == [((9,), "flagged", "person")]


def test_a_pair_is_silent_when_both_are_settled_and_an_empty_picture_when_it_is_accepted() -> None:
    double = folder(lambda shape: replace(shape, points=((0.0, 10.0), (40.0, 110.0))) if shape.id in (5, 7) else shape)
    (entry,) = Reviewer().entries(double)
    assert (entry.ids, entry.kinds) == ((7, 5), ("duplicates",))
    one, _ = apply_all(double, judging(double, 1, (7,), "accepted"))
    assert len(Reviewer().entries(one)) == 1
    assert Reviewer().entries(apply_all(one, judging(one, 1, (5,), "accepted"))[0]) == ()
    reviewer, bare = Reviewer(), folder(without(12))
    (entry,) = reviewer.entries(bare)
    assert (entry.worst, entry.label, entry.state) == (12, "", "unseen") and {"bare", "empty"} == {*entry.kinds}
    line = Picture(12, "12.jpg")
    flagged, _ = apply_all(bare, judging(bare, 12, entry.ids, "flagged", picture=line))
    assert [one.state for one in reviewer.entries(flagged)] == ["flagged"]
    assert reviewer.entries(apply_all(bare, judging(bare, 12, entry.ids, "accepted", picture=line))[0]) == ()


@pytest.mark.parametrize("seed", range(6))
def test_after_edits_the_queue_is_what_a_fresh_one_is(seed: int) -> None:
    chance, reviewer = random.Random(seed), Reviewer()
    document = folder(lambda shape: scored(range(5, 20), 0.3)(without(11, 17)(shape) or shape))
    for _ in range(12):
        shapes = [*document.all_shapes()]
        one, other = chance.sample(shapes, 2)
        edit = chance.choice([
            PutShape(replace(one, points=other.points)),
            PutShape(replace(one, score=0.28)),
            PutShape(replace(one, label=other.label)),
            DropShape(one.frame, one.id),
            PutTable("hog", (TableRow("person", one.label, 0.6),)),
            PutTags(chance.randrange(PICTURES), ()),
            *judging(document, one.frame, (one.id,), chance.choice(["accepted", "flagged"])),
        ])  # fmt: skip
        document, back = apply(document, edit)
        assert reviewer.entries(document) == Reviewer().entries(document)
        if chance.random() < 0.3:
            document, _ = apply(document, back)
            assert reviewer.entries(document) == Reviewer().entries(document)
