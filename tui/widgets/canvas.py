"""The picture's place on the screen: shows a scene, reports the mouse in view pixels.

View pixels count from the canvas's upper left corner. What a scene looks like is `engine.render`'s business, how it
gets to the terminal is the surface's and the scheduler's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from rich.style import Style
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from engine.scene import Scene
from engine.viewport import Rect
from tui.output.painting import PaintingApp, styled
from tui.surfaces import make_surface
from tui.surfaces.base import Area, Capabilities, Surface
from tui.surfaces.link import DENSITY, Link
from tui.surfaces.scheduler import Outlet, Scheduler
from tui.widgets.canvas_mouse import MouseReports

if TYPE_CHECKING:
    from textual.app import App

    from tui.surfaces.picture import Painter


def _render() -> Painter:
    import cv2  # noqa: F401 - in the worker thread, while the first frame is being read

    from engine.render import Renderer

    return Renderer()


def _pixels(rect: Rect, cell: tuple[int, int]) -> Rect:
    """Return a rectangle of cells in pixels."""
    return rect[0] * cell[0], rect[1] * cell[1], rect[2] * cell[0], rect[3] * cell[1]


def _tmux_limit(capabilities: Capabilities, cells: int) -> int:
    """Return how much may wait inside tmux: it discards from 8 bytes per cell of its window on."""
    return int(0.8 * 8 * cells) if capabilities.tmux and capabilities.graphics == "kitty" else 0


def _raise(error: Exception) -> None:
    raise error


def _forget_rows(app: App[Any]) -> None:
    if isinstance(app, PaintingApp):
        app.forget_rows()


class Heard:
    """What the driver hears from the terminal, for a canvas; called in the driver's threads."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas

    def acknowledged(self, number: int | None) -> None:
        """Note that the terminal has taken what it was sent."""
        if self._canvas.scheduler is not None:
            self._canvas.scheduler.answered(number)

    def cell_changed(self) -> None:
        """Measure again after the layout that a new font brings."""
        self._canvas.app.call_later(self._canvas.call_after_refresh, self._canvas.measure)

    def check(self) -> None:
        """Have the terminal asked whether it still knows the picture."""
        surface = self._canvas.surface
        if self._canvas.scheduler is not None:
            self._canvas.scheduler.control(lambda picture: [surface.check()])

    def attached(self, capabilities: Capabilities, surface: Surface) -> None:
        """Send everything to another terminal."""
        self._canvas.attach(surface, capabilities)

    def released(self) -> bytes:
        """Return what frees the terminal's memory."""
        return self._canvas.scheduler.release() if self._canvas.scheduler is not None else b""


