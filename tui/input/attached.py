"""A driver that goes on when another terminal looks at the program, with what that one can do.

Apart from `driver.py`, which is about one terminal; `attachment.py` finds out when it is another.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING, Any, Protocol

from textual import events

from tui.input.attachment import Attachment
from tui.input.stops import StoppableDriver
from tui.input.terminal_input import Forgotten, InputParser
from tui.surfaces import window_size

if TYPE_CHECKING:
    from types import FrameType

    from textual.message import Message

    from tui.surfaces.base import Capabilities, Surface
    from tui.surfaces.choose import Graphics


class Listener(Protocol):
    """What the canvas wants to hear from the driver; called in the driver's threads."""

    def acknowledged(self, number: int | None) -> None:
        """The terminal has answered `CSI 6n`, or inside tmux the question of a number."""

    def cell_changed(self) -> None:
        """The size of a cell in pixels may be another."""

    def check(self) -> None:
        """The terminal may know nothing of the picture any more."""

    def attached(self, capabilities: Capabilities, surface: Surface) -> None:
        """Another terminal looks; called on the event loop."""

    def released(self) -> bytes:
        """Return what has to be written before the terminal is given back."""


class AttachedDriver(StoppableDriver):
    """Lets the attachment hear its signs, and takes the terminal that it has found."""

    capabilities: Capabilities
    graphics: Graphics | None = None
    """What the user wants, whatever the terminal."""
    listener: Listener | None = None
    _parser: InputParser
    _own_pixels: bool

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._window = b""
        self.attachment = Attachment(self, self.graphics)

    def _watch_size(self) -> None:
        """Hear when the size is told though it is the same: so it is by programs that keep a session, when attached."""
        hear, self._window = signal.getsignal(signal.SIGWINCH), window_size.packed(self.fileno)

        def take(number: int, frame: FrameType | None) -> None:
            before, self._window = self._window, window_size.packed(self.fileno)
            self.attachment.renew() if before == self._window else self.attachment.look()
            if callable(hear):
                hear(number, frame)

        signal.signal(signal.SIGWINCH, take)

    def _heed(self, message: Message) -> None:
        """Take a message for a sign, if it is one."""
        if isinstance(message, Forgotten):
            self.attachment.forgotten(message.number)
        elif isinstance(message, events.AppFocus):
            self.attachment.look()
        elif isinstance(message, events.InputEvent):
            self.attachment.typed()

    def check(self) -> None:
        """Have the terminal asked whether it still knows the picture."""
        if self.listener is not None:
            self.listener.check()

    def attached(self, capabilities: Capabilities, surface: Surface) -> None:
        """Go on with a terminal that can do so much, and send it everything; called in any thread."""
        self._app.call_later(self._attach, capabilities, surface)

    def _attach(self, capabilities: Capabilities, surface: Surface) -> None:
        if not self.is_running:
            return
        self.capabilities, self.has_kitty_keyboard = capabilities, capabilities.kitty_keyboard
        self._own_pixels, self._parser.mouse_pixels = capabilities.pixel_mouse, False
        self._in_band_window_resize = self._mouse_pixels = False
        self._parser.pixels_from_zero = self._counts_from_zero()
        self._measure(self._parser)
        self.take_again()
        self._query_in_band_window_resize()
        if self.listener is not None:
            self.listener.attached(capabilities, surface)

    def _counts_from_zero(self) -> bool:
        return self.capabilities.terminal.lower().startswith(("kitty", "ghostty"))

    def _measure(self, parser: InputParser) -> None:
        """Tell the parser how many pixels a cell has."""
