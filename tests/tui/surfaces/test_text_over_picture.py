"""Text that comes while a picture is made: nothing that was begun before it is written after it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from textual.color import Color
from textual.filter import Monochrome

from engine.scene import Scene
from tests.tui.in_process import running, until
from tests.tui.surfaces.test_one_owner import Painter, scene
from tui.loader import Loader
from tui.output.painting import PiecesUpdate
from tui.surfaces import make_surface
from tui.surfaces.base import Area, Capabilities
from tui.surfaces.kitty import KittySurface
from tui.surfaces.link import Link
from tui.surfaces.placeholders import PLACEHOLDER
from tui.surfaces.scheduler import Outlet, Scheduler
from tui.widgets.canvas import Canvas

ON_CELLS = ["symbols", "iterm2", "sixel"]
AREA = Area(0, 0, 60, 20, (10, 20), 30)
MESSAGE = (40, 16, 20, 3)
EARLY = "A message that is long enough to lie over the picture"


class Frames(Painter):
    """Stops in the middle of a base, and paints every frame in another grey."""

    def paint_base(self, scene: Scene, divisor: int) -> np.ndarray:
        return super().paint_base(scene, divisor) + np.uint8(scene.picture.key if scene.picture else 0)

    def paint_overlay(self, scene: Scene, rect: Any) -> np.ndarray:
        return np.zeros((rect[3], rect[2], 4), np.uint8)

    def patches(self, old: Scene, new: Scene) -> list:
        return []

    def same_base(self, old: Scene, new: Scene) -> bool:
        return old is new


class Rig:
    """A scheduler with a surface; every write is kept with what `watch` says then."""

    def __init__(self, capabilities: Capabilities) -> None:
        self.painter, self.failures = Frames(), []
        self.surface: Any = make_surface(capabilities)
        self.watch: Callable[[], object] = lambda: None
        self.written: list[tuple[bytes, object]] = []
        self.cells: list[Any] = []
        outlet = Outlet(lambda data: self.written.append((data, self.watch())), self.cells.extend, self.failures.append)
        self.scheduler = Scheduler(self.surface, lambda: self.painter, outlet, Link(acknowledged=False))

    def paint(self, area: Area = AREA) -> None:
        """Ask for another frame, and return in the middle of its painting."""
        self.painter.painting.clear(), self.painter.go.clear()
        self.scheduler.show(scene(area))
        assert self.painter.painting.wait(20)

    async def until(self, condition: Callable[[], object]) -> None:
        await until(lambda: self.failures or condition())
        assert not self.failures


@pytest.fixture
def rig(request: Any) -> Any:
    made = Rig(Capabilities(request.param, frame_edits=True))
    made.scheduler.resize(AREA)
    made.paint()
    yield made
    made.painter.go.set()
    made.scheduler.stop()
    made.scheduler._thread.join(20)


@pytest.mark.parametrize("rig", ON_CELLS, indirect=True)
async def test_a_picture_begun_before_a_message_leaves_it_alone(rig: Rig) -> None:
    rig.watch = lambda: bool(rig.surface.picture.hidden.any())
    rig.scheduler.cover([MESSAGE])
    rig.painter.go.set()
    await rig.until(lambda: rig.written)
    assert all(left_alone for _, left_alone in rig.written)
    before = len(rig.written)
    rig.scheduler.cover([])
    rig.scheduler.damaged(range(16, 19))
    await rig.until(lambda: len(rig.written) > before)
    assert not rig.surface.picture.hidden.any()


@pytest.mark.parametrize("rig", ON_CELLS, indirect=True)
async def test_a_picture_begun_before_a_dialog_is_seen_round_it_and_painted_after_it(rig: Rig) -> None:
    rig.scheduler.suspend()
    rig.painter.go.set()
    await rig.until(lambda: rig.cells)
    await rig.until(lambda: rig.surface.line(3).text.strip() or _papers(rig.surface.line(3)) > {(0, 0, 0)})
    rig.cells.clear()
    rig.scheduler.show(scene(AREA))  # another frame, under the dialog
    rig.scheduler.resize(AREA)
    await rig.until(lambda: rig.cells)
    assert not rig.written
    rig.scheduler.resume(AREA.rows)
    await rig.until(lambda: rig.written)


def _papers(strip: Any) -> set[Any]:
    return {(0, 0, 0)} | {tuple(segment.style.bgcolor.triplet) for segment in strip}


@pytest.mark.parametrize("rig", ON_CELLS, indirect=True)
async def test_a_picture_of_where_the_canvas_was_is_not_painted_over_panels(rig: Rig) -> None:
    smaller = Area(10, 0, 40, 20, (10, 20), 30)
    rig.watch = lambda: rig.surface.picture.area
    rig.scheduler.resize(smaller)
    rig.scheduler.show(scene(smaller))
    rig.painter.go.set()
    await rig.until(lambda: rig.written)
    assert {area for _, area in rig.written} == {smaller}


@pytest.mark.parametrize("rig", ["kitty"], indirect=True)
async def test_below_text_pictures_go_on_under_a_dialog(rig: Rig) -> None:
    await rig.until(lambda: rig.written)
    before = len(rig.written)
    rig.scheduler.suspend()
    rig.painter.go.set()
    await rig.until(lambda: len(rig.written) > before)
    assert not any(b"a=d" in data for data, _ in rig.written), "nothing is taken away"


async def test_no_crosshair_of_an_old_area_goes_to_a_new_one(monkeypatch: Any) -> None:
    rig = Rig(Capabilities("kitty", frame_edits=True))
    rig.painter.go.set()
    inside, go, resize = threading.Event(), threading.Event(), rig.surface.resize

    def slow(area: Area) -> bytes:
        inside.set()
        assert go.wait(20)
        return bytes(resize(area))

    rig.scheduler.resize(AREA)
    rig.scheduler.show(scene(AREA))
    await rig.until(lambda: rig.scheduler._begun)
    monkeypatch.setattr(rig.surface, "resize", slow)
    rig.scheduler.resize(AREA)
    assert inside.wait(20)
    assert not rig.scheduler._write_crosshair((3.0, 3.0))
    go.set()
    await rig.until(lambda: rig.scheduler._write_crosshair((3.0, 3.0)))
    rig.scheduler.stop()
    rig.scheduler._thread.join(20)


@pytest.mark.parametrize("graphics", ON_CELLS)
async def test_a_message_said_before_the_first_picture_is_left_alone(
    street: Path, monkeypatch: Any, graphics: Any
) -> None:
    begin = Loader.begin
    monkeypatch.setattr(Loader, "begin", lambda self, app: (app.say(EARLY, "error"), begin(self, app)))
    async with running(street, capabilities=Capabilities(graphics)) as app:
        surface = app.main._canvas.surface
        await until(lambda: surface.picture.base.any())
        assert surface.picture.hidden.any()


@pytest.mark.parametrize("graphics", [*ON_CELLS, "kitty", "basic"])
async def test_without_colour_the_canvas_is_drawn_before_its_surface_knows_the_area(
    street: Path, graphics: Any
) -> None:
    async with running(street) as app:
        canvas = app.main.query_one(Canvas)
        canvas.surface = make_surface(Capabilities(graphics, frame_edits=True))
        drawn = canvas.render_line(0)
        assert Monochrome().apply([*drawn], Color(0, 0, 0)) and drawn.cell_length == canvas.size.width


async def test_in_tmux_cells_are_written_again_after_the_image_that_they_show(street: Path, monkeypatch: Any) -> None:
    """A terminal looks for the image when a cell is written; here cells are drawn before it, as happens under load."""
    log: list[Any] = []
    drawn = threading.Event()
    made, resize = PiecesUpdate.__init__, KittySurface.resize
    monkeypatch.setattr(Canvas, "_write", lambda self, data: log.append(data))

    def noting(self: Any, pieces: Any) -> None:
        made(self, pieces)
        log.append({y for y, _, strip in pieces if PLACEHOLDER in strip.text})
        drawn.set() if log[-1] else None

    def late(self: Any, area: Area) -> bytes:
        drawn.clear()
        data = resize(self, area)  # from here on cells are drawn; once they are, nothing draws the same ones again
        canvas[0].call_later(canvas[0].refresh)
        assert drawn.wait(20)
        return data

    canvas: list[Canvas] = []
    mount = Canvas.on_mount
    monkeypatch.setattr(Canvas, "on_mount", lambda self: (canvas.append(self), mount(self))[1])
    monkeypatch.setattr(PiecesUpdate, "__init__", noting)
    monkeypatch.setattr(KittySurface, "resize", late)
    found = Capabilities("kitty", frame_edits=True, tmux=True)
    async with running(street, capabilities=found) as app:
        rows = app.main._canvas.content_region.line_range

        def all_after() -> bool:
            placed = [n for n, entry in enumerate(log) if isinstance(entry, bytes) and b"a=p,U=1" in entry]
            later = [entry for entry in log[placed[-1] :] if isinstance(entry, set)] if placed else []
            return set(rows) <= set().union(*later)

        await until(all_after)
