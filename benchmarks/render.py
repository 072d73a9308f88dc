"""Cost of drawing: a dirty rectangle beside the whole view, a huge frame beside a small one. Prints ratios.

Run: python benchmarks/render.py
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from engine.document import Shape
from engine.handles import moved_vertex
from engine.masks import brush, encode
from engine.outlines import outlines, slider_epsilon
from engine.palette import label_color, rgb
from engine.render import Renderer
from engine.scene import Picture, Scene, ShapeView
from engine.viewport import Viewport

VIEW = (1600, 900)
FRAME = (3840, 2160)


def seconds(work: Callable[[], object], times: int = 9) -> float:
    """Return the median time of a call after one to warm up."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def crowd(count: int) -> tuple[ShapeView, ...]:
    """Return polygons of 12 to 40 points all over the frame, with names."""
    rng = np.random.default_rng(0)
    views = []
    for number in range(count):
        centre, radius = rng.uniform((0, 0), FRAME), rng.uniform(15, 60)
        angles = np.arange(rng.integers(12, 40)) / 40 * 2 * np.pi * 1.02
        ring = centre + radius * rng.uniform(0.8, 1.2, (len(angles), 1)) * np.stack((np.cos(angles), np.sin(angles)), 1)
        shape = Shape(number + 1, 0, "car", "polygon", tuple(map(tuple, np.round(ring, 2).tolist())))
        views.append(ShapeView(shape, rgb(label_color(number)), f"car {number}"))
    return tuple(views)


def show(name: str, taken: float, peer: float, what: str) -> None:
    """Print one line: milliseconds and the ratio to a peer."""
    print(f"{name:46} {taken * 1e3:9.2f} ms   {taken / peer:8.4f} x {what}")


def overlays() -> None:
    """Measure drawing and comparing with 2,000 shapes on the frame."""
    scene = Scene(None, Viewport.fit(FRAME, VIEW), shapes=crowd(2000))
    renderer = Renderer()
    whole = seconds(lambda: renderer.paint_overlay(scene, (0, 0, *VIEW)), 3)
    show("whole overlay, 2,000 shapes", whole, whole, "itself")
    show("64 x 64 of it", seconds(lambda: renderer.paint_overlay(scene, (700, 400, 64, 64))), whole, "whole")
    alone = replace(scene, shapes=scene.shapes[:1])
    show("64 x 64, 1 shape", seconds(lambda: renderer.paint_overlay(alone, (700, 400, 64, 64))), whole, "whole")
    chosen = replace(scene.shapes[1000], selected=True, handles=True)
    before = replace(scene, shapes=(*scene.shapes[:1000], chosen, *scene.shapes[1001:]))
    dragged = replace(chosen, shape=moved_vertex(chosen.shape, 3, tuple(np.add(chosen.shape.points[3], 8).tolist())))
    after = replace(scene, shapes=(*map(replace, scene.shapes[:1000]), dragged, *map(replace, scene.shapes[1001:])))
    compare = seconds(lambda: renderer.dirty(before, after))
    show("dirty() for a dragged vertex, all views new", compare, whole, "whole")
    rects = renderer.dirty(before, after)
    redraw = seconds(lambda: [renderer.paint_overlay(after, rect) for rect in rects])
    show(f"drawing its {len(rects)} rectangles {[r[2:] for r in rects]}", redraw, whole, "whole")


def bases() -> None:
    """Measure the base of frames of 2 and 100 megapixels."""
    rng = np.random.default_rng(0)
    small = Picture(rng.integers(0, 255, (1080, 1920, 3), np.uint8), "small")
    huge = Picture(np.tile(small.pixels, (8, 6, 1)), "huge")
    peer = 0.0
    for name, picture in (("2 MP", small), ("100 MP", huge)):
        renderer, size = Renderer(), (picture.pixels.shape[1], picture.pixels.shape[0])
        fit = Viewport.fit(size, VIEW)
        scenes = {"fit": fit, "1:1": replace(fit, scale=1.0), "8:1": replace(fit, scale=8.0, origin=(500.0, 300.0))}
        if name == "100 MP":
            start = time.perf_counter()
            renderer.paint_base(Scene(picture, fit))
            show("base, 100 MP fit, first time", time.perf_counter() - start, peer, "2 MP fit")
        for zoom, viewport in scenes.items():
            scene = Scene(picture, viewport)
            taken = seconds(partial(renderer.paint_base, scene))
            peer = peer or taken
            show(f"base, {name} {zoom}", taken, peer, "2 MP fit")


def masks() -> None:
    """Measure outlines beside bare OpenCV, and a brush stroke beside decoding the whole frame."""
    import cv2

    from engine.masks import decode

    y, x = np.mgrid[: FRAME[1], : FRAME[0]]
    mask = np.hypot(x - 1900, y - 1000) < 400 + 40 * np.sin(np.arctan2(y - 1000, x - 1900) * 15)
    window, epsilon = mask[500:1500, 1400:2400], slider_epsilon(9)

    def bare() -> object:
        contours, _ = cv2.findContours(window.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        return cv2.approxPolyDP(contours[0], epsilon, True)

    peer = seconds(bare)
    show("mask to polygon, 1,000 px window", seconds(lambda: outlines(window, epsilon=epsilon)), peer, "bare OpenCV")
    rle = encode(mask)
    whole = seconds(lambda: encode(decode(rle)))
    stroke = seconds(lambda: brush(rle, (1500, 1000), (1520, 1010), radius=15, add=True))
    show("brush stroke of 30 px at 4K", stroke, whole, "decoding and encoding the frame")


if __name__ == "__main__":
    overlays()
    bases()
    masks()
