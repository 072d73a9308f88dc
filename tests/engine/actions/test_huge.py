"""Shapes beyond all measure, as a file may hold them: drawn, picked, edited and saved again within the frame's bounds.

A mask of 1,000,000 x 1,000,000 pixels cannot be unpacked in any memory, so every sight of one would end a test.
"""

from __future__ import annotations

import numpy as np
import pytest

from engine.document import PromptRecord, Rle, Shape
from engine.edits import PutShape
from engine.errors import EditError
from engine.frame_bounds import is_foreign
from engine.masks import mask_area, rle_of
from engine.render import Renderer
from engine.scene_of import scene_of
from engine.store import decode, encode

SIDE, FAR = 1_000_000, 9.9e6


def mask(*runs, size=(SIDE, SIDE)):
    return Shape(1, 0, "car", "mask", mask=rle_of(np.array(runs), size))


FOREIGN = {
    "empty": mask(SIDE**2),
    "two far pixels": mask(5, 1, SIDE**2 - 7, 1),
    "full": mask(0, SIDE**2),
    "a frame turned": mask(100, 50, 64_000 - 150, size=(320, 200)),
    "one pixel": mask(0, 1, size=(1, 1)),
}
CIRCLE = [(160 + 90 * np.cos(t), 100 + 90 * np.sin(t)) for t in np.linspace(0, 2 * np.pi, 30_000, endpoint=False)]
STRIPES = tuple((0.0075 * n, 0.0 if n % 2 else 200.0) for n in range(40_000))
WIDE = {
    "polygon": Shape(1, 0, "car", "polygon", ((-FAR, -FAR), (FAR, -FAR), (FAR, FAR), (-FAR, FAR), (100.0, 100.0))),
    "rectangle": Shape(1, 0, "car", "rectangle", ((-FAR, -FAR), (FAR, FAR)), occluded=True),
    "turned": Shape(1, 0, "car", "rectangle", ((-FAR, 90.0), (FAR, 110.0)), rotation=45.0),
    "ellipse": Shape(1, 0, "car", "ellipse", ((0.0, 0.0), (FAR, FAR))),
    "polyline": Shape(1, 0, "car", "polyline", ((-FAR, 100.0), (FAR, 100.0)), occluded=True),
    "elsewhere": Shape(1, 0, "car", "polygon", ((FAR, FAR), (FAR - 1, FAR), (FAR, FAR - 1))),
    "many points": Shape(1, 0, "car", "points", tuple(CIRCLE)),
    "many corners": Shape(1, 0, "car", "polygon", tuple(CIRCLE)),
    "many crossings": Shape(1, 0, "car", "polygon", STRIPES),
    "many in a line": Shape(1, 0, "car", "polyline", STRIPES),
}
RECT = (0, 0, 640, 400)


@pytest.fixture
def holding(bench):
    """Return what puts a shape, as it is read from a file, beside a box on the bench."""

    def put(shape):
        box = Shape(2, 0, "car", "rectangle", ((10.0, 10.0), (60.0, 40.0)), group=9)
        bench.session.commit("Draw", PutShape(shape), PutShape(box))
        bench.session.document = decode(encode(bench.session.document))
        bench.session.selection.selected = 1
        return bench

    return put


def drawn(bench):
    """Draw all that is shown, and what differs after a move of the cursor; return how much of the view is covered."""
    renderer = Renderer()
    before = scene_of(bench.session)
    bench.at(100, 100)
    assert not renderer.dirty(before, scene_of(bench.session))
    return np.count_nonzero(renderer.paint_overlay(before, RECT)[..., 3])


@pytest.mark.parametrize("shape", FOREIGN.values(), ids=FOREIGN)
def test_a_mask_of_another_size_is_kept_and_never_unpacked(holding, shape):
    bench = holding(shape)
    session = bench.session
    assert is_foreign(shape, (320, 200)) and [view.shape.id for view in scene_of(session).shapes] == [2]
    drawn(bench)
    before = session.document
    for place in ((0, 0), (5, 5), (100, 100), (320, 200)):
        bench.at(*place).do("point.positive", "tool.cancel")
        session.selection.selected = 1
    bench.do("shape.next", "shape.next", "shape.copy", "shape.paste")
    assert "has no place" in bench.said[-1]
    for command in ("edit.start", "shape.join", "tool.redraw", "prompt.refine graphcut"):
        bench.do(command)
        assert "the frame 320 x 200" in bench.said[-1] and session.gesture.mode == "main"
    bench.do("brush.start")
    assert session.gesture.replaces is None
    bench.do("tool.cancel")
    assert session.document is before and encode(decode(encode(before))) == encode(before)
    session.selection.selected = 1
    bench.do("shape.occluded", "label.choose 2", "shape.z 1", "shape.lock", "shape.lock", "shape.delete")
    assert [shape.id for shape in session.shapes] == [2]
    bench.do(*["history.undo"] * 4)
    assert session.shapes[0] == shape


