"""Objects that cover each other."""

from __future__ import annotations

import pytest
from immutables import Map

from engine.document import Document, Label, MediaInfo, Shape
from engine.review.base import findings, kinds
from engine.review.duplicates import SPEC, find


def box(number: int, frame: int, x: float, side: float = 100.0, label: str = "car") -> Shape:
    return Shape(number, frame, label, "rectangle", ((x, 0.0), (x + side, side)))


def found(*shapes: Shape) -> list[tuple[int, tuple[int, ...]]]:
    frames: dict[int, tuple[Shape, ...]] = {}
    for shape in shapes:
        frames[shape.frame] = (*frames.get(shape.frame, ()), shape)
    document = Document(MediaInfo("c.mp4", "video", 9), (Label("car"), Label("bus")), Map(frames))
    return [(finding.worst, finding.ids) for finding in find(document, SPEC.threshold)]


@pytest.mark.parametrize(
    ("shapes", "pairs"),
    [
        ((box(1, 0, 0), box(2, 0, 10)), [(0, (2, 1))]),
        ((box(1, 0, 0), box(2, 0, 12)), []),
        ((box(1, 0, 0), box(2, 1, 0)), []),
        ((box(1, 0, 0), box(2, 0, 0, label="bus")), []),
        ((box(5, 3, 300), box(4, 3, 0), box(9, 3, 2), box(7, 3, 301)), [(3, (9, 4)), (3, (7, 5))]),
    ],
)
def test_two_of_a_label_on_a_frame(shapes: tuple[Shape, ...], pairs: list[tuple[int, tuple[int, ...]]]) -> None:
    assert found(*shapes) == pairs


def test_what_has_no_box_covers_nothing() -> None:
    frames = Map({0: (Shape(1, 0, "car", "polygon"), Shape(2, 0, "car", "polygon"))})
    document = Document(MediaInfo("c.mp4", "video", 9), (Label("car"),), frames)
    assert list(findings(document)) == [] and "duplicates" in kinds()
