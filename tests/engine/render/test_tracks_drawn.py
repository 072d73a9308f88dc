"""Marks of tracks' shapes, and trails, pixel by pixel: too small for a picture of the whole scene to notice."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.render import paint_overlay
from engine.render.cache import Outlines
from engine.render.origins import HALF, INSIDE, mark_rect
from engine.scene import Style, TrailView
from engine.tracks.trail import Place

spec = importlib.util.spec_from_file_location("render_scenes", Path(__file__).resolve().parent / "scenes.py")
scenes = importlib.util.module_from_spec(spec)
spec.loader.exec_module(scenes)
BARE = Style(fill=0.0, texts=False)
RED = (230, 40, 40)


def drawn(**fields: object) -> np.ndarray:
    scene = scenes.base_scene(style=BARE, **fields)
    return paint_overlay(scene, (0, 0, *scene.viewport.view_size))


def tone(pixels: np.ndarray, x: float, y: float) -> str:
    """What is seen at a place: white, dark, another colour, or nothing."""
    *color, alpha = pixels[int(y), int(x)].tolist()
    if alpha < 120:
        return " "
    return "W" if min(color) > 130 else "D" if max(color) < 60 else "C"


@pytest.mark.parametrize(
    ("whose", "across", "down"),
    [("", "   ", "   "), ("human", "WWW", "WWW"), ("machine", "WDW", "WDW"), ("filled", "WDD", "WDW"),
     ("between", "WWW", " W ")],
)  # fmt: skip
def test_a_mark_says_whose_keyframe_it_is(whose, across, down):
    pixels = drawn(shapes=(scenes.view(0, "rectangle", ((100, 50), (200, 150)), origin=whose),))
    x, y = 200 - INSIDE, 50 + INSIDE
    if whose == "filled":
        assert tone(pixels, x - 1.5, y) == "W" and tone(pixels, x + 1.5, y) == "D"
        return
    away, above = HALF - 1, HALF + 1 if whose == "between" else HALF - 1
    assert "".join(tone(pixels, x + d, y) for d in (-away - 0.5, 0, away)) == across
    assert "".join(tone(pixels, x, y + d) for d in (-above - 0.5, 0, above)) == down


@pytest.mark.parametrize(
    ("box", "there"),
    [
        (((100, 50), (128, 78)), True), (((100, 50), (127, 150)), False), (((100, 50), (200, 77)), False),
        (((-5000, -5000), (5000, 5000)), True), (((-9e6, -9e6), (9e6, 9e6)), False),
    ],
)  # fmt: skip
def test_a_small_box_bears_no_mark(box, there):
    scene = scenes.base_scene(shapes=(scenes.view(0, "rectangle", box, origin="machine"),))
    rect = mark_rect(scene, scene.shapes[0], Outlines())
    assert (rect is not None) is there
    if rect is not None:
        x, y, width, height = rect
        assert x < box[1][0] - INSIDE - HALF and x + width > box[1][0] - INSIDE + HALF
        assert y < box[0][1] + INSIDE - HALF and y + height > box[0][1] + INSIDE + HALF


@pytest.mark.parametrize("kind", ["rectangle", "ellipse", "polygon"])
def test_what_no_person_drew_is_thinner(kind):
    points = ((100, 50), (140, 90), (60, 90)) if kind == "polygon" else ((100, 50), (200, 150))
    ink = {}
    for whose in ("", "human", "machine", "filled", "between"):
        view = replace(scenes.view(0, kind, points, origin=whose), color=RED)
        ink[whose] = int((drawn(shapes=(view,))[..., 0] > 180).sum())
    assert ink["human"] >= ink[""] > 0 and max(ink["machine"], ink["filled"], ink["between"]) < 0.8 * ink[""] + 60


def ink_at(pixels: np.ndarray, x: int) -> int:
    """How much red there is in a column."""
    column = pixels[:, x].astype(int)
    return int(((column[:, 0] - column[:, 1]).clip(0) * column[:, 3]).sum()) // 255


def test_a_trail_is_wide_behind_thin_ahead_and_fainter_the_farther_it_is():
    places = tuple(Place(away, (160.0 + 10 * away, 100.0)) for away in range(-10, 11) if away != 5)
    pixels = drawn(trail=TrailView(places, 10, RED))
    inks = [ink_at(pixels, 160 + 10 * away + 5) for away in (-10, -5, -1, 0, 4, 5, 9)]
    assert 0 < inks[0] < inks[1] < inks[2] and inks[2] > 2 * inks[3] > 2 * inks[6] > 0 and inks[4:6] == [0, 0]
    alphas = [int(pixels[100, x, 3]) for x in (65, 95, 125, 155)]
    assert alphas == sorted(alphas) and alphas[0] < 140 < 200 < alphas[-1]


@pytest.mark.parametrize(
    ("by", "away", "seen"), [("human", -2, "W"), ("machine", -2, "D"), ("", -2, " "), ("human", 0, " ")]
)
def test_keyframes_on_a_trail_are_marked_but_not_the_shown_frames(by, away, seen):
    pixels = drawn(trail=TrailView((Place(away, (100.0, 100.0), by), Place(away + 5, (100.0, 100.0))), 5, RED))
    assert tone(pixels, 100, 100) == seen and tone(pixels, 96, 100) == ("W" if seen != " " else " ")
