"""A whole job by mouse: every gesture of canvas and panels, on the real program, as a terminal reports them."""

from __future__ import annotations

import re
import time
from itertools import pairwise
from pathlib import Path

import pytest

from engine.masks import mask_area, pixel_at
from engine.shapes_from import rle_of_shape
from tests.terminal.conftest import Launch, Termwand, saved

YAML = "annotations.termwand.yaml"
LEFT, MIDDLE, RIGHT, UP, DOWN, CTRL, MOVE = 0, 1, 2, 64, 65, 16, 32
SCALE = 1170 / 1280
"""View pixels per frame pixel when a sample is shown whole in 160 x 45 cells of 10 x 20 pixels."""
TOP = (840 - 720 * SCALE) / 2
PANEL = 130
"""Width of the tool panel in pixels: the canvas begins there."""


class Mouse:
    """A hand on the mouse; places are frame points, or cells of the terminal."""

    def __init__(self, app: Termwand) -> None:
        self.app = app

    def send(self, button: int, x: float, y: float, *, up: bool = False) -> None:
        column, row = PANEL + x * SCALE, TOP + y * SCALE
        if 1016 in self.app.pty.terminal.modes:
            place = f"{round(column)};{round(row)}"
        else:
            place = f"{int(column // 10) + 1};{int(row // 20) + 1}"
        self.app.pty.write(f"\x1b[<{button};{place}{'m' if up else 'M'}".encode())
        time.sleep(0.01)

    def click(self, x: float, y: float, button: int = LEFT) -> Mouse:
        self.send(MOVE + 3 + (button & CTRL), x, y)
        self.send(button, x, y)
        self.send(button, x, y, up=True)
        return self

    def drag(self, *places: tuple[float, float], button: int = LEFT) -> Mouse:
        self.send(MOVE + 3, *places[0])
        self.send(button, *places[0])
        for (x1, y1), (x2, y2) in pairwise(places):
            for part in (0.3, 0.6, 1.0):
                self.send(MOVE + button, x1 + (x2 - x1) * part, y1 + (y2 - y1) * part)
        self.send(button, *places[-1], up=True)
        return self

    def cell(self, text: str, offset: int = 1) -> Mouse:
        """Click the cell where a text stands on the screen."""
        rows = self.app.text().split("\n")
        row = next(number for number, line in enumerate(rows) if text in line)
        self.click((rows[row].index(text) * 10 + offset * 10 + 5 - PANEL) / SCALE, (row * 20 + 10 - TOP) / SCALE)
        return self


def cursor(app: Termwand) -> tuple[float, float, int]:
    """Return the cursor and the zoom from the status line."""
    match = re.search(r"│ (-?[\d.]+),(-?[\d.]+) +(?:precise )?(\d+)%", app.text())
    assert match, app.text()
    return float(match[1]), float(match[2]), int(match[3])


def near(found: tuple[float, float], wanted: tuple[float, float], by: float = 1.5) -> bool:
    return abs(found[0] - wanted[0]) <= by and abs(found[1] - wanted[1]) <= by


@pytest.fixture
def desk(launch: Launch, street: Path) -> tuple[Termwand, Mouse]:
    """Return the program with the sample street and two labels, and a mouse."""
    app = launch(street, options=("--labels", "car,sun"), graphics="symbols")
    app.sees("1/6").sees("91%")
    return app, Mouse(app)


def test_drawing_by_mouse(desk, street):
    app, mouse = desk
    mouse.cell("Rect")
    app.sees("draw rectangle")
    mouse.drag((308, 349), (352, 479))
    app.sees("car 1 rect")
    app.press("p").sees("draw polygon")
    for x, y in ((160, 490), (410, 490), (410, 560), (160, 560)):
        mouse.click(x, y)
    mouse.click(300, 600).click(300, 600, RIGHT)  # a point too many, taken back
    app.sees("draw polygon 4").press("n").sees("car 2 poly")
    app.press("E").sees("draw ellipse")
    mouse.drag((925, 75), (995, 145))
    app.sees("car 3 ell").press("esc", "B").sees("brush")
    mouse.drag((600, 300), (700, 300), (700, 350))
    app.press("n").sees("car 4 mask").leave()
    rectangle, polygon, ellipse, mask = saved(street / YAML)[0].shapes(0)
    assert near(rectangle.points[0], (308, 349)) and near(rectangle.points[1], (352, 479))
    assert len(polygon.points) == 4 and near(polygon.points[2], (410, 560))
    assert near(ellipse.points[0], (960, 110)) and near(ellipse.points[1], (995, 145))
    assert pixel_at(mask.mask, (650, 300)) and pixel_at(mask.mask, (700, 340)) and not pixel_at(mask.mask, (650, 345))


@pytest.mark.parametrize("last", [(160, 490), (160, 560)], ids=["first vertex", "double click"])
def test_a_polygon_is_finished_by_the_mouse_alone(desk, street, last):
    app, mouse = desk
    app.press("p").sees("draw polygon")
    for x, y in ((160, 490), (410, 490), (410, 560), (160, 560), last):
        mouse.click(x, y)
    app.sees("car 1 poly").leave()
    assert len(saved(street / YAML)[0].shapes(0)[0].points) == 4


