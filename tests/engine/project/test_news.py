"""Taking over what others have changed: their news come in, what both have changed stays one's own, no id clashes."""

from __future__ import annotations

import pytest
from immutables import Map

from engine.document import Document, Keyframe, Label, MediaInfo, Shape, Tag, Track
from engine.edits import DropShape, DropTrack, Edit, PutLabels, PutShape, PutTags, PutTrack, apply_all
from engine.project.news import news


def shape(number: int, x: float = 1.0, frame: int = 0) -> PutShape:
    return PutShape(Shape(number, frame, "car", "points", ((x, 2.0),)))


def track(number: int, x: float = 1.0) -> PutTrack:
    return PutTrack(Track(number, "car", "points", keyframes=(Keyframe(0, ((x, 2.0),)),)))


def tags(*names: str) -> PutTags:
    return PutTags(0, tuple(Tag(0, name) for name in names))


LABELS = PutLabels((Label("car"), Label("bus"), Label("new")))
BASE, _ = apply_all(
    Document(MediaInfo("c", "video", 10, 8, 6), (Label("car"), Label("bus"))),
    [shape(1), shape(2), track(3), tags("car")],
)


@pytest.mark.parametrize(("theirs", "mine", "merged", "conflicts"), [
    ([], [shape(4)], [shape(4)], 0),
    ([shape(4)], [], [shape(4)], 0),
    ([shape(1, 5.0)], [], [shape(1, 5.0)], 0),
    ([shape(1, 5.0)], [shape(1, 6.0)], [shape(1, 6.0)], 1),
    ([shape(1, 5.0)], [shape(1, 5.0)], [shape(1, 5.0)], 0),
    ([DropShape(0, 1)], [], [DropShape(0, 1)], 0),
    ([DropShape(0, 1)], [shape(1, 6.0)], [shape(1, 6.0)], 1),
    ([shape(1, 5.0)], [DropShape(0, 1)], [DropShape(0, 1)], 1),
    ([DropShape(0, 1)], [DropShape(0, 1)], [DropShape(0, 1)], 0),
    ([shape(4)], [shape(4, 9.0)], [shape(4, 9.0), shape(5)], 0),  # two new ones of one number
    ([shape(4)], [shape(4, frame=1)], [shape(4, frame=1), shape(5)], 0),
    ([shape(4)], [track(4)], [track(4), shape(5)], 0),
    ([DropShape(0, 1), shape(1, frame=3)], [], [DropShape(0, 1), shape(1, frame=3)], 0),  # moved to another frame
    ([track(3, 5.0)], [], [track(3, 5.0)], 0),
    ([track(3, 5.0)], [track(3, 6.0)], [track(3, 6.0)], 1),
    ([DropTrack(3)], [], [DropTrack(3)], 0),
    ([track(4)], [track(4, 9.0)], [track(4, 9.0), track(5)], 0),
    ([tags("car", "bus")], [], [tags("car", "bus")], 0),
    ([tags()], [], [tags()], 0),
    ([tags("bus")], [tags("car", "car")], [tags("car", "car", "bus")], 0),
    ([LABELS], [shape(4)], [LABELS, shape(4)], 0),
])  # fmt: skip
def test_news(theirs: list[Edit], mine: list[Edit], merged: list[Edit], conflicts: int) -> None:
    here = apply_all(BASE, mine)[0]
    edits, found = news(BASE, apply_all(BASE, theirs)[0], here)
    after = apply_all(here, edits)[0]
    expected = apply_all(BASE, merged)[0]
    assert found == conflicts and after.labels == expected.labels and after.tracks == expected.tracks
    assert after.frames == expected.frames and after.tags == expected.tags


def test_without_knowing_what_it_was_before_nothing_is_dropped() -> None:
    nothing = Document(MediaInfo(""))
    mine, _ = apply_all(Document(BASE.media, BASE.labels), [shape(1, 7.0), shape(2)])
    edits, conflicts = news(nothing, BASE, mine)
    after, _ = apply_all(mine, edits)
    assert [(one.id, one.points[0][0]) for one in after.all_shapes()] == [(1, 7.0), (2, 1.0), (4, 1.0)]
    assert after.tracks == BASE.tracks and not conflicts and after.tags == Map({0: (Tag(0, "car"),)})
