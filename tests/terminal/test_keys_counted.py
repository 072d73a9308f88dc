"""What a hand at the keyboard presses for an object, to two pixels of the screen: counted at the real program."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from engine.document import Shape
from tests.terminal.by_keys import Hands, letters_at
from tests.terminal.conftest import Launch, saved

YAML = "annotations.termwand.yaml"
CAR, SKY = (285.0, 530.0), (60.0, 60.0)
BOX = ((160.0, 480.0), (412.0, 570.0))
RING = tuple((960 + 90 * math.cos(angle), 110 + 80 * math.sin(angle)) for angle in (0.3, 1.5, 2.8, 4.0, 5.3))
NEAR = 2.1 / 0.914
"""Two pixels of the screen, in frame pixels of a sample shown whole."""
KEYS = {"wand": 7, "box": 13, "box prompt": 20, "polygon": 32}
"""After the tool's own key or keys in a menu, which are one at the box and the polygon."""
BY_ITSELF = {"wand": 5, "box": 9, "box prompt": 15, "polygon": 22}
"""The same where the grid opens by itself."""


def away(shape: Shape, wanted: tuple[tuple[float, float], ...]) -> float:
    assert len(shape.points) == len(wanted)
    return max(math.dist(a, b) for a, b in zip(shape.points, wanted, strict=True))


@pytest.mark.parametrize("keymap", ["cvat", "keyboard", "left-hand"])
def test_keys_of_each_object(launch: Launch, street: Path, keymap: str):
    app = launch(street, options=("--keymap", keymap, "--labels", "car")).sees("■ car")
    hands, counted = Hands(app, keymap), {}
    hands.do("app.interactors")
    app.sees("Interactors").press("1").sees("0+ 0-")
    start = app.count
    hands.within("prompt").point(*CAR).do("tool.finish").within("main")
    app.sees("car 1 poly")
    counted["wand"] = app.count - start
    start = app.count
    hands.do("draw.start rectangle").within("draw").point(*BOX[0]).point(*BOX[1]).within("main")
    app.sees("car 2 rect")
    counted["box"] = app.count - start
    hands.do("app.interactors")
    app.sees("Interactors").press("1").sees("0+ 0-")
    start = app.count
    hands.within("prompt").do("prompt.box").point(*BOX[0]).point(*BOX[1]).point(*SKY, "point.negative")
    hands.do("tool.finish").within("main")
    app.sees("car 3 poly")
    counted["box prompt"] = app.count - start
    start = app.count
    hands.do("draw.start polygon").within("draw")
    for point in RING:
        hands.point(*point)
    hands.do("tool.finish").within("main")
    app.sees("car 4 poly")
    counted["polygon"] = app.count - start
    assert app.leave("Z" if keymap == "keyboard" else "ctrl+q") == 0
    check(street)
    assert counted == KEYS


def check(street: Path) -> None:
    """Look at what was saved: every point within two pixels of where it was meant."""
    wand, box, prompted, polygon = saved(street / YAML)[0].shapes(0)
    (x, y, inside), *_none = wand.prompt.points
    assert inside and not _none and math.dist((x, y), CAR) <= NEAR
    assert away(box, BOX) <= NEAR and away(polygon, RING) <= NEAR
    x1, y1, x2, y2 = prompted.prompt.box
    assert max(math.dist((x1, y1), BOX[0]), math.dist((x2, y2), BOX[1])) <= NEAR
    assert [click[2] for click in prompted.prompt.points] == [False]


def test_fewer_keys_where_the_grid_opens_by_itself(launch: Launch, street: Path, tmp_path: Path):
    settings = tmp_path / ".config" / "termwand" / "settings.yaml"
    settings.parent.mkdir(parents=True)
    settings.write_text("auto_grid: true\n")
    app = launch(street, options=("--labels", "car")).sees("■ car")
    counted = {}
    app.press("i").sees("Interactors").press("1").sees("0+ 0-")
    start = app.count
    app.press(letters_at(*CAR), "n").sees("car 1 poly")
    counted["wand"] = app.count - start
    start = app.count
    app.press("b", letters_at(*BOX[0]), letters_at(*BOX[1])).sees("car 2 rect")
    counted["box"] = app.count - start
    app.press("i").sees("Interactors").press("1").sees("0+ 0-")
    start = app.count
    sky = letters_at(*SKY)
    app.press("esc", "b", letters_at(*BOX[0]), letters_at(*BOX[1]), sky[:3] + sky[3].upper(), "n").sees("car 3 poly")
    counted["box prompt"] = app.count - start
    start = app.count
    app.press("p", *(letters_at(x, y) for x, y in RING), "n").sees("car 4 poly")
    counted["polygon"] = app.count - start
    assert app.leave() == 0
    check(street)
    assert counted == BY_ITSELF
