"""Labels, attributes and tags at the real program, by keys."""

from __future__ import annotations

import pytest

from tests.terminal.conftest import Launch, saved

YAML = "annotations.termwand.yaml"


@pytest.mark.parametrize(
    ("keymap", "edit", "set_them"), [("cvat", "Y", "A"), ("keyboard", "`", "$"), ("left-hand", "h", "y")]
)
def test_a_label_gets_attributes_and_an_object_their_values(launch: Launch, street, keymap, edit, set_them):
    jump, box = {"cvat": "wb", "keyboard": "fb", "left-hand": "gr"}[keymap]
    app = launch(street, options=("--labels", "car,person", "--keymap", keymap)).sees("1/6")
    app.press(edit).sees("Edit which label?").press("enter").sees("Colour")
    for _ in range(2):
        app.press("tab").pty.settle()  # Textual moves the focus a moment after the key
    app.press("color: select red|blue; parked: checkbox; speed: number 0..200", "enter").gone("Colour")
    app.press(box, jump, "as", "enter", jump, "df", "enter").sees("car 1 rect")
    app.press(set_them).sees("‹ – ›").press("right", "right").sees("‹ blue ›").press("down", "space").sees("[x]")
    app.press("down", "900", "enter").sees("from 0 to 200")
    app.press("backspace", "backspace", "5", "enter").gone("Esc none")
    app.sees("color: blue, parked: yes, speed: 95")
    app.press(set_them).sees("tag person").press("up", "space", "enter").sees("#person")
    app.press(edit).sees("Edit which label?").press("enter").sees("Colour")
    app.press("cars", "enter").gone("Colour").sees("cars 1 rect")
    app.leave("Z" if keymap == "keyboard" else "ctrl+q")
    document, _ = saved(street / YAML)
    shape = document.shapes(0)[0]
    assert (shape.label, shape.attributes) == ("cars", {"color": "blue", "parked": True, "speed": 95.0})
    assert [tag.label for tag in document.tags[0]] == ["person"]
    assert [(label.name, len(label.attributes)) for label in document.labels] == [("cars", 3), ("person", 0)]
