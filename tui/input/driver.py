"""Textual's driver for Linux and macOS, with what the canvas needs of a terminal.

Pixel-exact mouse where only xterm's own mode gives it, key releases, acknowledgements, the size of a cell after a font
zoom, and a terminal left as it was found also after a crash. Apart from Textual because its driver reads none of these.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import selectors
import termios
import threading
import time
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING, Any, cast

from textual import events

from engine.cli import terminal
from tui.input.attached import AttachedDriver
from tui.input.stops import KEYBOARD
from tui.input.terminal_input import Acknowledged, CtrlHeld, InputParser
from tui.surfaces import window_size

if TYPE_CHECKING:
    from textual.message import Message

    from tui.surfaces.base import Capabilities
    from tui.surfaces.choose import Graphics

__all__ = ["CtrlHeld", "TerminalDriver", "make_driver_class"]
QUEUED_WRITES = 4096
"""Writes that may wait for a slow terminal before the event loop has to; the canvas keeps its own share small."""
ASK = "\x1b[6n"
DRAIN = 3.0
"""Seconds that a slow terminal may take, at the end, to swallow what is still on its way to it."""
LAST_RESORT = "\x1b[?2026l\x1b[?1016l\x1b[?1003l\x1b[?1000l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[?2048l\x1b[<u\x1b[?7h"
LAST_RESORT += "\x1b[?1049l\x1b[?25h"


class TerminalDriver(AttachedDriver):
    """A driver that hears more from the terminal than Textual's own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.has_kitty_keyboard = self.capabilities.kitty_keyboard
        self._file = cast("Any", terminal.screen())
        self._parser = InputParser(self._debug)
        self._own_pixels = False
        self._cell = window_size.cell(self.fileno)
        self._asked = self._heard = 0
        """Questions of the form CSI 6n that were written, and answers to them."""
        self._counting = threading.Lock()

    def write(self, data: str) -> None:
        """Queue some output; questions in it are counted."""
        with self._counting:
            self._asked += data.count(ASK)
        super().write(data)

    @property
    def cell(self) -> tuple[float, float] | None:
        """Width and height of a cell in pixels as last heard from the terminal, None if never."""
        return self._cell

    def start_application_mode(self) -> None:
        """Take the terminal; ask for key releases and pixels where it has them."""
        self._own_pixels = self.capabilities.pixel_mouse and not self._in_band_window_resize
        before = self._writer_thread
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if self._writer_thread is before:  # stopped again before it began: we are in the background
            return
        self.is_asleep = False
        if self._writer_thread is not None:
            self._writer_thread._queue.maxsize = QUEUED_WRITES
        if self.capabilities.kitty_keyboard:
            self.write(f"\x1b[={KEYBOARD};2u")
        self._watch_size()
        self.attachment.start()
        if not self.is_running:
            self.is_running = True
            atexit.register(self._last_resort)

    def stop_application_mode(self) -> None:
        """Free the canvas's pictures, then give the terminal back."""
        self.attachment.rest()
        if self._writer_thread is not None:
            self.write(self.listener.released().decode() if self.listener is not None else "")
            if self.in_foreground():  # elsewhere a shell would take the answer for what is typed
                self.write(ASK)
                self._drain()
        super().stop_application_mode()
        self.is_running = False
        atexit.unregister(self._last_resort)

    def _drain(self) -> None:
        """Wait until the terminal has taken all and answered: later answers would be echoed into the shell."""
        patience = DRAIN if self.capabilities.round_trip else 0.1
        end = time.monotonic() + patience
        while self._heard < self._asked and time.monotonic() < end and self._is_connected():
            time.sleep(0.005)

    def _is_connected(self) -> bool:
        threads = self._key_thread, self._writer_thread
        return all(thread is not None and thread.is_alive() for thread in threads)

    def _run_input_thread(self) -> None:
        """Read the terminal; a bug ends the app on its own thread, a terminal that is gone ends the reading alone."""
        try:
            self.run_input_thread()
        except Exception as error:
            self._app.call_later(_raise, error)

    def run_input_thread(self) -> None:
        """Read the terminal until the driver stops."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        self._parser = parser = self._new_parser()
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(parser.patience):
                    data = self._read()
                    if not data:
                        break
                    self.attachment.hear(data)
                    self._process(parser.feed(decode(data)))
                self._process(parser.tick())

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 65536)
        except OSError:  # the link dropped: SIGHUP ends the program in order
            return b""

    def process_message(self, message: Message) -> None:
        """Keep acknowledgements and cell sizes from the stream, pass on the rest."""
        if isinstance(message, events.CursorPosition):
            self._heard += 1
            if self.listener is not None:
                self.listener.acknowledged(None)
                return
        if isinstance(message, Acknowledged):
            if self.listener is not None:
                self.listener.acknowledged(message.number)
            return
        self._heed(message)
        super().process_message(message)
        if isinstance(message, events.Resize) and message.pixel_size and message.size.area:
            self._hear_cell(
                (message.pixel_size.width / message.size.width, message.pixel_size.height / message.size.height)
            )

    def _process(self, messages: Any) -> None:
        for message in messages:
            self.process_message(message)

    def _new_parser(self) -> InputParser:
        parser = InputParser(self._debug)
        parser.pixels_from_zero = self._counts_from_zero()
        self._measure(parser)
        return parser

    def _get_terminal_size(self) -> tuple[int, int]:
        """Return the size of the terminal itself: standard output may be something else."""
        size = window_size.cells(self.fileno)
        self._measure(self._parser)
        return size

    def _measure(self, parser: InputParser) -> None:
        """Tell the parser how many pixels a cell has, where the pixel mouse comes without in-band resizing."""
        cell = window_size.cell(self.fileno)
        if cell is None:
            return
        if self._own_pixels and not self._in_band_window_resize:
            columns, rows = window_size.cells(self.fileno)
            parser.mouse_pixels = True
            parser.terminal_size = columns, rows
            parser.terminal_pixel_size = round(cell[0] * columns), round(cell[1] * rows)
        self._hear_cell(cell)

    def _hear_cell(self, cell: tuple[float, float]) -> None:
        changed, self._cell = cell != self._cell, cell
        if changed and self.listener is not None:
            self.listener.cell_changed()

    def _enable_mouse_support(self) -> None:
        super()._enable_mouse_support()
        if self._own_pixels and self._mouse and window_size.cell(self.fileno) is not None:
            self.write("\x1b[?1016h")

    def _disable_mouse_support(self) -> None:
        if self._mouse and self.capabilities.pixel_mouse:
            self.write("\x1b[?1016l")
        super()._disable_mouse_support()

    def _last_resort(self) -> None:
        """Give the terminal back when the program ends without Textual's own leave-taking."""
        if self.is_running:
            data = self.listener.released() if self.listener is not None else b""
            with contextlib.suppress(OSError, termios.error):
                os.write(cast("Any", self._file).fileno(), data + LAST_RESORT.encode())
                if self.attrs_before is not None:
                    termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)


def _raise(error: Exception) -> None:
    raise error


def make_driver_class(capabilities: Capabilities, graphics: Graphics | None = None) -> type[TerminalDriver]:
    """Return the driver for a terminal that can do so much; `graphics` is what the user wants in any terminal."""
    return type("CanvasDriver", (TerminalDriver,), {"capabilities": capabilities, "graphics": graphics})