class Canvas(MouseReports):
    """Shows scenes; posts what the mouse does (`Moved`, `Pressed`, `Released`, `Scrolled`) and its own size."""

    DEFAULT_CSS = "Canvas { width: 1fr; height: 1fr; pointer: crosshair; background: black; }"

    class Resized(Message):
        """The view has another size in pixels."""

        def __init__(self, view_size: tuple[int, int]) -> None:
            super().__init__()
            self.view_size = view_size

    def __init__(
        self,
        surface: Surface,
        capabilities: Capabilities,
        *,
        painter: Callable[[], Painter] = _render,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.surface, self.capabilities, self._painter = surface, capabilities, painter
        self.pixel_mouse, self.cell = capabilities.pixel_mouse, capabilities.cell
        self._area: Area | None = None
        self._first_cell: tuple[float, float] | None = None
        self.scheduler: Scheduler | None = None
        self._covered = False
        """A dialog lies over it."""
        self._scene: Scene | None = None
        self._under: tuple[Rect, ...] = ()
        """View rectangles of the messages that lie over a picture which floats above the text."""

    @property
    def view_size(self) -> tuple[int, int]:
        """Width, height of the view in pixels: cells times the size of a cell; (0, 0) before the first layout."""
        return self._area.size if self._area is not None else (0, 0)

    def show(self, scene: Scene) -> None:
        """Bring the terminal to this scene; cheap, and the newest wins."""
        if self.scheduler is None:
            return
        point = scene.cursor
        self.scheduler.crosshair.move(None if point is None or self._covered else scene.viewport.to_view(point))
        self._scene = scene
        self.scheduler.show(replace(scene, covered=self._under) if self._under else scene)

    def suspend_graphics(self) -> None:
        """Leave the cells to Textual, because a dialog is about to cover some of them."""
        self._covered = True
        if self.scheduler is not None:
            self.scheduler.crosshair.move(None)
            self.scheduler.suspend()

    def resume_graphics(self) -> None:
        """Show everything again, because the dialog is gone."""
        self._covered = False
        if self.scheduler is None or self._area is None:
            return
        self.scheduler.resume(self._area.rows)
        if self._scene is not None:
            self.show(self._scene)

    # Life

    def on_mount(self) -> None:
        driver = cast(Any, self.app._driver)
        if hasattr(driver, "listener"):
            driver.listener = Heard(self)
            if driver.capabilities != self.capabilities:  # another terminal looks since the canvas was made
                self.surface, self.capabilities = make_surface(driver.capabilities), driver.capabilities
                self.pixel_mouse = self.capabilities.pixel_mouse
        self._begin()
        if isinstance(self.app, PaintingApp):
            self.app.on_painting, self.app.on_painted = self._before_paint, self._after_paint
        self.app.app_resume_signal.subscribe(self, lambda _: self._resume())

    def _begin(self) -> None:
        """Begin to send to the terminal."""
        driver = self.app._driver
        own = hasattr(driver, "listener")
        self._first_cell = getattr(driver, "cell", None)
        fail = cast("Any", partial(self.call_later, _raise))
        outlet = Outlet(self._write, self._redraw, fail, self.capabilities.synchronized)
        link = Link(
            acknowledged=own,
            round_trip=self.capabilities.round_trip,
            density=DENSITY.get(self.capabilities.graphics, 1.0),
            tmux_limit=_tmux_limit(self.capabilities, self.app.size.area),
        )
        self.scheduler = Scheduler(self.surface, self._painter, outlet, link)

    def attach(self, surface: Surface, capabilities: Capabilities) -> None:
        """Go on in another terminal, which knows nothing of what has been sent."""
        self.on_unmount()
        self.surface, self.capabilities = surface, capabilities
        self.pixel_mouse = capabilities.pixel_mouse
        self._under = ()
        self._begin()
        self._resume()
        if self._covered:
            self.suspend_graphics()
        if self._scene is not None:
            self.show(self._scene)

    def _resume(self) -> None:
        """Draw everything again after the program was stopped: the terminal forgot it, and Textual does not know."""
        _forget_rows(self.app)
        for widget in self.screen.walk_children(with_self=True):
            widget.refresh()
        self.measure(again=True)

    def on_unmount(self) -> None:
        if self.scheduler is not None:
            self._write(self.scheduler.release())
            self.scheduler.stop()

    def on_resize(self) -> None:
        self.measure()

    def measure(self, *, again: bool = False) -> None:
        """Find the area out, and start from scratch if it is another."""
        region, most = self.content_region, self.surface.most_cells
        columns, rows = min(region.width, most), min(region.height, most)
        area = Area(region.x, region.y, columns, rows, self._cell(), self.app.size.height)
        if self.scheduler is None or not region.area or (area == self._area and not again):
            return
        resized = self._area is None or area.size != self._area.size
        if self._area is not None:  # what was painted where the canvas was is no text that Textual could miss
            _forget_rows(self.app)
            self.screen.refresh()
        self._area, self.cell = area, area.cell
        self._leave_messages()
        self.scheduler.resize(area)
        self.refresh()
        if resized:
            # in the canvas's own turn: a message that is made while the screen is drawn goes no further
            self.call_later(lambda: self.post_message(self.Resized(self.view_size)))

    def _cell(self) -> tuple[int, int]:
        """Return the size of a cell: what the probe found, scaled as the terminal's font was since."""
        cell, first = getattr(self.app._driver, "cell", None), self._first_cell
        if cell is None or first is None or cell == first:
            return self.capabilities.cell
        near = all(abs(new / old - 1) < 0.02 for new, old in zip(cell, first, strict=True))
        return self.capabilities.cell if near else (max(int(cell[0]), 1), max(int(cell[1]), 1))

    # The scheduler's thread

    def _write(self, data: bytes) -> None:
        driver = self.app._driver
        if data and driver is not None and not driver.is_headless:
            driver.write(data.decode())

    def _redraw(self, cells: list[Rect]) -> None:
        self.call_later(self._refresh_cells, [Region(*rect) for rect in cells])

    def _refresh_cells(self, regions: list[Region]) -> None:
        if isinstance(self.app, PaintingApp) and self.surface.binds_cells:
            for region in regions:
                self.app.forget(region.translate(self.content_region.offset).line_range)
        self.refresh(*regions)
        if self.scheduler is not None and self.scheduler.link.acknowledged:
            self.call_after_refresh(self._write, self.scheduler.link.question())

    # Drawing

    def render_line(self, y: int) -> Strip:
        """Return the surface's cells of one line."""
        area = self._area
        if area is None or y >= area.rows:
            return Strip.blank(self.size.width, Style.null())
        return styled(self.surface.line(y).adjust_cell_length(self.size.width))

    def _before_paint(self) -> None:
        """Make way for what Textual is about to draw: panels where the canvas was, messages over it."""
        if self._area is not None:
            self.measure()
            self._leave_messages()

    def _after_paint(self, rows_of: Callable[[Region], list[int]]) -> None:
        """Have what Textual has drawn over shown again; it may have drawn messages there, which stay."""
        if self._area is None or self.scheduler is None:
            return
        if rows := [row - self.content_region.y for row in rows_of(self.content_region)]:
            self.scheduler.damaged(range(rows[0], rows[-1] + 1))

    def _leave_messages(self) -> None:
        """Have nothing shown over messages, and again what was there when they have gone."""
        if self.surface.paints_cells:
            if self.scheduler is not None:
                self.scheduler.cover(_messages(self))
        elif self.surface.floats:
            under = tuple(_pixels(rect, self.cell) for rect in _messages(self))
            if under != self._under:
                self._under = under
                if self._scene is not None:
                    self.show(self._scene)


def _messages(canvas: Canvas) -> list[Rect]:
    """Return the cells of the canvas that messages lie over: surfaces that paint on cells must leave them alone."""
    region, messages = canvas.content_region, canvas.screen.query("Messages, Toast")
    shown = [message.region for message in messages if message.visible]
    parts = [part.intersection(region).translate(-region.offset) for part in shown]
    return [(part.x, part.y, part.width, part.height) for part in parts if part.area]
