"""What the canvas is shown of thousands of shapes: the very same views as long as nothing of them is different."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine import scene_of as stage
from engine.document import Keyframe, Label, Shape, Track
from engine.edits import PutLabels, PutShape, PutTrack
from engine.outlines import shape_rings
from engine.scene_of import scene_of
from engine.tools.base import Prediction

BOX = ((10.0, 10.0), (60.0, 40.0))


@pytest.fixture
def crowded(bench):
    """Return a bench with many shapes, a track and many labels."""
    labels = tuple(Label(f"label {number}") for number in range(500))
    bench.session.commit("Labels", PutLabels((*bench.session.document.labels, *labels)))
    shapes = (PutShape(Shape(number, 0, "car", "rectangle", BOX)) for number in range(1, 200))
    track = PutTrack(Track(900, "car", "rectangle", keyframes=(Keyframe(0, BOX),)))
    bench.session.commit("Draw", *shapes, track)
    return bench


@pytest.mark.parametrize("keys", [(), ("shape.next",), ("shape.next", "edit.start"), ("draw.start polygon",)])
def test_moving_the_cursor_makes_no_view_anew(crowded, monkeypatch, keys):
    crowded.do(*keys)
    before = crowded.at(200, 150) and scene_of(crowded.session)
    made = []
    monkeypatch.setattr(stage, "ShapeView", lambda *args, **more: made.append(args))
    monkeypatch.setattr(stage, "label_color", lambda number: made.append(number))
    after = crowded.at(220, 160) and scene_of(crowded.session)
    assert after.shapes is before.shapes and after.cursor != before.cursor and not made
    assert len(after.shapes) == 200


def test_views_of_others_stay_when_one_is_selected_or_edited(crowded):
    before = scene_of(crowded.session).shapes
    crowded.do("shape.next")
    selected = scene_of(crowded.session).shapes
    assert [a is b for a, b in zip(before, selected, strict=True)] == [False] + [True] * 199
    assert selected[0].selected and selected[0].handles
    crowded.do("edit.start", "edit.vertex", "point.positive")
    crowded.at(5, 5)
    edited = scene_of(crowded.session).shapes
    assert edited[0].shape.points[0] == (5.0, 5.0) and edited[0].hot == 0 and edited[1] is before[1]


@pytest.mark.parametrize(
    "change",
    ["shape.hide", "shape.lock", "shape.delete", "shape.occluded", "label.choose 2", "shape.z 1", "frames.step 1"],
)  # fmt: skip
def test_what_is_different_is_seen(crowded, change):
    crowded.do("shape.next")
    before = scene_of(crowded.session).shapes
    crowded.do(change)
    after = scene_of(crowded.session).shapes
    assert after != before
    assert change != "shape.z 1" or after[-1].shape.id == 1


@pytest.mark.parametrize("polygons", [True, False])
@pytest.mark.parametrize(("slider", "smallest"), [(0, 0), (9, 0), (9, 26), (13, 50)])
def test_an_answer_is_drawn_as_what_n_makes(bench, polygons, slider, smallest):
    """Its holes, its parts, its corners."""
    bench.session.set(polygons=polygons, points=slider, smallest_hole=smallest)
    bench.do("tool.interact graphcut")
    bench.at(120, 100).do("point.positive")
    mask = np.zeros((100, 150), bool)
    mask[10:70, 10:90] = mask[80:95, 100:140] = True
    mask[20:25, 20:25] = mask[40:47, 30:37] = mask[90, 3] = False
    bench.session.gesture = replace(bench.session.gesture, answer=Prediction(mask, (30, 20)))
    drawn = scene_of(bench.session).preview.rings
    bench.do("tool.finish")
    made = [ring for shape in bench.session.shapes for ring in shape_rings(shape)]
    assert {frozenset(ring) for ring in drawn} == {frozenset(ring) for ring in made}


def test_a_long_label_at_a_shape_leaves_its_number_in_sight(bench):
    name = "a label of very many words, of which some are\x1b[31m superfluous"
    bench.session.commit("Draw", PutLabels((Label(name),)), PutShape(Shape(7, 0, name, "rectangle", BOX)))
    text = scene_of(bench.session).shapes[0].text
    assert text.startswith("a label of very") and text.endswith("… 7") and len(text) <= 24
