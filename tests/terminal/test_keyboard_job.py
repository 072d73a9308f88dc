"""A whole job without a mouse, in each keymap: from an empty folder to the file, the keys of each object counted."""

from __future__ import annotations

import math

import pytest

from engine.document import Shape
from engine.masks import mask_area
from engine.shapes_from import rle_of_shape
from tests.terminal.by_keys import Hands
from tests.terminal.conftest import Launch, saved

YAML = "annotations.termwand.yaml"
PERSON = (308, 349, 352, 479)
WIDER = (300, 349, 352, 479)
"""With the first vertex where it is moved to."""
SUN = (960.0, 110.0, 35.0)
CAR = (285, 530)
MOST = {"rectangle": 13, "scissors": 22, "points": 10}
"""Keys for an object, tool and label included; README states these numbers."""


def overlap(shape: Shape, box: tuple[float, float, float, float]) -> float:
    """Return the intersection over union of a rectangle and a box."""
    (x1, y1), (x2, y2) = shape.points
    wide, high = min(x2, box[2]) - max(x1, box[0]), min(y2, box[3]) - max(y1, box[1])
    common = max(wide, 0) * max(high, 0)
    return common / ((x2 - x1) * (y2 - y1) + (box[2] - box[0]) * (box[3] - box[1]) - common)


@pytest.mark.parametrize("keymap", ["cvat", "keyboard", "left-hand"])
def test_a_whole_job_by_keys_alone(launch: Launch, street, keymap):
    app = launch(street, options=("--keymap", keymap))
    hands, keys = Hands(app, keymap), {}
    app.sees("New label").press("car, person, sun", "enter").sees("■ car").sees("1/6")

    start = app.count
    hands.do("draw.start rectangle").within("draw").point(*PERSON[:2]).point(*PERSON[2:])
    app.sees("car 1 rect")
    keys["rectangle"] = app.count - start
    hands.within("main").do("label.choose 2")
    app.sees("person 1 rect")

    start = app.count
    hands.do("app.opencv")
    app.sees("Intelligent scissors").press("2").sees("reach 300")
    hands.within("prompt").do("label.choose 3")
    x, y, r = SUN
    for angle in (0, 120, 240):
        hands.point(x + r * math.cos(math.radians(angle)), y + r * math.sin(math.radians(angle)))
    app.sees("3 pts")
    hands.do("tool.finish").within("main")
    app.sees("sun 2 poly")
    keys["scissors"] = app.count - start

    start = app.count
    hands.do("app.interactors")
    app.sees("Interactors").press("1").sees("0+ 0-")
    hands.within("prompt").do("label.choose 1").point(*CAR).do("tool.finish").within("main")
    app.sees("car 3 poly")
    keys["points"] = app.count - start

    edit_first_vertex(hands)
    hands.do("frames.step 1")
    app.sees("2/6")
    hands.do("draw.start rectangle").within("draw").point(200, 200).point(300, 300).within("main")
    app.sees("car 4 rect")
    hands.do("history.undo")
    app.gone("car 4 rect")
    hands.do("draw.start points").within("draw").point(100, 100).do("tool.finish").within("main")
    app.sees("car 5 pts")
    hands.do("file.save")
    app.gone("●")
    assert (street / YAML).is_file()
    hands.do("app.quit")
    assert app.pty.process.wait(20) == 0

    document, notes = saved(street / YAML)
    assert notes == [] and document.last_frame == 1
    assert [label.name for label in document.labels] == ["car", "person", "sun"]
    person, sun, car = document.shapes(0)
    assert (person.label, person.source) == ("person", "manual") and overlap(person, WIDER) > 0.95
    area = mask_area(rle_of_shape(sun, (1280, 720)))
    assert sun.label == "sun" and abs(area - math.pi * r * r) < 0.1 * math.pi * r * r
    assert car.label == "car" and car.prompt is not None and car.source == "semi-auto"
    assert [shape.type for shape in document.shapes(1)] == ["points"]
    assert all(keys[kind] <= most for kind, most in MOST.items()), keys

    launch(street, options=("--keymap", keymap)).sees("2/6").sees("car 5 pts")


def edit_first_vertex(hands: Hands) -> None:
    """Select the rectangle, take its first vertex eight pixels to the left, and close it."""
    app = hands.app
    hands.do("shape.next 1")
    hands.do("edit.start").within("edit")
    app.sees("edit rectangle 1")
    hands.do("edit.vertex 1", "point.positive")
    app.sees("holding")
    hands.do("cursor.precise")
    app.press(*["left"] * 8)
    hands.do("point.positive")
    app.gone("holding")
    hands.do("cursor.precise", "tool.finish").within("main")
    app.gone("edit rectangle")
