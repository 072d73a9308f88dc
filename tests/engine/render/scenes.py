"""Scenes that the tests of drawing share: a drawn picture, and one scene for each thing that can be shown."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from engine import masks
from engine.document import Shape
from engine.palette import label_color, rgb
from engine.prompt import Prompt
from engine.scene import (
    CropView,
    DraftView,
    GridView,
    HintView,
    Picture,
    PreviewView,
    Scene,
    ShapeView,
    StripView,
    Style,
    TrailView,
)
from engine.tracks.trail import Place
from engine.viewport import Viewport

VIEW = (320, 200)


def picture(width: int = 320, height: int = 200) -> Picture:
    """A sky, a road and two houses."""
    y, x = np.mgrid[:height, :width]
    pixels = np.stack((110 + y * 60 // height, 140 + y * 50 // height, 200 - y * 40 // height), axis=2).astype(
        np.float64
    )
    pixels[y > height * 0.6] = (70, 72, 78)
    pixels[(y > height * 0.2) & (y < height * 0.62) & (x > width * 0.1) & (x < width * 0.4)] = (182, 120, 88)
    pixels[(y > height * 0.3) & (y < height * 0.62) & (x > width * 0.6) & (x < width * 0.9)] = (214, 206, 180)
    pixels[(abs(y - height * 0.8) < 2) & (x // 20 % 2 == 0)] = (235, 235, 230)
    return Picture(pixels.astype(np.uint8), ("drawn", width, height))


def blob(cx: float, cy: float, radius: float, count: int = 14, seed: int = 0) -> tuple[tuple[float, float], ...]:
    """A ragged ring."""
    rng = np.random.default_rng(seed)
    angles = np.arange(count) * 2 * math.pi / count
    radii = radius * (1 + 0.25 * rng.uniform(-1, 1, count))
    return tuple(
        (round(cx + r * math.cos(a), 2), round(cy + r * math.sin(a), 2)) for a, r in zip(angles, radii, strict=True)
    )


def view(number: int, kind: str, points: tuple = (), **fields: object) -> ShapeView:
    """A shape as it is shown, with label colours by number."""
    names = ("car", "person", "house", "tree", "street", "lamp", "sign")
    flags = {key: fields.pop(key) for key in ("selected", "locked", "handles", "hot", "origin") if key in fields}
    label = names[number % len(names)]
    shape = Shape(number, 0, label, kind, points, **fields)
    return ShapeView(shape, rgb(label_color(number)), f"{label} {number}", **flags)


def ring_mask() -> Shape:
    """A mask with a hole and an island."""
    y, x = np.mgrid[:200, :320]
    away = np.hypot((x - 236) / 1.3, y - 128)
    mask = ((away < 34) & (away > 14)) | (np.hypot(x - 296, y - 152) < 9)
    return Shape(6, 0, "sign", "mask", mask=masks.encode(mask))


def base_scene(**fields: object) -> Scene:
    """The picture at its own size."""
    return Scene(picture(), fields.pop("viewport", Viewport.fit((320, 200), VIEW)), **fields)


def shapes() -> tuple[ShapeView, ...]:
    """One of each type."""
    return (
        view(2, "polygon", ((34, 42), (80, 28), (128, 42), (126, 122), (36, 122))),
        view(0, "rectangle", ((20, 134), (86, 172))),
        view(1, "rectangle", ((110, 130), (150, 180)), rotation=25.0),
        view(4, "ellipse", ((232, 60), (270, 78)), rotation=340.0),
        view(3, "polyline", ((150, 20), (172, 60), (160, 90), (184, 118))),
        view(5, "points", ((196, 30), (206, 44), (192, 52))),
        ShapeView(ring_mask(), rgb(label_color(6)), "sign 6"),
    )


def of_tracks() -> tuple[ShapeView, ...]:
    """Shapes of tracks: each origin, as a box and as something else; one too small to bear a mark."""
    return (
        view(0, "rectangle", ((14, 30), (74, 82)), origin="human"),
        view(1, "rectangle", ((92, 30), (152, 82)), origin="machine"),
        view(2, "rectangle", ((170, 30), (230, 82)), origin="filled"),
        view(3, "rectangle", ((248, 30), (308, 82)), origin="between"),
        view(4, "polygon", blob(44, 146, 32), origin="between", occluded=True),
        view(5, "ellipse", ((122, 146), (156, 172)), origin="machine", selected=True),
        view(6, "polyline", ((180, 120), (205, 170), (226, 130)), origin="filled"),
        view(0, "points", ((250, 128), (262, 160)), origin="between"),
        view(2, "rectangle", ((282, 130), (306, 150)), origin="machine"),
    )


def a_trail() -> TrailView:
    """A way with keyframes, and a gap in what is to come."""
    frames = (away for away in range(-20, 21) if away not in (9, 10, 11))
    whose = {-20: "human", -12: "machine", -6: "machine", 0: "human", 6: "machine", 12: "human"}
    places = tuple(
        Place(away, (160 + 6.5 * away, 110 - 70 * math.sin(away / 8)), whose.get(away, "")) for away in frames
    )
    return TrailView(places, 20, rgb(label_color(0)))


def a_strip() -> StripView:
    """Crops of the picture: before the entry, in it, shown, one that is not made yet, and one without the object."""
    pixels, crops = picture().pixels, []
    for place in range(5):
        part = pixels[40:120, 40 * place : 40 * place + 64]
        box = None if place == 4 else (0.3, 0.25, 0.7, 0.75)
        rect = (8 + 62 * place, 152, 52, 30)
        facts = {"here": place == 2, "worst": place == 2, "within": place in (1, 2)}
        made = None if place == 3 else part
        crops.append(CropView(rect, f"{'*' * (place == 2)}{98 + place}", made, (place, made is None), box, **facts))
    return StripView((0, 148, 320, 52), tuple(crops), rgb(label_color(0)), 14)


def gallery() -> dict[str, Scene]:
    """Every scene with a golden picture, by its name."""
    plain = base_scene(shapes=shapes())
    polygon = view(2, "polygon", blob(110, 100, 66), selected=True, handles=True, hot=3)
    clicks = Prompt().add((90, 80)).add((130, 100)).add((60, 150), positive=False).with_box((40, 40, 190, 165))
    rings = (blob(105, 98, 52, 18, 1), blob(105, 98, 18, 9, 2), blob(230, 120, 24, 9, 4))
    preview = PreviewView(rings, rgb(label_color(1)))
    draft = DraftView("polygon", blob(100, 95, 62)[:10], rgb(label_color(0)), closed=True, band=((92.0, 24.0),))
    letters = tuple(a + b for a in "asdf" for b in "hjklup")
    grid = GridView((0, 0, 320, 200), 6, 4, letters)
    states = (
        view(0, "rectangle", ((20, 30), (120, 90)), occluded=True),
        view(1, "polygon", blob(210, 60, 34), locked=True),
        view(6, "rectangle", ((40, 120), (140, 180)), selected=True, handles=True, rotation=12.0),
        view(3, "ellipse", ((230, 150), (290, 170)), selected=True, handles=True, hot=0, occluded=True),
    )
    return {
        "shapes": plain,
        "states": base_scene(shapes=states),
        "origins": base_scene(shapes=of_tracks()),
        "trail": base_scene(
            shapes=(view(0, "rectangle", ((140, 90), (180, 130)), selected=True, origin="human"),), trail=a_trail()
        ),
        "polygon-edit": base_scene(shapes=(*shapes()[3:], polygon)),
        "prompt": base_scene(prompt=clicks, hot_click=1, preview=preview),
        "stale": base_scene(prompt=clicks, preview=replace(preview, stale=True, vertices=False)),
        "draft": base_scene(draft=draft),
        "scissors": base_scene(
            reach=(60, 30, 210, 180), draft=replace(draft, type="polyline", closed=False, hot=5), prompt=Prompt()
        ),
        "grid": base_scene(grid=grid, shapes=shapes()),
        "grid-typed": base_scene(grid=replace(grid, typed="s")),
        "grid-lens": base_scene(
            grid=replace(grid, box=(190, 110, 238, 142), texts=tuple(map(str.upper, letters)), lens=(40, 20, 216, 96))
        ),
        "hints": base_scene(
            shapes=shapes()[:2],
            hints=(
                HintView((20.0, 20.0), "A"),
                HintView((23.0, 24.0), "S"),
                HintView((200.0, 120.0), "MK"),
            ),
        ),
        "brush": base_scene(preview=replace(preview, vertices=False), brush=((170.0, 110.0), 24.0, "remove")),
        "zoomed": base_scene(
            shapes=shapes(), viewport=Viewport.fit((320, 200), VIEW).zoomed(7, (232, 110)), style=Style(fill=0.4)
        ),
        "strip": base_scene(
            shapes=shapes(), strip=a_strip(), viewport=replace(Viewport.fit((320, 200), VIEW), band=52).fitted()
        ),
        "toned": base_scene(
            shapes=shapes(), brightness=0.2, contrast=0.4, viewport=Viewport.fit((320, 200), (200, 180))
        ),
    }
