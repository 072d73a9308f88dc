"""Labels chosen and added: what becomes of the selected object's values, and of a label that is refused."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.actions.attributes import edit_label
from engine.declarations import carried, parse
from engine.document import Keyframe, Label, Shape, Tag, Track
from engine.edits import PutLabels, PutShape, PutTags, PutTrack
from engine.errors import EditError

BOX = ((10.0, 10.0), (60.0, 40.0))
CAR = "color: select red|green; parked: checkbox; speed: number 0..200; plate: text; side: radio left|right"
VALUES = {"color": "green", "parked": True, "speed": 80.0, "plate": "AB 1", "side": "left"}


@pytest.mark.parametrize(
    ("declared", "value", "kept"),
    [
        ("x: select red|green", "green", "green"), ("x: select red|blue", "green", None),
        ("x: radio red|green", "green", "green"), ("x: text", "green", "green"), ("x: number", "green", None),
        ("x: checkbox", "green", None), ("x: checkbox", "yes", None), ("y: text", "green", None),
        ("x: checkbox", True, True), ("x: checkbox", False, False), ("x: number", True, None),
        ("x: text", True, None), ("x: select yes|no", True, None),
        ("x: number 0..100", 80.0, 80.0), ("x: number 0..50", 80.0, None), ("x: number 90..", 80.0, None),
        ("x: number", 80, 80.0), ("x: text", 80.0, "80"), ("x: select 80|90", 80.0, "80"), ("x: checkbox", 1.0, None),
        ("x: number 0..100", "80", 80.0), ("x: text", "", ""), ("x: select red", "", None),
    ],
)  # fmt: skip
def test_a_value_is_carried_over_where_it_could_be_typed(declared, value, kept):
    found = carried({"x": value}, parse(declared))
    assert found == ({} if kept is None else {"x": kept})
    assert kept is None or type(found["x"]) is type(kept)


@pytest.fixture
def parked(bench):
    """Return a bench whose one car, selected, has a value of every kind; `truck` takes some of them, `person` none."""
    session = bench.session
    truck = Label(
        "truck", attributes=parse("color: radio green|blue; speed: number 0..50; plate: text; parked: checkbox")
    )
    labels = (Label("car", attributes=parse(CAR)), truck, Label("person"), Label("spot", types=("points",)))
    session.commit("Labels", PutLabels(labels))
    session.commit("Draw", PutShape(Shape(1, 0, "car", "rectangle", BOX, attributes=VALUES)))
    session.selection.selected = 1
    return bench


KEPT = {"color": "green", "parked": True, "plate": "AB 1"}


@pytest.mark.parametrize("command", ["label.choose 2", "label.use truck"])
def test_what_the_other_label_knows_too_survives_and_the_rest_is_said(parked, command):
    parked.do(command)
    shape = parked.session.shapes[0]
    assert (shape.label, shape.attributes, parked.session.label) == ("truck", KEPT, "truck")
    assert "speed, side" in parked.said[-1]
    parked.do("history.undo")
    assert parked.session.shapes[0].label == "car" and parked.session.shapes[0].attributes == VALUES
    parked.do("history.redo")
    assert parked.session.shapes[0].attributes == KEPT


def test_nothing_is_said_where_nothing_is_lost(parked):
    parked.session.commit("Set", PutShape(replace(parked.session.shapes[0], attributes=KEPT)))
    said = len(parked.said)
    parked.do("label.choose 2", "label.choose 1")
    assert parked.session.shapes[0].attributes == KEPT and len(parked.said) == said


@pytest.mark.parametrize("take", ["edit.start", "brush.start", "prompt.refine graphcut", "tool.redraw"])
def test_an_object_in_hand_keeps_its_values_under_another_label(parked, take):
    parked.do(take, "label.choose 2")
    parked.at(20, 20).do("point.positive")
    parked.at(30, 30).do("point.positive", "tool.finish")
    shape = next(shape for shape in parked.session.shapes if shape.id == 1)
    assert (shape.label, shape.attributes) == ("truck", KEPT)


def test_a_new_label_is_chosen_by_adding_it_in_one_step(parked):
    before = parked.session.document
    parked.do("label.add bus,tram")
    shape = parked.session.shapes[0]
    assert (shape.label, parked.session.label, shape.attributes) == ("bus", "bus", {})
    assert [label.name for label in parked.session.document.labels][-2:] == ["bus", "tram"]
    assert "color" in parked.said[-1]
    parked.do("history.undo")
    assert parked.session.document == before and parked.session.label == "car"


@pytest.mark.parametrize("how", ["lock", "deselect"])
def test_adding_a_label_leaves_alone_what_is_locked_or_not_selected(parked, how):
    parked.do("shape.lock" if how == "lock" else "tool.cancel", "label.add bus")
    assert parked.session.shapes[0].label == "car" and parked.session.label == "bus"


@pytest.mark.parametrize("name", ["x" * 129, "a,b,\udcff", "", "car, person", " , "])
def test_a_refused_new_label_is_kept_nowhere(parked, name):
    before = parked.session.document
    with pytest.raises(EditError):
        parked.actions["label.add"].run(parked.session, name)
    assert parked.session.document == before and parked.session.label == "car"


@pytest.mark.parametrize("command", ["label.choose 4", "label.use spot"])
def test_a_label_that_the_selection_may_not_bear_is_not_kept(parked, command):
    before = parked.session.document
    with pytest.raises(EditError, match="does not allow a rectangle"):
        parked.do(command)
    assert parked.session.document == before and parked.session.label == "car"


def test_a_refused_change_of_a_label_leaves_what_was_copied(parked):
    parked.do("shape.copy")
    with pytest.raises(EditError):
        edit_label(parked.session, "car", name="x" * 129)
    parked.do("shape.paste")
    assert [shape.label for shape in parked.session.shapes] == ["car", "car"]


def test_a_label_of_another_name_keeps_the_values_of_shapes_tracks_and_tags(parked):
    session = parked.session
    keyframe = Keyframe(0, BOX, attributes={"speed": 12.0})
    session.commit("Track", PutTrack(Track(7, "car", "rectangle", attributes=VALUES, keyframes=(keyframe,))))
    session.commit("Tag", PutTags(2, (Tag(2, "car", attributes={"plate": "X"}),)))
    edit_label(session, "car", name="van")
    track = session.document.tracks[7]
    assert (track.label, track.attributes, track.keyframes) == ("van", VALUES, (keyframe,))
    assert session.document.tags[2] == (Tag(2, "van", attributes={"plate": "X"}),)
    assert session.shapes[0].attributes == VALUES