def test_neighbours_of_a_mask_of_another_size_are_joined_and_snapped_without_it(holding):
    bench = holding(Shape(1, 0, "car", "mask", mask=FOREIGN["full"].mask, group=9))
    session = bench.session
    session.commit("Draw", PutShape(Shape(3, 0, "car", "rectangle", ((100.0, 10.0), (160.0, 40.0)), group=9)))
    session.selection.selected = 2
    bench.do("edit.start", "edit.vertex")
    bench.at(99, 10).at(10, 10).do("edit.snap", "tool.finish", "shape.join")
    assert [shape.id for shape in session.shapes] == [1, 2] and mask_area(session.shapes[1].mask) == 50 * 30 + 60 * 30


def test_a_mask_of_another_size_with_a_prompt_is_not_taken_in_hand_again(holding):
    record = PromptRecord("graphcut", ((10.0, 10.0, True),))
    bench = holding(Shape(1, 0, "car", "mask", mask=Rle((SIDE, SIDE), FOREIGN["empty"].mask.counts), prompt=record))
    bench.do("tool.redraw")
    assert bench.session.gesture.mode == "main"


@pytest.mark.parametrize("shape", WIDE.values(), ids=WIDE)
def test_a_shape_beyond_the_frame_is_drawn_where_it_is_seen(holding, shape):
    bench = holding(shape)
    assert drawn(bench) > 0
    bench.do("view.zoom in", "view.zoom in", "edit.start")
    assert drawn(bench) > 0


@pytest.mark.parametrize("shape", WIDE.values(), ids=WIDE)
def test_a_shape_beyond_the_frame_is_picked_edited_and_copied(holding, shape):
    bench = holding(shape)
    session = bench.session
    for place in ((100, 100), (250, 100), (0, 0)):
        session.selection.selected = None
        bench.at(*place).do("point.positive")
    bench.do("tool.cancel", "shape.next", "shape.copy", "shape.paste", "shape.next", "shape.propagate 2")
    session.selection.selected = 1
    bench.do("edit.start", "edit.grab")
    bench.at(101, 101).do("edit.grab", "edit.vertex", "edit.vertex -1", "point.positive")
    bench.at(120, 90).do("point.positive", "edit.insert", "edit.snap", "edit.rotate 5", "tool.finish")
    session.selection.selected = 2
    bench.do("edit.start", "edit.vertex", "edit.snap", "tool.finish")
    session.selection.selected = 1
    bench.do("brush.start")
    bench.at(50, 50).do("point.positive", "point.positive", "tool.finish")
    assert session.document.shapes(0) and encode(decode(encode(session.document))) == encode(session.document)


@pytest.mark.parametrize(
    ("name", "pixels"), [("rectangle", 64_000), ("ellipse", 64_000), ("elsewhere", 0), ("turned", 0)]
)
def test_its_pixels_are_those_in_the_frame(holding, name, pixels):
    bench = holding(WIDE[name])
    session = bench.session
    session.commit("Group", PutShape(Shape(2, 0, "car", "rectangle", ((0.0, 0.0), (1.0, 1.0)), group=9)))
    session.commit("Group", PutShape(type(WIDE[name])(**{**_fields(WIDE[name]), "group": 9})))
    bench.do("shape.join")
    found = mask_area(session.shapes[0].mask)
    assert found == max(pixels, 1) or (name == "turned" and 1 < found < 64_000)


def _fields(shape):
    return {name: getattr(shape, name) for name in shape.__struct_fields__}


def test_a_move_beyond_all_coordinates_is_refused_and_stays_in_hand(holding):
    bench = holding(Shape(1, 0, "car", "polygon", ((-1e7, -1e7), (1e7, -1e7), (1e7, 1e7))))
    before = bench.session.document
    bench.do("edit.start", "edit.grab")
    bench.at(101, 101)
    with pytest.raises(EditError, match="coordinate"):
        bench.do("edit.grab")
    assert bench.session.document is before and bench.session.gesture.grabbed
    bench.do("tool.cancel")
    assert bench.session.gesture.shape == bench.session.shapes[0]
