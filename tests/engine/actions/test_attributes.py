"""Attributes, tags, and labels that change: checked against what a label declares, each one undo step."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from engine.actions.attributes import edit_label, set_one, set_several, toggle_tag
from engine.declarations import parse, present, spelled
from engine.document import Attribute, Keyframe, Label, Shape, TableRow, Track
from engine.edits import PutLabels, PutShape, PutTable, PutTrack
from engine.errors import EditError

DECLARED = "color: select red|dark green; parked: checkbox = yes; speed: number 0..200 mutable; plate: text"
BOX = ((10.0, 10.0), (60.0, 40.0))


@pytest.fixture
def parked(bench):
    """Return a bench whose one car, selected, has a label with attributes."""
    session = bench.session
    session.commit("Labels", PutLabels((Label("car", attributes=parse(DECLARED)), Label("person"))))
    session.commit("Draw", PutShape(Shape(1, 0, "car", "rectangle", BOX)))
    session.selection.selected = 1
    return bench


def test_declarations_are_read_and_spelled_back():
    assert parse(DECLARED) == (
        Attribute("color", "select", ("red", "dark green")),
        Attribute("parked", "checkbox", default=True),
        Attribute("speed", "number", mutable=True, minimum=0.0, maximum=200.0),
        Attribute("plate", "text"),
    )
    assert parse(spelled(parse(DECLARED))) == parse(DECLARED)
    assert parse("a: number ..5\n\nb: number 1.. = 3") == (
        Attribute("a", "number", maximum=5.0), Attribute("b", "number", default=3.0, minimum=1.0)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("color", "color: select red|green|blue"),
        ("color: selct red|green", 'did you mean "select"?'),
        ("color: select", "nothing to choose from"),
        ("speed: number 5..1", "empty range"),
        ("speed: number fast", "0..200"),
        ("speed: number 0..x", "takes a number"),
        ("parked: checkbox red|green", "means nothing"),
        ("color: select red|green = blue", "red"),
        ("a: text; a: text", "Two attributes"),
    ],
)
def test_what_cannot_be_declared_is_said(text, says):
    with pytest.raises(EditError, match=r".") as caught:
        parse(text)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("color", "dark green", "dark green"), ("parked", "no", False), ("parked", True, True),
        ("speed", "80", 80.0), ("speed", 12.5, 12.5), ("plate", "AB 1", "AB 1"),
    ],
)  # fmt: skip
def test_a_value_that_fits_is_kept_in_its_type_and_undone(parked, name, value, kept):
    set_one(parked.session, name, value)
    found = parked.session.shape(1).attributes[name]
    assert found == kept and type(found) is type(kept)
    parked.do("history.undo")
    assert parked.session.shape(1).attributes == {}


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("color", "dark gren", 'did you mean "dark green"?'), ("parked", "maybe", "yes or no"),
        ("speed", "300", "from 0 to 200"), ("speed", "nan", "a number"), ("speed", "fast", "a number"),
        ("colour", "red", 'did you mean "color"?'),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused_and_nothing_is_set(parked, name, value, says):
    before = parked.session.document
    with pytest.raises(EditError, match=r".") as caught:
        set_several(parked.session, {"plate": "X", name: value})
    assert says in str(caught.value)
    assert parked.session.document == before


def test_what_a_shape_does_not_say_is_the_default(parked):
    values = {a.name: present(a, {}) for a in parse(DECLARED)}
    assert values == {"color": "", "parked": True, "speed": "", "plate": ""}
    assert present(Attribute("x", "checkbox"), {}) is False


def test_a_locked_object_keeps_its_attributes_and_no_object_is_told(parked):
    parked.do("shape.lock")
    set_one(parked.session, "plate", "X")
    parked.session.selection.selected = None
    set_one(parked.session, "plate", "X")
    assert parked.session.shape(1).attributes == {}
    assert "locked" in parked.said[-2] and "Select" in parked.said[-1]


def test_a_tag_is_put_on_a_frame_and_taken_off(parked):
    session = parked.session
    toggle_tag(session, "person")
    assert [tag.label for tag in session.document.tags[0]] == ["person"]
    toggle_tag(session, "car")
    toggle_tag(session, "person")
    assert [tag.label for tag in session.document.tags[0]] == ["car"]
    parked.do("history.undo", "history.undo", "history.undo")
    assert not session.document.tags
    with pytest.raises(EditError, match="car"):
        toggle_tag(session, "cat")


def test_all_that_bears_a_label_follows_its_new_name_in_one_step(parked):
    session = parked.session
    more = Shape(2, 5, "car", "rectangle", BOX), Shape(3, 5, "person", "points", BOX)
    session.commit("More", *(PutShape(shape) for shape in more))
    session.commit("Track", PutTrack(Track(4, "car", "rectangle", keyframes=(Keyframe(0, BOX),))))
    session.commit("Map", PutTable("yolo", (TableRow("automobile", "car", 0.3), TableRow("man", "person"))))
    toggle_tag(session, "car")
    session.label = "car"
    before = session.document
    edit_label(session, "car", name="vehicle", color="#102030", attributes="doors: number 1..9")
    document = session.document
    assert [(label.name, label.color) for label in document.labels] == [("vehicle", "#102030"), ("person", "")]
    assert [attribute.name for attribute in document.labels[0].attributes] == ["doors"]
    assert [shape.label for shape in document.all_shapes()] == ["vehicle", "vehicle", "person"]
    assert document.tracks[4].label == "vehicle" and document.tags[0][0].label == "vehicle"
    assert document.tables["yolo"] == (TableRow("automobile", "vehicle", 0.3), TableRow("man", "person"))
    assert session.label == "vehicle"
    parked.do("history.undo")
    assert session.document == replace(before, ids=session.document.ids)
    parked.do("history.redo")
    assert session.document == replace(document, ids=session.document.ids)


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"name": "person"}, "already"), ({"name": " "}, "empty"), ({"color": "red"}, "#ff8800"),
     ({"attributes": "x"}, "declares no")],
)  # fmt: skip
def test_a_label_that_cannot_be_is_refused(parked, changes, says):
    before = parked.session.document
    with pytest.raises(EditError, match=r".") as caught:
        edit_label(parked.session, "car", **changes)
    assert says in str(caught.value)
    assert parked.session.document == before


def test_changing_colour_and_attributes_leaves_shapes_alone(parked):
    set_one(parked.session, "plate", "X")
    shape = parked.session.shape(1)
    edit_label(parked.session, "car", color="#aabbcc", attributes="")
    assert parked.session.shape(1) is shape
    assert parked.session.document.labels[0] == Label("car", "#aabbcc")