def test_scissors_by_mouse(desk, street):
    app, mouse = desk
    mouse.cell("OpenCV")
    app.sees("Intelligent scissors").press("2").sees("reach 300")
    mouse.send(UP + CTRL, 960, 110)
    app.sees("reach 360")
    mouse.send(DOWN + CTRL, 960, 110)
    mouse.send(DOWN + CTRL, 960, 110)
    app.sees("reach 250")
    assert "BLOCK" not in app.text()
    mouse.click(995, 110).click(960, 145).click(925, 110)
    app.sees("3 pts")
    mouse.click(600, 600)
    app.sees("Too far").sees("3 pts")
    mouse.click(925, 110)
    app.sees("2 pts")
    mouse.click(925, 110).click(960, 75)
    app.sees("4 pts").press("n").sees("car 1 poly").leave()
    (sun,) = saved(street / YAML)[0].shapes(0)
    area = mask_area(rle_of_shape(sun, (1280, 720)))
    assert abs(area - 3.1416 * 35**2) < 0.1 * 3.1416 * 35**2
    assert sun.prompt is not None and len(sun.prompt.points) == 4


def test_points_by_mouse(desk, street):
    app, mouse = desk
    mouse.cell("Wand")
    app.sees("Graph cut").press("1").sees("0+ 0-")
    mouse.click(285, 535).click(700, 600, RIGHT)
    app.sees("1+ 1-")
    mouse.click(180, 535).click(181, 536)  # the second is on the first: it goes
    app.sees("1+ 1-")
    mouse.click(700, 600)  # so does the negative one
    app.sees("1+ 0-")
    mouse.click(285, 590, RIGHT)
    app.sees("1+ 1-").press("n").sees("car 1 poly").leave()
    (car,) = saved(street / YAML)[0].shapes(0)
    assert [inside for *_, inside in car.prompt.points] == [True, False]
    assert near(car.prompt.points[0][:2], (285, 535))
    assert pixel_at(rle_of_shape(car, (1280, 720)), (285, 540))


def test_ctrl_holds_requests_back_until_an_event_without_it(desk):
    app, mouse = desk
    app.press("i").sees("Graph cut").press("1").sees("0+ 0-")
    mouse.click(285, 535, LEFT + CTRL).click(220, 535, LEFT + CTRL)
    app.sees("2+ 0-").sees("BLOCK")
    app.pty.settle()
    assert "points [" not in app.text()
    mouse.send(MOVE + 3, 300, 600)
    app.gone("BLOCK").sees("points [")
    mouse.click(240, 520, LEFT + CTRL)
    app.sees("BLOCK").press("n").sees("car 1")
    mouse.send(MOVE + 3, 300, 600)
    app.gone("BLOCK")


def test_editing_by_mouse(desk, street):
    app, mouse = desk
    app.press("b").sees("draw rect")
    mouse.drag((308, 349), (352, 479))
    app.sees("car 1 rect").press("esc")
    mouse.click(330, 400)
    mouse.drag((330, 400), (430, 450))  # the whole
    app.sees("edit rectangle").press("n").gone("edit rectangle")
    mouse.drag((452, 529), (470, 550))  # one corner
    app.press("n").gone("edit rectangle")
    app.leave()
    (shape,) = saved(street / YAML)[0].shapes(0)
    assert near(shape.points[0], (408, 399), 2.5) and near(shape.points[1], (470, 550), 2.5)


def test_a_click_on_a_vertex_does_not_move_it(desk, street):
    app, mouse = desk
    app.press("p").sees("draw polygon")
    for x, y in ((160, 490), (410, 490), (410, 560)):
        mouse.click(x, y)
    app.press("n").sees("car 1 poly").press("$").sees("edit polygon")
    mouse.click(413, 563)
    app.pty.settle()
    app.press("n").gone("edit polygon").leave()
    assert near(saved(street / YAML)[0].shapes(0)[0].points[2], (410, 560), 1.2)


def test_the_wheel_zooms_at_the_mouse_and_the_middle_button_pans(desk):
    app, mouse = desk
    mouse.send(MOVE + 3, 285, 535)
    app.sees("285")
    for _ in range(3):
        mouse.send(UP, 285, 535)
    app.sees("179%")
    mouse.send(MOVE + 3, 286, 535)
    app.pty.settle()
    x, y, _ = cursor(app)
    assert abs(x - 285.5) < 2 and abs(y - 535) < 50  # up and down, the picture was centred until it filled the view
    mouse.drag((400, 400), (300, 400), button=MIDDLE)
    mouse.send(MOVE + 3, 285, 535)
    app.pty.settle()
    assert abs(cursor(app)[0] - (x + 100 * SCALE / 1.785)) < 4
    for _ in range(3):
        mouse.send(DOWN, 285, 535)
    app.sees("91%")


def test_panels_by_mouse(desk, street):
    app, mouse = desk
    app.press("b").sees("draw rect")
    mouse.drag((100, 100), (200, 200))
    app.sees("car 1 rect").press("n").sees("draw rect")
    mouse.drag((300, 300), (400, 400))
    app.sees("car 2 rect").press("esc")
    mouse.cell("car 1 rect")
    app.pty.settle()
    app.press("2").sees("sun 1 rect").sees("car 2 rect")
    mouse.cell("···m", 0)
    app.sees("L··m")
    bar = (44 - 2, 160)
    mouse.click((bar[1] * 10 * 0.55 - PANEL) / SCALE, (bar[0] * 20 + 10 - TOP) / SCALE)
    app.sees("4/6")
    mouse.cell("Undo")
    app.sees("Undone").leave()
    assert [shape.label for shape in saved(street / YAML)[0].shapes(0)] == ["car", "car"]
