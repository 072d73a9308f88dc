"""Thousands of shapes in view: names that would hide each other are not made, and come back where there is room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.document import Shape
from engine.render import Renderer
from engine.render.shapes import CROWD
from engine.render.text import Texts
from engine.scene import Scene, ShapeView
from engine.viewport import Viewport

VIEW = Viewport.fit((1000, 1000), (500, 500))
EVERYWHERE = (0, 0, 500, 500)


def crowd(count, selected=None):
    views = []
    for number in range(count):
        x, y = number * 31 % 950, number * 7 % 950
        shape = Shape(number + 1, 0, "car", "rectangle", ((x, y), (x + 40, y + 40)))
        views.append(ShapeView(shape, (200, 90, 20), f"car {number + 1}", selected=number == selected))
    return Scene(None, VIEW, tuple(views))


@pytest.fixture
def plates(monkeypatch):
    """Return the texts of the plates that are made."""
    made, plate = [], Texts.plate

    def noted(self, text, *more, **options):
        made.append(text)
        return plate(self, text, *more, **options)

    monkeypatch.setattr(Texts, "plate", noted)
    return made


def test_in_a_crowd_only_the_selected_one_bears_its_name(plates):
    Renderer().paint_overlay(crowd(CROWD + 1, selected=70), EVERYWHERE)
    assert set(plates) == {"car 71"}


def test_where_fewer_are_in_view_all_bear_their_names(plates):
    scene = crowd(CROWD + 1)
    near = replace(scene, viewport=VIEW.zoomed(4.0, (500, 500)))
    Renderer().paint_overlay(near, EVERYWHERE)
    assert 10 < len(set(plates)) < CROWD
    plates.clear()
    Renderer().paint_overlay(crowd(CROWD), EVERYWHERE)
    assert len(set(plates)) == CROWD


def test_names_that_come_and_go_together_are_drawn_anew_together():
    renderer, few, many = Renderer(), crowd(CROWD), crowd(CROWD + 1)
    assert renderer.dirty(few, many) == renderer.dirty(many, few) == [EVERYWHERE]
    assert renderer.dirty(many, replace(many, cursor=(1.0, 1.0))) == []
    moved = crowd(CROWD + 2)
    assert renderer.dirty(many, moved) != [EVERYWHERE]
