"""What the scheduler works towards: the newest scene, of the area's size alone; and the base that was shown last."""

from __future__ import annotations

import numpy as np

from engine.scene import Picture, Scene
from engine.viewport import Viewport
from tui.surfaces.base import Area
from tui.surfaces.goal import STILL, Goal, LastBase

AREA, OTHER = Area(0, 0, 60, 20, (10, 20), 30), Area(0, 0, 20, 8, (10, 20), 30)


def scene(area: Area) -> Scene:
    return Scene(Picture(np.zeros((50, 80, 3), np.uint8), 0), Viewport.fit((80, 50), area.size))


def test_only_a_fresh_scene_of_the_areas_size_is_next() -> None:
    goal, first, second = Goal(), scene(AREA), scene(AREA)
    assert goal.next() is None
    goal.take(first)
    assert goal.next() is None, "there is no area yet"
    goal.area = AREA
    assert goal.next() is first
    goal.area = OTHER
    assert goal.next() is None
    goal.area = AREA
    goal.take(second)
    goal.reached(first)
    assert goal.next() is second, "it has come while the first was shown"
    goal.reached(second)
    assert goal.next() is None
    goal.fresh = True
    assert goal.next() is second, "what was shown is forgotten"


def test_a_large_picture_on_a_slow_link_still_moves_when_the_next_one_comes() -> None:
    last = LastBase()
    last.note(10.0, 50_000)
    assert not last.is_still(10.0 + STILL / 2) and last.is_still(10.0 + 2 * STILL)
    assert last.is_moving(10.0 + STILL + 0.4, speed=100_000)
    assert not last.is_moving(10.0 + STILL + 0.4, speed=1_000_000)
    last.note(11.0)
    assert last.is_moving(11.0 + STILL + 0.4, speed=100_000), "the last size holds until the new one is known"
