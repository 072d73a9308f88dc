"""One thread owns what a surface shows: no other size of the window, no message comes between two of its steps."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.scene import Picture, Scene
from engine.viewport import Viewport
from tests.tui.in_process import running, until
from tui.surfaces import make_surface
from tui.surfaces.base import Area, Capabilities
from tui.surfaces.link import Link
from tui.surfaces.scheduler import Outlet, Scheduler

CHANGES = ("resize", "base", "patch", "overlay", "damaged", "cover", "suspend", "changed")
KINDS = ("symbols", "iterm2", "sixel", "kitty", "basic")


def watched(surface: Any, calls: list[tuple[str, str]]) -> Any:
    """Return the surface, which notes in which thread each of its methods that change something was called."""

    def noting(name: str, method: Any) -> Any:
        def call(*arguments: Any) -> Any:
            calls.append((name, threading.current_thread().name))
            return method(*arguments)

        return call

    for name in (*CHANGES, *(() if surface.quick_cursor else ("cursor",))):
        if hasattr(surface, name):
            setattr(surface, name, noting(name, getattr(surface, name)))
    return surface


@pytest.mark.parametrize("graphics", KINDS)
async def test_only_the_worker_thread_changes_a_surface(street: Path, monkeypatch: Any, graphics: Any) -> None:
    calls: list[tuple[str, str]] = []
    monkeypatch.setattr("tui.surfaces.make_surface", lambda found: watched(make_surface(found), calls))
    capabilities = Capabilities(graphics, frame_edits=True)
    async with running(street, capabilities=capabilities) as app:
        for columns in (60, 100, 40):
            app.say("A message that lies over the picture")
            app._driver.send_message(events_resize(columns))
            await until(lambda columns=columns: app.size.width == columns and fits(app.main._canvas))
    assert {"resize", "base"} <= {name for name, _ in calls}
    assert {thread for _, thread in calls} == {"termwand-canvas"}


def fits(canvas: Any) -> bool:
    """Say whether the canvas's surface has the size of its place."""
    return canvas._area is not None and canvas._area.columns == canvas.content_region.width


def events_resize(columns: int) -> Any:
    from textual.events import Resize
    from textual.geometry import Size

    return Resize(Size(columns, 30), Size(columns, 30))


class Painter:
    """Paints grey; stops in the middle of a base until it is let go."""

    def __init__(self) -> None:
        self.painting, self.go = threading.Event(), threading.Event()

    def paint_base(self, scene: Scene, divisor: int) -> np.ndarray:
        self.painting.set()
        assert self.go.wait(20)
        width, height = scene.viewport.view_size
        return np.full((-(-height // divisor), -(-width // divisor), 3), 90, np.uint8)

    def paint_overlay(self, scene: Scene, rect: Any) -> np.ndarray:
        return np.full((rect[3], rect[2], 4), 255, np.uint8)

    def dirty(self, old: Scene | None, new: Scene) -> list[Any]:
        return [(0, 0, *new.viewport.view_size)]

    def patches(self, old: Scene, new: Scene) -> list:
        return []

    def same_base(self, old: Scene, new: Scene) -> bool:
        return old.viewport.view_size == new.viewport.view_size


def scene(area: Area) -> Scene:
    picture = np.zeros((50, 80, 3), np.uint8)
    return Scene(Picture(picture, 0), Viewport.fit((80, 50), area.size))


@pytest.mark.parametrize("graphics", ["symbols", "iterm2", "sixel", "kitty"])
def test_another_size_and_messages_come_while_a_picture_is_painted(graphics: Any) -> None:
    large, small = Area(0, 0, 60, 20, (10, 20), 30), Area(0, 0, 20, 8, (10, 20), 30)
    painter, failures, written = Painter(), [], threading.Semaphore(0)
    outlet = Outlet(lambda data: written.release(), lambda cells: written.release(), failures.append)
    surface = make_surface(Capabilities(graphics, frame_edits=True))
    scheduler = Scheduler(surface, lambda: painter, outlet, Link(acknowledged=False))
    try:
        for before, after in ((large, small), (small, large), (large, large)):
            painter.painting.clear(), painter.go.clear()
            scheduler.resize(before)
            scheduler.cover([(2, 2, 8, 4)])
            scheduler.show(scene(before))
            assert painter.painting.wait(20)
            scheduler.cover([(before.columns - 10, before.rows - 4, 10, 4)])
            scheduler.resize(after)
            scheduler.cover([(after.columns - 10, after.rows - 4, 10, 4)])
            scheduler.damaged(range(after.rows))
            scheduler.show(scene(after))
            painter.go.set()
            while written.acquire(blocking=False):
                pass
            assert written.acquire(timeout=20) or failures
        scheduler.resize(small)
        scheduler.show(scene(small))
    finally:
        scheduler.stop()
    scheduler._thread.join(20)
    assert not failures


def test_no_scene_of_a_new_size_is_drawn_before_the_surface_has_it(monkeypatch: Any) -> None:
    areas = Area(0, 0, 60, 20, (10, 20), 30), Area(0, 0, 20, 8, (10, 20), 30)
    painter, failures, shown = Painter(), [], threading.Event()
    painter.go.set()
    outlet = Outlet(lambda data: shown.set(), lambda cells: None, failures.append)
    surface = make_surface(Capabilities("iterm2"))
    scheduler = Scheduler(surface, lambda: painter, outlet, Link(acknowledged=False))
    drawn: list[bool] = []
    overlay = surface.overlay
    monkeypatch.setattr(surface, "overlay", lambda pixels, rect: (
        drawn.append(pixels.shape[:2] == surface.picture.layer.shape[:2]), overlay(pixels, rect))[1])  # fmt: skip
    control = scheduler.control

    def late(work: Any) -> None:  # gives the thread every chance to draw between the two
        scheduler._wake.notify_all()
        threading.Event().wait(0.05)
        control(work)

    monkeypatch.setattr(scheduler, "control", late)
    try:
        for area in (*areas, *areas):
            shown.clear()
            scheduler.show(scene(area))
            scheduler.resize(area)
            assert shown.wait(20)
    finally:
        scheduler.stop()
    scheduler._thread.join(20)
    assert drawn and all(drawn) and not failures
