"""When to send what: one worker thread that encodes, the newest scene wins, and the terminal sets the pace.

The event loop only leaves a scene here and goes on. The crosshair alone is written on the loop (where the surface
allows it), because it must not wait for a large picture to be encoded. Apart from `picture.py`, which decides what to
send.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.scene import Scene
from engine.viewport import Rect
from tui.surfaces.base import Area, Surface
from tui.surfaces.crosshair import Crosshair, Point
from tui.surfaces.damage import Cover, Damage
from tui.surfaces.goal import Goal, LastBase
from tui.surfaces.link import Link
from tui.surfaces.picture import Painter, Presenter

SYNC_START, SYNC_END = b"\x1b[?2026h", b"\x1b[?2026l"
MEND_INTERVAL = 2.0
"""Seconds between two attempts to show everything again."""
CELL_BYTES = 24
"""Bytes that Textual writes for a cell of symbols, typical."""


@dataclass(frozen=True)
class Outlet:
    """Where the scheduler's work goes; every function may be called from any thread."""

    write: Callable[[bytes], None]
    redraw: Callable[[list[Rect]], None]
    """Let Textual draw these cells of the canvas again, then ask the link's question."""
    fail: Callable[[Exception], None]
    synchronized: bool = False


class Scheduler:
    """Brings a surface to the newest scene, never faster than the terminal takes it."""

    def __init__(self, surface: Surface, painter: Callable[[], Painter], outlet: Outlet, link: Link) -> None:
        self._surface, self._load_painter, self._outlet, self.link = surface, painter, outlet, link
        self._wake = threading.Condition()
        self._encoding = threading.Lock()
        self._controls: deque[Callable[[Presenter], list[bytes]]] = deque()
        self._thread: threading.Thread | None = None
        self._goal, self._last = Goal(), LastBase()
        self._covered = self._stopped = self._incomplete = False
        self._changing = False
        """The surface is being changed as a whole: a crosshair written now would be one of the old area."""
        self._begun = False
        """Something has been sent: before that, the terminal has nothing to put a crosshair on."""
        self._damage = Damage()
        self._cover = Cover()
        self._mended = 0.0
        self.crosshair = Crosshair(self._write_crosshair, self._wake, quick=surface.quick_cursor)

    def show(self, scene: Scene) -> None:
        """Bring the surface to this scene, dropping any older one that still waits."""
        with self._wake:
            self._goal.take(scene)
            self._wake.notify()

    def resize(self, area: Area) -> None:
        """Take a new area; also starts again after `release`."""
        with self._wake:  # at once: no scene of the new size may be drawn before the surface has it
            self._goal.area = area
            self._cover.texts += 1
            self.control(lambda picture: self._resize(picture, area))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="termwand-canvas", daemon=True)
                self._thread.start()

    def damaged(self, rows: range) -> None:
        """Say that Textual has drawn over these rows."""
        with self._wake:
            if not self._covered:
                self._damage.add(rows)
                self._wake.notify()

    def cover(self, cells: Iterable[Rect]) -> None:
        """Say which cells messages are about to lie over.

        The surface hears it in the worker thread, between two encodings; what is being encoded is not written.
        """
        with self._wake:
            self._cover.lie(tuple(cells))

    def suspend(self) -> None:
        """Leave the cells to a dialog that is about to be drawn, until `resume`; what can be seen round it goes on."""
        with self._wake:
            self._covered = True
            self._cover.texts += 1
            self._damage.drop()
            self.control(lambda picture: [self._surface.suspend()])

    def resume(self, rows: int) -> None:
        """Show everything again after `suspend`."""
        with self._wake:
            self._covered = False
        self.damaged(range(rows))

    def answered(self, number: int | None) -> None:
        """Note the terminal's answer to a question; called by the driver's input thread."""
        with self._wake:
            self.link.answered(time.monotonic(), number)
            self._wake.notify()

    def release(self) -> bytes:
        """Return what frees the terminal's memory; nothing is written after it until the next `resize`."""
        with self._wake:
            self._goal.area, self._begun = None, False
            self._damage.drop()
            self._controls.clear()
        with self._encoding:
            return self._surface.close()

    def stop(self) -> None:
        """End the worker thread."""
        with self._wake:
            self._stopped = True
            self._wake.notify()
        self.crosshair.stop()

    def control(self, work: Callable[[Presenter], list[bytes]]) -> None:
        """Have the worker thread do something before anything else, and write what that returns."""
        with self._wake:
            self._controls.append(work)
            self._wake.notify()

    def _write_crosshair(self, point: Point | None) -> bool:
        """Write the crosshair from the event loop; return whether it went out."""
        if not self._begun or self._controls or self._changing or self.link.is_stuck(time.monotonic()):
            return False
        if data := self._surface.cursor(point):
            self._outlet.write(data)
        return True

    # The worker thread

    def _run(self) -> None:
        try:
            picture = Presenter(self._surface, self._load_painter())
            while self._wait():
                self._step(picture)
        except Exception as error:  # a bug: the app ends with it, on its own thread
            self._outlet.fail(error)

    def _wait(self) -> bool:
        """Wait until there is something to do that may be done now; return False when the thread has to end."""
        with self._wake:
            while not self._stopped and not self._may_work():
                self._wake.wait(0.01 if self._incomplete or self._goal.fresh or self._damage.rows else 0.5)
                self._mend(time.monotonic())
            return not self._stopped

    def _mend(self, now: float) -> None:
        """Show everything again when the terminal lost something; if it is silent, ask until it answers."""
        self.link.forget_lost(now)
        area = self._goal.area
        if not self.link.lost or area is None:
            return
        if self.link.lost == "gap" and now - self._mended > MEND_INTERVAL:
            self.link.lost, self._mended = "", now
            self.resize(area)
        elif self.link.lost == "silent" and not self.link.writes:
            self.link.sent(0, now)
            self._outlet.write(self.link.question())

    def _may_work(self) -> bool:
        now = time.monotonic()
        if self._controls or self._damage.is_due():
            return True
        if self._goal.area is None:
            return False
        if self.crosshair.waits or self._goal.next() is not None:
            return self.link.is_free(now, writes=4)
        return self._incomplete and self._last.is_still(now) and self.link.is_free(now)

    def _step(self, picture: Presenter) -> None:
        with self._wake:
            control = self._controls.popleft() if self._controls else None
            self._changing = control is not None
            damage = self._damage.take() if control is None else None
            scene, cover, texts = self._goal.next(), self._cover.cells, self._cover.texts
        with self._encoding:
            self._cover.tell(self._surface, cover)
            if control is not None:
                parts = control(picture)
            elif damage:
                parts = [self._surface.damaged(damage)]
            elif self.crosshair.waits:
                parts = [self._surface.cursor(self.crosshair.take())]
            elif scene is not None:
                parts = self._toward(picture, scene)
            else:
                parts = picture.show_more(self.crosshair.point, self.link.piece)
            self._incomplete = not picture.is_complete
            self._send([part for part in parts if part], self._surface.changed(), texts)
            self._changing = False

    def _toward(self, picture: Presenter, scene: Scene) -> list[bytes]:
        """Return the next write on the way to a scene: its base with its overlay, or its overlay alone."""
        now = time.monotonic()
        base = picture.needs_base(scene)
        if base and not self.link.is_free(now):
            with self._wake:
                self._wake.wait(0.005)
            return []
        with self._wake:
            self._goal.reached(scene)
        if not base:
            return picture.show_overlay(scene)
        moving = self._last.is_moving(now, self.link.speed)
        self._last.note(now)
        width, height = scene.viewport.view_size
        divisor = self.link.divisor(width * height, moving=moving)
        parts = picture.show_base(scene, divisor, self.link.quality(width * height, divisor, moving=moving))
        self._last.note(time.monotonic(), sum(map(len, parts)))
        return parts

    def _resize(self, picture: Presenter, area: Area) -> list[bytes]:
        picture.forget()
        self._cover.forget()
        self._goal.fresh = True
        self.crosshair.again()
        return [self._surface.resize(area)]

    def _send(self, parts: list[bytes], cells: list[Rect], texts: int) -> None:
        """Write what was encoded; what would be painted over text that has come meanwhile is painted anew instead."""
        with self._wake:  # text that comes is written after what is written here
            area = self._goal.area
            if area is None:
                return
            if parts and texts != self._cover.texts and self._surface.paints_cells:
                self.damaged(range(area.rows))
            elif parts:
                data = _joined(parts, synchronized=self._outlet.synchronized)
                self.link.sent(len(data), time.monotonic())
                self._outlet.write(data + self.link.question() if self.link.acknowledged else data)
                self._begun = True
            if cells:
                self.link.sent(CELL_BYTES * sum(rect[2] * rect[3] for rect in cells), time.monotonic())
        if cells:
            self._outlet.redraw(cells)


def _joined(parts: list[bytes], *, synchronized: bool) -> bytes:
    data = b"".join(parts)
    return SYNC_START + data + SYNC_END if synchronized and len(parts) > 1 else data
