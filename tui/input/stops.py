"""A terminal that is given back when the program is stopped, and taken again when it goes on.

Announced stops (SIGTSTP: a shell's Ctrl+Z) give it back in order. Others (SIGSTOP: a scheduler, `kill -STOP`) cannot be
prepared for: then nothing of ours has ended, and only the terminal, which a shell may have used, is set up as it was.
"""

from __future__ import annotations

import os
import signal
import termios
import tty
from typing import Any

from textual.drivers.linux_driver import LinuxDriver

KEYBOARD = 0b00110
"""What is asked of a Kitty keyboard: releases, and the key's place on a Latin layout; and, by Textual, the rest."""
TEXTUAL_KEYBOARD = 0b11001


class StoppableDriver(LinuxDriver):
    """Textual's driver begins a second time after any stop, so that two threads read the keys from then on."""

    has_kitty_keyboard = False

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.is_running = False
        """The terminal is ours."""
        self.is_asleep = False
        """It was given back because of a stop."""
        for number, take in ((signal.SIGTSTP, self._stop), (signal.SIGCONT, self._go_on)):
            # on the event loop: a handler within one of its steps could wait for a lock which that step holds
            signal.signal(number, signal.SIG_DFL)
            self._loop.add_signal_handler(number, take)

    def stop_application_mode(self) -> None:
        """Give the terminal back; from the background only what is drawn, as its settings are the shell's there."""
        if self.is_running and not self.in_foreground():
            for number in (signal.SIGTTOU, signal.SIGTTIN):  # they would stop us before we have left
                signal.signal(number, signal.SIG_IGN)
            self.attrs_before = None
        super().stop_application_mode()

    def _stop(self) -> None:
        if self.is_running:
            self.is_asleep = self._must_signal_resume = True
            self.suspend_application_mode()
        os.kill(os.getpid(), signal.SIGSTOP)

    def _go_on(self) -> None:
        if self.is_asleep:
            self.resume_application_mode()
        elif self.is_running and self.in_foreground():
            self.take_again()

    def in_foreground(self) -> bool:
        """Say whether the terminal's keys and settings are ours."""
        try:
            return os.tcgetpgrp(self.fileno) == os.getpgrp()
        except OSError:
            return False

    def take_again(self) -> None:
        """Set the terminal up as it was, and have all drawn again."""
        if self.attrs_before is not None:
            raw = termios.tcgetattr(self.fileno)
            raw[tty.LFLAG], raw[tty.IFLAG] = self._patch_lflag(raw[tty.LFLAG]), self._patch_iflag(raw[tty.IFLAG])
            raw[tty.CC][termios.VMIN] = 1
            termios.tcsetattr(self.fileno, termios.TCSANOW, raw)
        self.write("\x1b[?1049h\x1b[?25l\x1b[?1004h")
        self._enable_mouse_support()
        if self._mouse_pixels:
            self._enable_mouse_pixels()
        if self._in_band_window_resize:
            self._enable_in_band_window_resize()
        self._enable_bracketed_paste()
        self._disable_line_wrap()
        if self.has_kitty_keyboard:
            self.write(f"\x1b[={TEXTUAL_KEYBOARD | KEYBOARD};1u")
        self._app.post_message(self.SignalResume())
